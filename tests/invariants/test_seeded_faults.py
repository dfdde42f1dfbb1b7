"""The checks are not hollow: a sound outcome, damaged in one way at a time, is found out, and by the check meant for it."""

import dataclasses

import numpy as np
import pytest
from support import runs, scenes

from openiads.engine import events as ev
from openiads.engine.systems import fly, move
from openiads.testing import CHECKS, check_invariants

SEED = 5


@pytest.fixture(scope="module")
def sound(compiled_engine):
    """Scene → (World, Names, outcome), each without a complaint."""
    out = {}
    for name, scene in {**scenes.SCENES, **scenes.MORE}.items():
        world, names = scene()
        outcome = runs.run(world, SEED)
        assert check_invariants(outcome, world, names) == []
        out[name] = world, names, outcome
    return out


class Draft:
    """Copies of an outcome's tables, to be damaged."""

    def __init__(self, world, outcome):
        self.world, self.outcome = world, outcome
        for name in runs.OUTCOME_TABLES:
            setattr(self, name, getattr(outcome, name).copy())
        self.status = outcome.status

    def rows(self, code, **where):
        """Row numbers of the events of a code."""
        mask = self.event.code == code
        for column, value in where.items():
            mask &= self.event[column] == value
        found = np.flatnonzero(mask)
        assert len(found), f"nothing to damage: {ev.SPECS[code].name} {where}"
        return found

    def drop(self, rows):
        """Forget events."""
        self.event = np.delete(self.event, rows).view(np.recarray)

    def repeat(self, row, **changes):
        """The same event again, right after, or changed in some columns and put where its time belongs."""
        new = self.event[row : row + 1].copy()
        for column, value in changes.items():
            new[column] = value
        at = (
            row + 1
            if "t_s" not in changes
            else int(np.searchsorted(self.event.t_s, new.t_s[0], side="right"))
        )
        self.event = np.insert(self.event, at, new).view(np.recarray)

    def finish(self):
        """The damaged outcome."""
        tables = {name: getattr(self, name) for name in runs.OUTCOME_TABLES}
        return dataclasses.replace(self.outcome, status=self.status, **tables)


FAULTS = []


def fault(scene, check):
    """Register a way to damage the outcome of a scene, and the check that has to notice."""

    def register(function):
        FAULTS.append(pytest.param(scene, check, function, id=f"{check}: {function.__name__}"))
        return function

    return register


# --- the log


@fault("cruise_raid", "time")
def events_out_of_order(d):
    d.event[[3, 40]] = d.event[[40, 3]]


@fault("cruise_raid", "time")
def an_event_after_the_end(d):
    d.event.t_s[-1] = d.outcome.t_end_s + 0.1


@fault("cruise_raid", "time")
def an_event_at_no_time(d):
    d.event.t_s[20] = np.nan


@fault("cruise_raid", "time")
def samples_out_of_order(d):
    d.sample.t_s[0] = 50.0


@fault("cruise_raid", "indices")
def an_unknown_code(d):
    d.event.code[5] = 99


@fault("cruise_raid", "indices")
def a_platform_that_is_not_there(d):
    d.event.subject[d.rows(ev.DETECTION)[0]] = 1000


@fault("cruise_raid", "indices")
def a_fate_that_means_nothing(d):
    d.event.detail[d.rows(ev.MISSILE_END)[0]] = 17


@fault("cruise_raid", "finite")
def a_position_that_is_not_a_number(d):
    d.platform_state.x_m[0] = np.nan


@fault("cruise_raid", "finite")
def an_infinite_sample(d):
    d.sample.vz_mps[7] = np.inf


@fault("cruise_raid", "finite")
def a_fatal_status(d):
    d.status = 1


# --- what flies


@fault("cruise_raid", "one end")
def a_platform_without_an_end(d):
    d.drop(d.rows(ev.PLATFORM_END)[0])


@fault("cruise_raid", "one end")
def a_platform_with_two_ends(d):
    d.repeat(d.rows(ev.PLATFORM_END)[0])


@fault("cruise_raid", "one end")
def another_fate_in_the_state(d):
    d.platform_state.fate[0] = move.LEFT


@fault("cruise_raid", "one end")
def still_flying(d):
    d.platform_state.active[1] = 1


@fault("cruise_raid", "silence")
def seen_after_its_end(d):
    row = d.rows(ev.PLATFORM_END, detail=move.KILLED)[0]
    d.repeat(
        d.rows(ev.DETECTION)[0],
        subject=d.event.subject[row],
        t_s=d.event.t_s[row] + 2.0,
        object=d.event.object[0],
    )


@fault("cruise_raid", "silence")
def hit_after_its_end(d):
    burst = d.rows(ev.BURST)[0]
    end = d.rows(ev.PLATFORM_END, subject=d.event.object[burst])[0]
    d.event.t_s[end] = d.event.t_s[burst] - 1.0


