"""Learned policies as doctrines: what they see and say is that of the environment, whatever kind of object they are."""

import numpy as np
import pytest
from support import studies

from openiads.agents.compare import side_by_side
from openiads.agents.drill import Drill
from openiads.agents.faults import DoctrineError
from openiads.agents.plain import PlainEngine
from openiads.agents.policy import as_doctrine, load_policy
from openiads.study.execute import execute, load

TRACKS, SALVO = 8, 2


def first_possible(observation):
    """One round of the first pair that can kill, at the first track."""
    pk = observation["pk"].reshape(TRACKS, -1)
    action = np.zeros(TRACKS, int)
    slot = int(pk.max(axis=1).argmax())
    if pk[slot].max() > 0.0:
        action[slot] = 1 + int(pk[slot].argmax()) * SALVO
    return action


class Model:
    """As stable-baselines3's: an action and a state, deterministic when told so."""

    told: list = []  # noqa: RUF012

    def predict(self, observation, state=None, deterministic=False, action_masks=None):
        self.told.append((deterministic, None if action_masks is None else action_masks.shape))
        return first_possible(observation), state


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    return load(studies.write(tmp_path_factory.mktemp("policy"))).compiled


def test_it_acts_as_in_the_environment(compiled, tmp_path):
    """The same policy in the environment's drill and as a doctrine: the same events to the bit."""
    drill = Drill(studies.write(tmp_path), post=0, tracks=TRACKS, salvo=SALVO, reward=None, skip_idle=True)
    drill.reset(4, 0)
    while not drill.over:
        drill.step(drill.seen.track_orders(first_possible(drill.seen.observation())))
    there = drill.episode.outcome()
    here = PlainEngine(compiled.world, as_doctrine(first_possible, TRACKS, SALVO), compiled.names).run(4, 0)
    assert len(here.round) > 0 and here.event.tobytes() == there.event.tobytes()


def test_an_object_with_predict_beside_the_baselines(compiled):
    Model.told.clear()
    table = side_by_side(
        compiled.world, compiled.names,
        {"built-in": None, "function": as_doctrine(first_possible, TRACKS, SALVO), "model": as_doctrine(Model(), TRACKS, SALVO)},
        6,
    )  # fmt: skip
    assert table.lines[1].leakage == table.lines[2].leakage and table.lines[1].rounds == table.lines[2].rounds
    assert table.lines[2].leakage.n == 6 and "model" in table.text()
    assert set(Model.told) == {(True, (TRACKS * 3,))}


def test_from_a_file_and_as_a_doctrine_of_a_run(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import numpy as np\nfrom openiads.agents.policy import as_doctrine\n"
        "def wait(observation):\n    return np.zeros(len(observation['tracks']), int)\n"
        "class Wait:\n    def predict(self, observation):\n        return wait(observation)\n"
        "Learned = as_doctrine(wait)\n"
    )
    file = studies.write(tmp_path)
    world = load(file).compiled.world
    for name in ("wait", "Wait"):
        outcome = PlainEngine(world, load_policy(f"{tmp_path}/mine.py:{name}")).run(1, 0)
        assert len(outcome.round) == 0
    import openiads  # noqa: PLC0415

    run = openiads.open_run(execute(file, out=tmp_path / "run", doctrine=f"{tmp_path}/mine.py:Learned"))
    assert run.missiles.num_rows == 0 and run.manifest["notes"]["doctrine"]["name"] == "Learned"


@pytest.mark.parametrize(
    ("answer", "word"),
    [([0, 1], "whole numbers"), (np.zeros(TRACKS), "whole numbers"), (np.full(TRACKS, 99), "from 0 to 2"), (None, "whole numbers")],
)  # fmt: skip
def test_actions_that_are_none(compiled, answer, word):
    doctrine = as_doctrine(lambda observation: answer, TRACKS, SALVO)
    with pytest.raises(DoctrineError, match=word):
        PlainEngine(compiled.world, doctrine, compiled.names).run(4, 0)


@pytest.mark.parametrize("thing", [3, Model, object()])
def test_what_is_no_policy(thing):
    with pytest.raises(DoctrineError, match="no policy"):
        as_doctrine(thing)


@pytest.mark.parametrize("text", ["mine.py", "no/such.py:x", "mine.txt:x"])
def test_files_that_are_refused(text):
    with pytest.raises(DoctrineError, match=r"FILE\.py:NAME"):
        load_policy(text)


def test_check_notes_a_salvo_that_hardly_counts(tmp_path):
    """Under shoot-look-shoot, where it is written; not under salvo, and not where the file leaves it out."""
    file = studies.write(tmp_path)
    done = studies.openiads("check", file.name, cwd=tmp_path)
    assert done.returncode == 0 and "small.yaml: note: defence.doctrine.salvo" in done.stdout
    for other in ("salvo: 1, policy: salvo", "min_pk: 0.2"):
        file.write_text(studies.SCENARIO.replace("salvo: 1", other))
        done = studies.openiads("check", file.name, cwd=tmp_path)
        assert done.returncode == 0 and done.stdout == "small.yaml: ok\n"
