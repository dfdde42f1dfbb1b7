"""Friend, neutral or hostile? Bayes' rule on replies, behaviour and class; and who may be shot at.

A track has one of three hidden identities. Evidence about it:

* interrogations: `n_asked` asked, `n_friend` cryptographic and `n_civil` transponder replies. Whether an
  aircraft has a working set is decided once per flight, so silence is *not* n independent facts:
      L = a r^k (1-r)^(n-k) + (1-a) g^k (1-g)^(n-k)
  with a the share of aircraft with the set on, r its replies per interrogation, g false replies (garbling, a
  gate on the wrong target) per interrogation of the others. Birds and clutter carry no set: a = 0;
* four yes/no facts, each used once, as it stands now: inside an airway, closing on a defended asset, first
  seen low and near, jamming from its bearing;
* the class posterior of `classify`: f(data | identity) = sum of P(class | identity) f(data | class).

The posterior follows from these and the prior. The prior matters as much as the evidence: where nearly all
traffic is civil, evidence of hostility mostly picks out civil aircraft with a failed transponder.

Sources: Bayes' rule; the mixture for silence with a common cause is our own. States and weapons control as
commonly defined in allied doctrine (weapons free: at what is not recognised as friendly; tight: only at
what is recognised as hostile; hold: in self-defence only). All numbers are assumptions (grade F), one by one
below.
"""

from __future__ import annotations

import math

import numpy as np

from openiads._jit import kernel
from openiads.doctrine import classify

UNKNOWN, FRIEND, NEUTRAL, HOSTILE = 0, 1, 2, 3
STATE_NAMES = ("unknown", "friend", "neutral", "hostile")

WEAPONS_FREE, WEAPONS_TIGHT, WEAPONS_HOLD = 0, 1, 2
CONTROL_NAMES = ("free", "tight", "hold")

NO, YES, NOT_KNOWN = 0, 1, -1  # answers to the four facts
MOST_ASKED = 40  # interrogations beyond these bring nothing new (and products of so many cannot underflow)

_P = "probability given the identity"
# Order of classify: fighter, bomber, airliner, cruise missile, drone, ballistic, arm, helicopter, bird, other
_CLASS_FRIEND = (0.55, 0.03, 0.15, 0.001, 0.10, 0.001, 0.001, 0.157, 0.001, 0.009)
_CLASS_NEUTRAL = (0.001, 0.001, 0.88, 0.0005, 0.01, 0.0001, 0.0001, 0.04, 0.05, 0.0173)
_CLASS_HOSTILE = (0.20, 0.06, 0.01, 0.22, 0.30, 0.12, 0.05, 0.03, 0.001, 0.009)
# Rules of engagement and beliefs of one command post. Name, type, default, note (what it is; range; grade).
_FIELDS = (
    ("control", "i8", WEAPONS_TIGHT, "weapons control: 0 free, 1 tight, 2 hold"),
    ("self_defence", "i8", 1, "1: what attacks the unit itself may be shot at if not friend or neutral"),
    ("prior_friend", "f8", 0.10, "share of friends among tracks; by scenario, 0 to 1; F"),
    ("prior_neutral", "f8", 0.60, "share of neutrals (civil traffic, birds); by scenario, 0 to 1; F"),
    ("prior_hostile", "f8", 0.30, "share of hostiles; by scenario, 0 to 1; F"),
    ("declare_friend", "f8", 0.90, "posterior needed to declare friend, 0.7 to 0.99; F"),
    ("declare_neutral", "f8", 0.90, "posterior needed to declare neutral, 0.7 to 0.99; F"),
    ("declare_hostile", "f8", 0.95, "posterior needed to declare hostile, 0.8 to 0.999; F"),
    ("keep", "f8", 0.60, "a declared state stands while its posterior is above this, 0.3 to 0.9; F"),
    ("crypto_on_friend", "f8", 0.97, "share of friends with a working set and key, 0.8 to 0.995; F"),
    ("crypto_on_hostile", "f8", 0.001, "share of hostiles with a captured or copied set, 0 to 0.01; F"),
    ("crypto_reply", "f8", 0.90, "reply of a working set to one interrogation, 0.8 to 0.98; F"),
    ("crypto_false", "f8", 0.001, "friendly reply booked to another track, per interrogation, 0 to 0.02; F"),
    ("civil_on_friend", "f8", 0.50, "share of friends that also answer as civil traffic, 0 to 1; F"),
    ("civil_on_neutral", "f8", 0.98, "share of civil aircraft with a set that is on, 0.8 to 0.999; F"),
    ("civil_on_hostile", "f8", 0.02, "share of hostiles that pose as civil traffic, 0 to 0.2; F"),
    ("civil_reply", "f8", 0.97, "reply of a working transponder to one interrogation, 0.9 to 0.99; F"),
    ("civil_false", "f8", 0.005, "civil reply booked to another track, per interrogation, 0 to 0.05; F"),
    ("airway_friend", "f8", 0.15, "in an airway: " + _P + "; F"),
    ("airway_neutral", "f8", 0.85, "in an airway: " + _P + "; F"),
    ("airway_hostile", "f8", 0.10, "in an airway: " + _P + "; F"),
    ("closing_friend", "f8", 0.25, "heading for a defended asset: " + _P + "; F"),
    ("closing_neutral", "f8", 0.10, "heading for a defended asset: " + _P + "; F"),
    ("closing_hostile", "f8", 0.70, "heading for a defended asset: " + _P + "; F"),
    ("popup_friend", "f8", 0.03, "first seen low and near: " + _P + "; F"),
    ("popup_neutral", "f8", 0.03, "first seen low and near: " + _P + "; F"),
    ("popup_hostile", "f8", 0.30, "first seen low and near: " + _P + "; F"),
    ("jamming_friend", "f8", 0.02, "jamming from its bearing: " + _P + "; F"),
    ("jamming_neutral", "f8", 0.01, "jamming from its bearing: " + _P + "; F"),
    ("jamming_hostile", "f8", 0.10, "jamming from its bearing: " + _P + "; F"),
    ("class_friend", "f8", _CLASS_FRIEND, "share of each class among friends; by scenario; F"),
    ("class_neutral", "f8", _CLASS_NEUTRAL, "share of each class among neutrals; by scenario; F"),
    ("class_hostile", "f8", _CLASS_HOSTILE, "share of each class among hostiles; by scenario; F"),
    ("emitter_ratio", "f8", 100.0, "located as the source of jamming: hostile over other, 1 (no evidence) to 10000; F"),
)  # fmt: skip

