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


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of pages (a second or two to start); each test closes the pages that it opens."""
    from support.browser import start  # noqa: PLC0415

    with start() as found:
        yield found


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    """`get(name, seed, plots)`: runs of shipped scenarios, each made once for all tests of pages."""
    from support.pages import shipped_runs  # noqa: PLC0415

    return shipped_runs(tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="session")
def quickstart(shipped):
    """The shipped quickstart with its plots."""
    return shipped("quickstart", plots=True)


@pytest.fixture(scope="session")
def replay(browser, quickstart, tmp_path_factory):
    """The page of that run, for most tests of pages; each brings it to the state that it needs."""
    from support.pages import opened  # noqa: PLC0415

    from openiads.viewer import write_replay  # noqa: PLC0415

    return opened(browser, write_replay([quickstart], tmp_path_factory.mktemp("replay") / "quickstart.html"))
