"""All verbs of `openiads`, in the order in which the help lists them."""

from __future__ import annotations

from openiads.cli import verbs_run, verbs_study, verbs_view
from openiads.cli.guard import UserError
from openiads.cli.root import app

__all__ = ["UserError", "app", "verbs_run", "verbs_study", "verbs_view"]
