"""Something far away that nobody meets and that does nothing changes nothing for anybody else, not even the luck.

Random draws are addressed by who they are for, not consumed from a queue; so this holds to the last bit. What may differ: rows of
the newcomer itself, the number of looks (the beam does pass it), and row numbers in the shared track table. It is added
last, so that all other indices stay. Left out are Worlds whose track table overflows: its size follows the number of platforms.
"""

import numpy as np
import pytest
from support import runs, scenes

from openiads.engine import events, status

SEEDS = range(1000, 1270)


def compared(plain, more, world, wider, kind):
    """What must be equal, as pairs of bytes by name."""
    n_platform = len(world.platform)
    pairs = {}
    for name, table in (("plain", plain), ("more", more)):
        log = table.event
        sample = table.sample
        if kind == "platform":
            log = log[~((log.code == events.PLATFORM_END) & (log.subject == n_platform))]
            sample = sample[~((sample.kind == events.SAMPLE_PLATFORM) & (sample["index"] == n_platform))]
        rounds = table.round.copy()
        posts = (world if name == "plain" else wider).command_post
        batteries = (world if name == "plain" else wider).battery
        if len(rounds):
            first = posts["first_track"][batteries["command_post"][rounds.battery]]
            rounds["track"] -= np.where(rounds.channel >= 0, first, 0)
        radar = table.radar_state[: len(world.radar)].copy()
        radar["n_looks"] = 0
        pairs[name] = {
            "event": log, "sample": sample, "round": rounds, "radar_state": radar,
            "platform_state": table.platform_state[:n_platform], "site_state": table.site_state[: len(world.site)],
            "magazine_state": table.magazine_state,
        }  # fmt: skip
    return pairs


def first_difference(x, y):
    for k in range(min(len(x), len(y))):
        if x[k].tobytes() != y[k].tobytes():
            fields = [f for f in x.dtype.names if x[f][k].tobytes() != y[f][k].tobytes()]
            return f"row {k}: " + ", ".join(f"{f} {x[f][k]!r} | {y[f][k]!r}" for f in fields)
    return f"{len(x)} and {len(y)} rows"


@pytest.mark.parametrize("kind", ["platform", "radar", "battery"])
def test_an_inert_entity_changes_nothing(compiled_engine, kind):
    full = lively = 0
    for seed in SEEDS:
        world, names = scenes.generated(seed)
        wider, more_names = scenes.generated(seed, inert=kind)
        plain, more = runs.run(world, seed), runs.run(wider, seed)
        if plain.status & status.TRACK_OVERFLOW:
            full += 1
            continue
        assert more_names.platform[: len(names.platform)] == names.platform
        assert more_names.radar[: len(names.radar)] == names.radar
        both = compared(plain, more, world, wider, kind)
        for table, x in both["plain"].items():
            y = both["more"][table]
            assert x.tobytes() == y.tobytes(), f"World {seed}, {table}: {first_difference(x, y)}"
        lively += len(plain.event) > 10
    assert len(SEEDS) - full >= 200 or kind != "platform"
    assert lively >= 100


def test_the_newcomer_would_be_noticed(compiled_engine):
    """The comparison is not blind: one more platform where everybody sees it does change rows of others."""
    field = scenes.one_drone()
    world, _ = field.finish()
    other = scenes.one_drone()
    other.flight("D2", "one-way-drone", [scenes.spot(14.0, 14e3, 600.0)], target=len(other.sites) - 1)
    wider, _ = other.finish()
    both = compared(runs.run(world, 3), runs.run(wider, 3), world, wider, "platform")
    assert any(x.tobytes() != both["more"][name].tobytes() for name, x in both["plain"].items())
