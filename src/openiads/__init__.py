"""openiads: an open simulator of integrated air defence."""

__version__ = "0.1.0"