@fault("cruise_raid", "silence")
def sampled_after_its_end(d):
    row = d.rows(ev.PLATFORM_END, detail=move.KILLED)[0]
    late = np.flatnonzero((d.sample.kind == ev.SAMPLE_PLATFORM) & (d.sample.t_s > d.event.t_s[row]))
    d.sample["index"][late[0]] = d.event.subject[row]


@fault("cruise_raid", "speed")
def too_fast_a_platform(d):
    k = np.flatnonzero(d.sample.kind == ev.SAMPLE_PLATFORM)[0]
    d.sample.vx_mps[k] += 500.0


@fault("cruise_raid", "speed")
def too_fast_a_missile(d):
    d.event.speed_mps[d.rows(ev.BURST)[0]] = 9000.0


@fault("cruise_raid", "speed")
def inside_the_earth(d):
    k = np.flatnonzero(d.sample.kind == ev.SAMPLE_PLATFORM)[0]
    for axis in "xyz":
        d.sample[f"{axis}_m"][k] *= 0.99


# --- seeing


@fault("cruise_raid", "kill chain")
def detected_before_in_sight(d):
    row = d.rows(ev.LINE_OF_SIGHT)[0]
    d.drop(row)


@fault("cruise_raid", "kill chain")
def detected_for_the_first_time_twice(d):
    d.repeat(d.rows(ev.DETECTION)[0])


@fault("cruise_raid", "kill chain")
def tracked_without_detection(d):
    track = d.rows(ev.LOCAL_TRACK)[0]
    d.drop(d.rows(ev.DETECTION, subject=d.event.subject[track], object=d.event.object[track]))


@fault("cruise_raid", "kill chain")
def fused_without_a_local_track(d):
    d.drop(d.rows(ev.LOCAL_TRACK))


@fault("radar_hunt", "emission")
def switched_on_twice(d):
    d.repeat(d.rows(ev.EMISSION, detail=1)[0])


@fault("radar_hunt", "emission")
def seen_by_a_silent_radar(d):
    late = d.rows(ev.EMISSION, subject=1, detail=1)[0]
    d.repeat(d.rows(ev.DETECTION)[0], object=1, t_s=d.event.t_s[late] - 5.0)


@fault("cruise_raid", "tracks")
def a_track_that_begins_twice(d):
    d.repeat(d.rows(ev.SYSTEM_TRACK)[0])


@fault("cruise_raid", "tracks")
def a_track_dropped_twice(d):
    d.repeat(d.rows(ev.TRACK_DROPPED)[0])


@fault("cruise_raid", "tracks")
def identified_before_it_began(d):
    d.drop(d.rows(ev.SYSTEM_TRACK)[0])


@fault("cruise_raid", "tracks")
def assigned_after_it_was_dropped(d):
    row = d.rows(ev.TRACK_DROPPED)[0]
    d.repeat(d.rows(ev.IDENTIFIED, via=d.event.via[row])[0], t_s=d.event.t_s[row] + 0.5)


@fault("cruise_raid", "tracks")
def the_same_identity_again(d):
    d.repeat(d.rows(ev.IDENTIFIED)[0])


# --- shooting


@fault("cruise_raid", "one fate")
def a_missile_without_an_end(d):
    d.drop(d.rows(ev.MISSILE_END)[0])


@fault("cruise_raid", "one fate")
def a_missile_with_two_ends(d):
    d.repeat(d.rows(ev.MISSILE_END)[0])


@fault("cruise_raid", "one fate")
def a_missile_with_two_bursts(d):
    d.repeat(d.rows(ev.BURST)[0])


@fault("cruise_raid", "one fate")
def another_fate_in_the_row(d):
    d.round.fate[0] = fly.GROUND


@fault("cruise_raid", "one fate")
def a_burst_before_the_launch(d):
    row = d.rows(ev.BURST)[0]
    missile = d.event.subject[row]
    d.repeat(row, t_s=d.event.t_s[d.rows(ev.LAUNCH, subject=missile)[0]] - 1.0)
    d.drop(d.rows(ev.BURST, subject=missile)[-1])


@fault("two_posts", "one fate")
def a_strike_without_an_impact(d):
    d.drop(d.rows(ev.STRIKE_IMPACT)[0])


@fault("cruise_raid", "kills")
def a_kill_against_the_draw(d):
    row = d.rows(ev.BURST)[0]
    d.event.value[row] = 1e-9
    d.event.range_m[row] = 1e4


@fault("cruise_raid", "kills")
def a_probability_that_is_not_the_laws(d):
    d.event.value[d.rows(ev.BURST)[0]] += 1e-3


