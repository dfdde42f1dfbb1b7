"""Sweeps marked `long` run only when asked for: `pytest -m long`."""

import pytest


def pytest_collection_modifyitems(config, items):
    if "long" in (config.option.markexpr or ""):
        return
    for item in items:
        if item.get_closest_marker("long") is not None:
            item.add_marker(pytest.mark.skip(reason="long; run with -m long"))
