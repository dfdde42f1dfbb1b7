"""One plain sentence per event."""

from __future__ import annotations

from collections.abc import Callable

from openiads.analysis.chains import Event


def km(range_m: float | None) -> str:
    """A range for a sentence; two digits below 10 km, none of them invented."""
    if range_m is None:
        return "an unknown range"
    return f"{range_m / 1e3:.1f} km" if range_m < 10e3 else f"{range_m / 1e3:.0f} km"


def seconds(t_s: float) -> str:
    """A time or a duration for a sentence."""
    return f"{t_s:.1f} s" if abs(t_s) < 10 else f"{t_s:.0f} s"


def percent(p: float | None) -> str:
    """A probability for a sentence."""
    return "unknown" if p is None else f"{p:.2f}"


def sentence(e: Event) -> str:
    """What happened, for a person."""
    writer = _WRITERS.get(e.event)
    if writer is not None:
        return writer(e)
    parts = [e.event, *(part for part in (e.detail, e.object, e.via) if part)]
    return " ".join(parts)


def _line_of_sight(e: Event) -> str:
    if e.value is not None:
        return f"in sight of {e.object}, after {seconds(e.value)} hidden by terrain"
    return f"above the horizon of {e.object}"


def _detection(e: Event) -> str:
    snr = f" (signal to noise {e.value:.0f} dB)" if e.value is not None else ""
    return f"first detected by {e.object}{snr}"


def _local_track(e: Event) -> str:
    return f"track confirmed by {e.object}"


def _system_track(e: Event) -> str:
    return f"fused track {e.via or ''} begun".replace("  ", " ")


def _dropped(e: Event) -> str:
    return f"track {e.via or ''} dropped".replace("  ", " ")


def _identified(e: Event) -> str:
    p = f" (probability hostile {percent(e.value)})" if e.value is not None else ""
    return f"identity held: {e.detail}{p}"


def _classified(e: Event) -> str:
    p = f" (probability {percent(e.value)})" if e.value is not None else ""
    return f"class held: {(e.detail or 'none').replace('_', ' ')}{p}"


def _strobe(e: Event) -> str:
    jn = f" (jammer to noise {e.value:.0f} dB)" if e.value is not None else ""
    return f"jam strobe at {e.object}{jn}"


def _strobe_over(e: Event) -> str:
    lasted = f" after {e.value:.0f} s" if e.value is not None else ""
    return f"jam strobe at {e.object} over{lasted}"


def _seduced(e: Event) -> str:
    share = f" (share of the echo {percent(e.value)})" if e.value is not None else ""
    return f"{e.subject}: seeker locks on the towed decoy{share}"


def _pulled(e: Event) -> str:
    js = f" ({e.value:.0f} dB stronger than the target)" if e.value is not None else ""
    return f"{e.object}: its {e.detail} gate goes off the target with a false echo{js}"


def _pull_over(e: Event) -> str:
    unit = "m/s" if e.detail == "velocity" else "m"
    how_far = f", {e.value:.0f} {unit} off the target" if e.value is not None else ""
    return f"{e.object}: its {e.detail} gate has lost the false echo{how_far}"


def _burn(e: Event) -> str:
    times = f"{e.value:.0f} times as long" if e.value is not None else "longer"
    if e.detail == "looks longer":
        return f"{e.object} looks at it {times}, at {km(e.range_m)}"
    return f"{e.object} sees it by looking {times}, at {km(e.range_m)}"


def _jamming(e: Event) -> str:
    return f"jammer {e.detail}"


def _error(e: Event) -> str:
    return f" (error {km(e.value)})" if e.value is not None else ""


def _cross(e: Event) -> str:
    return f"strobes of two radars cross{_error(e)}"


def _passive(e: Event) -> str:
    return f"held from strobes alone as passive track {e.via or ''}{_error(e)}"


def _refuted(e: Event) -> str:
    return f"crossing refuted by {e.object}, which hears nothing there"


def _homes(e: Event) -> str:
    return f"{e.subject} homes on the jamming of {e.object} from {km(e.range_m)}"


def _silent(e: Event) -> str:
    return f"{e.subject} no longer hears {e.object} and flies on from memory"


def _withheld(e: Event) -> str:
    return f"fire withheld: {e.detail}"


def _assigned(e: Event) -> str:
    pk = f" (estimated kill probability {percent(e.value)})" if e.value is not None else ""
    return f"assigned to {e.object} with {e.detail}{pk}"


def _launch(e: Event) -> str:
    flight = f", {e.value:.0f} s to go" if e.value is not None else ""
    return f"{e.subject} ({e.detail}) launched from {e.via}{flight}"