ROE = np.dtype(
    [(n, t, (len(d),)) if isinstance(d, tuple) else (n, t) for n, t, d, _ in _FIELDS],
    align=True,
)
ROE_NOTES = {name: note for name, _, _, note in _FIELDS}


def default_roe(n: int = 1) -> np.recarray:
    """`n` rows of rules of engagement with the defaults of this file; ROE_NOTES says what each field is."""
    rows = np.zeros(n, ROE).view(np.recarray)
    for name, _, value, _ in _FIELDS:
        rows[name] = value
    return rows


@kernel
def _power(p, k):
    """p^k for k >= 0 by repeated squaring (the same bits compiled and interpreted)."""
    result = 1.0
    while k > 0:
        if k & 1:
            result *= p
        p *= p
        k >>= 1
    return result


@kernel
def reply_likelihoods(n_asked, n_replies, p_reply, p_false):
    """Probability of this very sequence of replies and silences (no binomial coefficient): (from a set that works, else).

    p_reply, p_false: of a reply per interrogation, with a set that works and without.
    Counts out of order (replies above n_asked, negative) are cut to what is possible; more than MOST_ASKED
    interrogations count as so many, with the same share of replies.
    """
    n = max(n_asked, 0)
    k = min(max(n_replies, 0), n)
    if n > MOST_ASKED:
        k = (k * MOST_ASKED + n // 2) // n
        n = MOST_ASKED
    works = _power(p_reply, k) * _power(1.0 - p_reply, n - k)
    return works, _power(p_false, k) * _power(1.0 - p_false, n - k)


@kernel
def _mixed(share, works, fails):
    """Likelihood where that share of sets works."""
    return share * works + (1.0 - share) * fails


@kernel
def _fact(answer, p_yes):
    """Probability of one yes/no fact; 1 where it is not known."""
    if answer < 0:
        return 1.0
    if answer > 0:
        return p_yes
    return 1.0 - p_yes


@kernel
def class_likelihoods(roe, class_logodds):
    """Likelihood of the class evidence for a friend, a civil aircraft, a bird or clutter, and a hostile.

    All four up to one common factor; the middle two are joint with being that kind of neutral.
    """
    top = class_logodds[0]
    for k in range(1, classify.N_CLASSES):
        top = max(top, class_logodds[k])
    friend = 0.0
    civil = 0.0
    bird = 0.0
    hostile = 0.0
    for k in range(classify.N_CLASSES):
        f = 0.0
        if class_logodds[k] > top - 40.0:
            f = math.exp(class_logodds[k] - top)
        friend += f * roe.class_friend[k]
        hostile += f * roe.class_hostile[k]
        if k in (classify.BIRD, classify.OTHER):
            bird += f * roe.class_neutral[k]
        else:
            civil += f * roe.class_neutral[k]
    return friend, civil, bird, hostile


@kernel
def identity_posterior(
    roe, n_asked, n_friend, n_civil, class_logodds, in_airway, closing, popped_up, jamming
):
    """(P(friend), P(neutral), P(hostile)) of one track.

    Parameters
    ----------
    roe : row of ROE.
    n_asked, n_friend, n_civil : interrogations so far, those with a cryptographic, those with a civil reply.
    class_logodds : f8 [10] of `classify.update_class`; zeros for none.
    in_airway, closing, popped_up, jamming : YES, NO or NOT_KNOWN.
    All zero where the evidence is impossible under every identity (probabilities of 0 or 1 in `roe`).
    """
    friend, civil, bird, hostile = class_likelihoods(roe, class_logodds)
    if n_asked > 0:
        works, fails = reply_likelihoods(n_asked, n_friend, roe.crypto_reply, roe.crypto_false)
        friend *= _mixed(roe.crypto_on_friend, works, fails)
        civil *= fails
        bird *= fails
        hostile *= _mixed(roe.crypto_on_hostile, works, fails)
        works, fails = reply_likelihoods(n_asked, n_civil, roe.civil_reply, roe.civil_false)
        friend *= _mixed(roe.civil_on_friend, works, fails)
        civil *= _mixed(roe.civil_on_neutral, works, fails)
        bird *= fails
        hostile *= _mixed(roe.civil_on_hostile, works, fails)
    neutral = civil + bird
    friend *= _fact(in_airway, roe.airway_friend) * _fact(closing, roe.closing_friend)
    neutral *= _fact(in_airway, roe.airway_neutral) * _fact(closing, roe.closing_neutral)
    hostile *= _fact(in_airway, roe.airway_hostile) * _fact(closing, roe.closing_hostile)
    friend *= _fact(popped_up, roe.popup_friend) * _fact(jamming, roe.jamming_friend) * roe.prior_friend
    neutral *= _fact(popped_up, roe.popup_neutral) * _fact(jamming, roe.jamming_neutral) * roe.prior_neutral
    hostile *= _fact(popped_up, roe.popup_hostile) * _fact(jamming, roe.jamming_hostile) * roe.prior_hostile
    total = friend + neutral + hostile
    if not total > 0.0:
        return 0.0, 0.0, 0.0
    return friend / total, neutral / total, hostile / total


@kernel
def as_emitter(roe, p_friend, p_neutral, p_hostile):
    """(P(friend), P(neutral), P(hostile)) of a track that strobes have located as the source of jamming.

    Being in the direction of a strobe, which others may be too, is a fact of its own (`jamming`). That the track is the source
    is `roe.emitter_ratio` times as likely of a hostile as of anybody else: the odds of hostile are multiplied by it.
    """
    hostile = p_hostile * max(roe.emitter_ratio, 0.0)
    total = p_friend + p_neutral + hostile
    if not total > 0.0:
        return 0.0, 0.0, 0.0
    return p_friend / total, p_neutral / total, hostile / total


@kernel
def declare(roe, current, p_friend, p_neutral, p_hostile):
    """New state of a track from its posterior and its `current` state.

    The most probable identity is declared when its posterior reaches its threshold. It stands, where it
    already was the state, while its posterior is at least `roe.keep`. Otherwise the track is UNKNOWN.
    """
    best = FRIEND
    p = p_friend
    need = roe.declare_friend
    if p_neutral > p:
        best = NEUTRAL
        p = p_neutral
        need = roe.declare_neutral
    if p_hostile > p:
        best = HOSTILE
        p = p_hostile
        need = roe.declare_hostile
    if p >= need or (current == best and p >= roe.keep):
        return best
    return UNKNOWN


@kernel
def may_engage(state, roe, attacks_own_unit=False):
    """True where weapons control lets this identity be shot at.

    free: hostile and unknown. tight: hostile. hold: nothing. Where `roe.self_defence` is set, also (under any
    control) a hostile or unknown that attacks the unit itself; that is the caller's judgement.
    """
    if state in (FRIEND, NEUTRAL):
        return False
    if roe.self_defence != 0 and attacks_own_unit:
        return True
    if roe.control == WEAPONS_FREE:
        return True
    return roe.control == WEAPONS_TIGHT and state == HOSTILE
