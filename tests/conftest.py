"""For all tests: sweeps marked `long` run only when asked for (`pytest -m long`); one compiled engine per session."""

import pytest


def pytest_collection_modifyitems(config, items):
    if "long" in (config.option.markexpr or ""):
        return
    for item in items:
        if item.get_closest_marker("long") is not None:
            item.add_marker(pytest.mark.skip(reason="long; run with -m long"))


@pytest.fixture(scope="session")
def compiled_engine():
    """`run(world, seed, replication=0, decide=…)`: compiled once, before the first test that needs it."""
    from support import runs, scenes  # noqa: PLC0415 - most sessions need no engine

    runs.run(scenes.one_drone().finish()[0], 1)
    return runs.run