def _seeker(e: Event) -> str:
    return f"{e.subject}: seeker on"


def _burst(e: Event) -> str:
    miss = f" {e.range_m:.1f} m from it" if e.range_m is not None else ""
    pk = f", kill probability {percent(e.value)}" if e.value is not None else ""
    return f"{e.subject} bursts{miss}{pk}"


def _missile_end(e: Event) -> str:
    return f"{e.subject} ends: {e.detail}"


def _wrong_shot(e: Event) -> str:
    return f"WRONG SHOT: {e.subject or 'a burst of a gun'} was fired at what is truly {e.detail}"


def _engagement_end(e: Event) -> str:
    rounds = f" after {e.value:.0f} round{'' if e.value == 1 else 's'}" if e.value is not None else ""
    return f"engagement by {e.object} closed{rounds}: {e.detail}"


def _platform_end(e: Event) -> str:
    by = f" by {e.via}" if e.via else ""
    where = f" ({e.object})" if e.object else ""
    return f"{e.detail}{by}{where}"


def _site_hit(e: Event) -> str:
    miss = f" ({e.value:.0f} m off)" if e.value is not None else ""
    return f"{e.subject} hit{miss}"


def _site_lost(e: Event) -> str:
    return f"{e.subject} LOST"


def _gun(e: Event) -> str:
    if e.detail == "opens fire":
        rounds = f" {e.value:.0f} rounds" if e.value is not None else ""
        return f"{e.object} opens fire:{rounds} at {km(e.range_m)}"
    pk = f" (kill probability {percent(e.value)})" if e.detail in ("miss", "kill") else ""
    return f"burst of {e.object}: {e.detail}{pk}"


def _resupply(e: Event) -> str:
    rounds = f"{e.value:.0f} rounds" if e.value is not None else "rounds"
    told = {
        "truck sent": f"a truck with {rounds} is sent to {e.object}",
        "truck waits": f"its truck with {rounds} waits for {e.object}, which is under way or without power",
        "reloads": f"its truck has handed {rounds} over to {e.object}",
        "truck turns back": f"its truck turns back with {rounds}: {e.object} is out of action",
        "truck lost": f"its truck is lost at {e.object} with {rounds}",
        "stock lost": f"{rounds} and the trucks beside them are lost with it",
        "truck stranded": f"a truck with {rounds} comes back to nothing",
    }
    return f"{e.subject}: {told.get(e.detail or '', e.detail)}"


def _power(e: Event) -> str:
    return f"{e.subject} {e.detail} ({e.object})"


def _moves(e: Event) -> str:
    to = f" (place {e.value:.0f})" if e.value is not None else ""
    return f"{e.subject} {e.detail}{to}"


def _alarm(e: Event) -> str:
    told = {
        "ignore": "nothing is done",
        "shut-down": "it is shut down",
        "decoy-emitter": "it is shut down, decoy emitters on",
        "intercept": "to be intercepted first",
    }
    return f"held to home on {e.object}: {told.get(e.detail or '', e.detail)}"


def _link_cut(e: Event) -> str:
    return f"{e.subject}: no line of sight to {e.via}, its command link is lost"


def _seeker_cut(e: Event) -> str:
    return f"{e.subject}: ground hides the target from its seeker {e.detail}"


_WRITERS: dict[str, Callable[[Event], str]] = {
    "line of sight": _line_of_sight,
    "detection": _detection,
    "local track": _local_track,
    "system track": _system_track,
    "track dropped": _dropped,
    "identified": _identified,
    "classified": _classified,
    "jam strobe": _strobe,
    "jam strobe over": _strobe_over,
    "jamming": _jamming,
    "burn-through": _burn,
    "seduced": _seduced,
    "track pulled off": _pulled,
    "pull-off over": _pull_over,
    "strobes cross": _cross,
    "passive track": _passive,
    "crossing refuted": _refuted,
    "homes on jamming": _homes,
    "emitter silent": _silent,
    "fire withheld": _withheld,
    "assigned": _assigned,
    "launch": _launch,
    "seeker on": _seeker,
    "burst": _burst,
    "missile end": _missile_end,
    "wrong shot": _wrong_shot,
    "engagement end": _engagement_end,
    "platform end": _platform_end,
    "site hit": _site_hit,
    "site lost": _site_lost,
    "anti-radiation alarm": _alarm,
    "command link lost": _link_cut,
    "seeker blinded": _seeker_cut,
    "site moves": _moves,
    "power supply": _power,
    "resupply": _resupply,
    "gun fire": _gun,
}
