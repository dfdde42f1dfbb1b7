"""What of a user's question cannot be answered."""

from __future__ import annotations


class CoverageError(ValueError):
    """What was asked for cannot be computed, or not be written in that form. The message is for a person."""