@fault("cruise_raid", "kills")
def killed_by_nobody(d):
    i = int(np.flatnonzero(d.round.fate == fly.KILL)[0])
    d.round.fate[i] = fly.MISS
    d.event.detail[d.rows(ev.MISSILE_END, subject=i)] = fly.MISS


@fault("cruise_raid", "kills")
def killed_by_another(d):
    row = d.rows(ev.PLATFORM_END, detail=move.KILLED)[0]
    d.event.via[row] = (d.event.via[row] + 1) % len(d.round)


@fault("cruise_raid", "magazines")
def a_round_out_of_nothing(d):
    d.magazine_state.rounds[0] += 1


@fault("cruise_raid", "magazines")
def a_round_lost(d):
    d.magazine_state.reserve[0] -= 1


@fault("cruise_raid", "magazines")
def fired_without_a_launch(d):
    d.magazine_state.fired[0] += 1
    d.magazine_state.rounds[0] -= 1


@fault("cruise_raid", "magazines")
def a_reload_that_is_not_in_the_log(d):
    d.drop(d.rows(ev.RELOADED))


@fault("cruise_raid", "magazines")
def launches_too_close(d):
    first, second = d.rows(ev.LAUNCH)[:2]
    missile = d.event.subject[second]
    d.repeat(second, t_s=d.event.t_s[first] + 0.5)
    d.drop(d.rows(ev.LAUNCH, subject=missile)[-1])


@fault("cruise_raid", "magazines")
def two_rounds_with_one_luck(d):
    d.round.address[1] = d.round.address[0]


@fault("cruise_raid", "channels")
def an_engagement_too_many(d):
    for _ in range(int(d.world.battery.n_channel[0]) + 1):
        d.repeat(d.rows(ev.ASSIGNED)[0])


@fault("cruise_raid", "channels")
def an_engagement_that_ends_twice(d):
    d.repeat(d.rows(ev.ENGAGEMENT_END)[0])


@fault("cruise_raid", "channels")
def a_launch_outside_any_engagement(d):
    d.drop(d.rows(ev.ASSIGNED)[0])


@fault("cruise_raid", "channels")
def rounds_miscounted(d):
    d.event.value[d.rows(ev.ENGAGEMENT_END)[0]] += 1


@fault("cruise_raid", "channels")
def more_missiles_than_channels(d):
    d.round.t_launch_s[:] = d.round.t_launch_s.min()


@fault("cruise_raid", "channels")
def the_channel_of_another_battery(d):
    d.round.channel[0] = 17


@fault("jammed_traffic", "wrong shots")
def a_wrong_shot_hushed_up(d):
    d.drop(d.rows(ev.WRONG_SHOT)[0])


@fault("jammed_traffic", "wrong shots")
def a_right_shot_called_wrong(d):
    d.repeat(d.rows(ev.WRONG_SHOT)[0], subject=(d.event.subject[d.rows(ev.WRONG_SHOT)[0]] + 1) % len(d.round))


# --- losses


@fault("two_posts", "site losses")
def lost_twice(d):
    d.repeat(d.rows(ev.SITE_LOST)[0])


@fault("two_posts", "site losses")
def lost_and_alive(d):
    d.site_state.alive[d.event.subject[d.rows(ev.SITE_LOST)[0]]] = 1


@fault("two_posts", "site losses")
def lost_at_another_time(d):
    d.site_state.t_dead_s[d.event.subject[d.rows(ev.SITE_LOST)[0]]] += 3.0


@fault("two_posts", "site losses")
def hit_by_nobody(d):
    d.drop(d.rows(ev.SITE_HIT)[0])


@fault("two_posts", "site losses")
def hits_miscounted(d):
    d.site_state.n_hits[d.event.subject[d.rows(ev.SITE_HIT)[0]]] += 5


def loses(d, kind_of_site, before_s):
    """Backdate the loss of a site to `before_s`, in both books."""
    d.site_state.alive[kind_of_site] = 0
    d.site_state.t_dead_s[kind_of_site] = before_s


@fault("cruise_raid", "the dead")
def a_dead_radar_that_sees(d):
    loses(d, d.world.radar.site[0], d.event.t_s[d.rows(ev.DETECTION, object=0)[-1]] - 1.0)


@fault("cruise_raid", "the dead")
def a_dead_launcher_that_fires(d):
    loses(d, d.world.launcher.site[0], d.event.t_s[d.rows(ev.LAUNCH)[-1]] - 1.0)


@fault("cruise_raid", "the dead")
def a_dead_post_that_commands(d):
    loses(d, d.world.command_post.site[0], d.event.t_s[d.rows(ev.LAUNCH)[-1]] - 1.0)


@fault("cruise_raid", "the dead")
def a_dead_fire_unit_that_fires(d):
    loses(d, d.world.radar.site[d.world.battery.radar[0]], d.event.t_s[d.rows(ev.LAUNCH)[-1]] - 1.0)


