"""The learning environments against the checkers of their libraries, and seeds."""

import warnings

import numpy as np
import pytest
from support import studies

pytest.importorskip("gymnasium")
pytest.importorskip("pettingzoo")

from gymnasium.utils.env_checker import check_env
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test
from pettingzoo.utils import parallel_to_aec

from openiads.agents.gym import CommandPostEnv
from openiads.agents.parallel import BatteriesEnv
from openiads.agents.spaces import Reward


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return studies.write(tmp_path_factory.mktemp("env"))


def test_gymnasium_checks_it(file):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("default", message=".*not having a spec.*")
        check_env(CommandPostEnv(file, tracks=8), skip_render_check=True)


def test_pettingzoo_checks_it(file, capsys):
    parallel_api_test(BatteriesEnv(file, tracks=8), num_cycles=60)
    parallel_seed_test(lambda: BatteriesEnv(file, tracks=8), num_cycles=20)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Observation is not a NumPy array")  # it is a Dict
        api_test(parallel_to_aec(BatteriesEnv(file, tracks=8)), num_cycles=40)


def play(env, seed, lot):
    """One episode with permitted actions drawn by lot: rewards and observations."""
    observation, info = env.reset(seed=seed)
    rng, rewards, seen, counts = np.random.default_rng(lot), [], [observation], {}
    over = env.drill.over
    while not over:
        action = np.array([rng.choice(np.flatnonzero(row)) for row in info["action_mask"]])
        observation, reward, over, _, info = env.step(action)
        assert env.observation_space.contains(observation)
        rewards.append(reward)
        seen.append(observation)
        for name, n in info["counts"].items():
            counts[name] = counts.get(name, 0.0) + n
    return rewards, seen, counts


def test_the_seed_decides_all(file):
    env = CommandPostEnv(file, tracks=8)
    first, seen, counts = play(env, 3, 0)
    again, seen_again, _ = play(env, 3, 0)
    other, _, _ = play(env, 4, 0)
    assert first == again and first != other
    assert all(np.array_equal(a[k], b[k]) for a, b in zip(seen, seen_again, strict=True) for k in a)
    assert counts["shot"] > 0 and counts["kill"] + counts["leak"] > 0


def test_the_reward_is_the_sum_of_what_happened(file):
    weights = Reward(kill=2.0, leak=-3.0, shot=-0.25, loss=0.0, refused=-0.5)
    rewards, _, counts = play(CommandPostEnv(file, tracks=8, reward=weights), 5, 1)
    expected = 2.0 * counts["kill"] - 3.0 * counts["leak"] - 0.25 * counts["shot"] - 0.5 * counts["refused"]
    assert sum(rewards) == pytest.approx(expected, abs=1e-9)


def test_an_order_that_is_not_permitted_is_refused(file):
    env = CommandPostEnv(file, tracks=8, salvo=1)
    _, info = env.reset(seed=1)
    slots = len(env.drill.seen.slots)
    assert slots >= 1
    action = np.zeros(8, np.int64)
    action[:slots] = 1
    permitted = int(info["action_mask"][:slots, 1].sum())
    _, _, _, _, info = env.step(action)
    assert permitted >= 1
    assert info["counts"]["refused"] == len(info["refused"]) >= slots - permitted
