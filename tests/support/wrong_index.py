"""Doctrines that index wrongly, for an engine that checks (tests/support/bounded.py)."""

from openiads._jit import kernel
from openiads.doctrine import classify


@kernel
def beyond_a_table(w, c):
    w.command_post[c].site = w.site[1_000_000].kind


@kernel
def none_for_an_index(w, c):
    w.picture[0].p_class = classify.class_probability(w.track[0].class_logodds, -1)