@fault("cruise_raid", "the dead")
def a_dead_launcher_that_is_loaded(d):
    loses(d, d.world.launcher.site[0], d.event.t_s[d.rows(ev.RELOADED)[0]] - 0.5)


@fault("siege", "repairs")
def a_repair_of_what_was_whole(d):
    repaired = d.event[d.rows(ev.REPAIR_STARTED)[0]]
    broken = [*d.rows(ev.COMPONENT_LOST), *d.rows(ev.COMPONENT_FAILED)]
    same = [
        k for k in broken if (d.event.subject[k], d.event.detail[k]) == (repaired.subject, repaired.detail)
    ]
    d.drop(min(same))


@fault("siege", "repairs")
def repaired_twice(d):
    d.repeat(d.rows(ev.COMPONENT_REPAIRED)[0])


@fault("siege", "out of action")
def in_action_with_a_broken_part(d):
    d.drop(d.rows(ev.SITE_LOST, subject=d.event.subject[d.rows(ev.SITE_RESTORED)[0]])[0])


@fault("siege", "out of action")
def out_of_action_for_another_time(d):
    d.event.value[d.rows(ev.SITE_RESTORED)[0]] += 5.0


def _phase(d, what, nth=0):
    return d.rows(ev.SITE_MOVES, detail=ev.MOVE.index(what))[nth]


@fault("on_the_move", "moves")
def ready_without_a_way(d):
    d.drop(_phase(d, "under way"))


@fault("on_the_move", "moves")
def to_another_place(d):
    site = d.event.subject[_phase(d, "packs up")]
    d.event.value[d.rows(ev.SITE_MOVES, subject=site)] += 1.0


@fault("on_the_move", "moves")
def a_radar_that_sees_on_its_way(d):
    for row in d.rows(ev.SITE_MOVES, detail=ev.MOVE.index("under way")):
        found = np.flatnonzero(d.world.radar.site == d.event.subject[row])
        if len(found):
            d.repeat(d.rows(ev.DETECTION)[0], t_s=d.event.t_s[row] + 0.1, object=found[0])
            return
    raise AssertionError("no radar moves")


@fault("on_the_move", "power")
def batteries_that_last_too_long(d):
    d.event.t_s[d.rows(ev.POWER, detail=ev.POWER_STATE.index("without power"))[0]] += 1.0


@fault("on_the_move", "power")
def a_post_that_decides_in_the_dark(d):
    row = d.rows(ev.POWER, detail=ev.POWER_STATE.index("without power"))[0]
    post = np.flatnonzero(d.world.command_post.site == d.event.subject[row])[0]
    d.repeat(d.rows(ev.IDENTIFIED)[0], t_s=d.event.t_s[row] + 0.75, object=post)


@fault("on_the_move", "power")
def power_from_a_stranger(d):
    d.event.object[d.rows(ev.POWER)[0]] = d.world.radar.site[0]


@fault("supplied", "resupply")
def rounds_that_nobody_brought(d):
    d.event.value[d.rows(ev.RESUPPLY, detail=ev.RESUPPLY_STATE.index("reloads"))[0]] += 1.0


@fault("supplied", "resupply")
def a_truck_in_two_places(d):
    row = d.rows(ev.RESUPPLY, detail=ev.RESUPPLY_STATE.index("truck sent"))[0]
    d.repeat(row)


@fault("supplied", "time for looks")
def a_look_longer_than_allowed(d):
    d.event.value[d.rows(ev.BURN_THROUGH)[0]] = 99.0


@fault("jammed_traffic", "strobes")
def a_strobe_that_ends_twice(d):
    d.repeat(d.rows(ev.JAM_STROBE_OVER)[0])


@fault("jammed_traffic", "strobes")
def the_end_of_a_strobe_that_never_began(d):
    row = d.rows(ev.JAM_STROBE_OVER)[0]
    d.drop(d.rows(ev.JAM_STROBE, subject=d.event.subject[row], object=d.event.object[row])[0])


@fault("jammed_traffic", "strobes")
def a_strobe_given_up_too_soon(d):
    d.event.value[d.rows(ev.JAM_STROBE_OVER)[0]] += 5.0


@fault("jammed_traffic", "strobes")
def a_strobe_that_begins_twice(d):
    d.repeat(d.rows(ev.JAM_STROBE)[0])


@pytest.mark.parametrize(("scene", "check", "damage"), FAULTS)
def test_a_fault_is_found(sound, scene, check, damage):
    world, names, outcome = sound[scene]
    draft = Draft(world, outcome)
    damage(draft)
    wrong = check_invariants(draft.finish(), world, names)
    assert any(text.startswith(f"{check}: ") for text in wrong), wrong


def test_every_check_has_a_fault():
    assert {param.values[1] for param in FAULTS} == {*CHECKS, "indices"}
