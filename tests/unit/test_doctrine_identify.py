"""Identification: Bayes' rule to the letter, errors as often as stated, base rates, fire control."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from openiads.doctrine import classify
from openiads.doctrine import identify as d

NOTHING = np.zeros(classify.N_CLASSES)


def roe(**changes):
    rows = d.default_roe()
    for name, value in changes.items():
        rows[name] = value
    return rows[0]


def posterior(rules, n=0, friend=0, civil=0, logodds=NOTHING, facts=(d.NOT_KNOWN,) * 4):
    return d.identity_posterior(rules, n, friend, civil, logodds, *facts)


def airliner():
    logodds = np.zeros(classify.N_CLASSES)
    for _ in range(10):
        weight = classify.evidence_weight(10.0)
        classify.update_class(logodds, 180.0, 10.0, 4000.0, 14.0, weight, 0.0, 0.0, 0.0, 2.0, math.nan)
    return logodds


def bayes(r, n, friend, civil, facts):
    """Posterior without class evidence, written out anew: priors, two mixtures, birds apart, four facts."""

    def replies(k, on, p, false):
        return on * p**k * (1 - p) ** (n - k) + (1 - on) * false**k * (1 - false) ** (n - k)

    def crypto(on):
        return replies(friend, on, r.crypto_reply, r.crypto_false)

    def transponder(on):
        return replies(civil, on, r.civil_reply, r.civil_false)

    bird = r.class_neutral[[classify.BIRD, classify.OTHER]].sum()
    weight = {
        "friend": r.prior_friend * crypto(r.crypto_on_friend) * transponder(r.civil_on_friend),
        "neutral": r.prior_neutral
        * crypto(0.0)
        * ((1 - bird) * transponder(r.civil_on_neutral) + bird * transponder(0.0)),
        "hostile": r.prior_hostile * crypto(r.crypto_on_hostile) * transponder(r.civil_on_hostile),
    }
    for answer, fact in zip(facts, ("airway", "closing", "popup", "jamming"), strict=True):
        for who in weight:
            p = r[f"{fact}_{who}"]
            weight[who] *= {d.YES: p, d.NO: 1 - p, d.NOT_KNOWN: 1.0}[answer]
    total = sum(weight.values())
    return tuple(v / total for v in weight.values())


def test_posterior_is_bayes_rule():
    rng = np.random.default_rng(3)
    rules = roe()
    for _ in range(300):
        n = int(rng.integers(0, d.MOST_ASKED + 1))
        friend, civil = (int(v) for v in rng.integers(0, n + 1, 2))
        facts = tuple(int(v) for v in rng.integers(-1, 2, 4))
        got = posterior(rules, n, friend, civil, NOTHING, facts)
        assert got == pytest.approx(bayes(rules, n, friend, civil, facts), rel=1e-9, abs=1e-300)


def test_class_evidence_enters_as_a_likelihood():
    """Certain class k: posterior odds are prior odds times P(k | identity)."""
    rules = roe()
    for k in range(classify.N_CLASSES):
        logodds = np.full(classify.N_CLASSES, -300.0)
        logodds[k] = 0.0
        w = np.array(
            [
                rules.prior_friend * rules.class_friend[k],
                rules.prior_neutral * rules.class_neutral[k],
                rules.prior_hostile * rules.class_hostile[k],
            ]
        )
        assert posterior(rules, logodds=logodds) == pytest.approx(w / w.sum(), rel=1e-12)


def test_nothing_known_is_the_prior():
    assert posterior(roe()) == pytest.approx((0.10, 0.60, 0.30), abs=1e-12)


@pytest.mark.parametrize("n", [1, 3, 8])
def test_how_often_an_airliner_is_declared_hostile(n):
    """Off the airway, closing, n interrogations: the closed form, and the kernel on simulated replies.

    The number of replies is 0 with probability 1 - a without a set (false replies apart), else binomial. The
    declared state depends on it alone: an error is as likely as the counts that lead to one.
    """
    rules = roe(prior_friend=0.02, prior_neutral=0.18, prior_hostile=0.80)
    logodds = airliner()
    facts = (d.NO, d.YES, d.YES, d.NO)
    states = [d.declare(rules, d.UNKNOWN, *posterior(rules, n, 0, k, logodds, facts)) for k in range(n + 1)]
    k = np.arange(n + 1)
    on = rules.civil_on_neutral
    mass = on * binom.pmf(k, n, rules.civil_reply) + (1 - on) * binom.pmf(k, n, rules.civil_false)
    expected = mass[np.array(states) == d.HOSTILE].sum()
    assert states[0] == d.HOSTILE and states[n] != d.HOSTILE
    assert (1 - on) * 0.9 < expected < 0.1  # silent sets make up most of it

    rng = np.random.default_rng(n)
    trials = 20_000
    works = rng.random(trials) < on
    replies = np.where(
        works, rng.binomial(n, rules.civil_reply, trials), rng.binomial(n, rules.civil_false, trials)
    )
    wrong = 0
    for r in replies:
        p = posterior(rules, n, 0, int(r), logodds, facts)
        wrong += d.declare(rules, d.UNKNOWN, *p) == d.HOSTILE
    sigma = math.sqrt(trials * expected * (1 - expected))
    assert abs(wrong - trials * expected) < 3.5 * sigma


def test_more_interrogations_cannot_cure_a_dead_transponder():
    """The floor under the error is the share of sets that do not work: silence has a common cause."""
    rules = roe()
    p = [posterior(rules, n, 0, 0)[2] for n in (1, 2, 5, 20, 40, 400)]
    assert p == sorted(p)
    limit = posterior(rules, 400, 0, 0)
    assert limit[1] > 0.01
    # n independent silences would have said (1 - r)^n: certainty after a handful
    assert 0.03**20 < 1e-30 < limit[1]


def test_base_rates():
    """The same silent, climbing, closing track: hostile where half of all are, civil where 1 in 2,000 is."""
    facts = (d.NO, d.YES, d.YES, d.NO)
    war = roe(prior_friend=0.0, prior_neutral=0.5, prior_hostile=0.5)
    peace = roe(prior_friend=0.0, prior_neutral=0.9995, prior_hostile=0.0005)
    in_war = posterior(war, 10, 0, 0, airliner(), facts)
    in_peace = posterior(peace, 10, 0, 0, airliner(), facts)
    assert d.declare(war, d.UNKNOWN, *in_war) == d.HOSTILE
    assert d.declare(peace, d.UNKNOWN, *in_peace) != d.HOSTILE
    assert in_peace[1] > 0.7
    # odds scale with the prior odds exactly: the evidence is the same
    ratio = (in_war[2] / in_war[1]) / (in_peace[2] / in_peace[1])
    assert ratio == pytest.approx(1.0 / (0.0005 / 0.9995), rel=1e-9)


def test_each_fact_pushes_its_way():
    rules = roe()
    base = posterior(rules)[2]
    inside, outside = posterior(rules, facts=(d.YES, -1, -1, -1)), posterior(rules, facts=(d.NO, -1, -1, -1))
    assert inside[2] < base < outside[2]
    for k in (1, 2, 3):
        yes, no = [-1] * 4, [-1] * 4
        yes[k], no[k] = d.YES, d.NO
        assert posterior(rules, facts=tuple(no))[2] < base < posterior(rules, facts=tuple(yes))[2]


def test_replies_identify():
    rules = roe()
    assert d.declare(rules, d.UNKNOWN, *posterior(rules, 5, 5, 2)) == d.FRIEND
    assert d.declare(rules, d.UNKNOWN, *posterior(rules, 5, 0, 5, airliner())) == d.NEUTRAL
    assert d.declare(rules, d.UNKNOWN, *posterior(rules)) == d.UNKNOWN


def test_a_bird_is_silent_and_still_neutral():
    logodds = np.full(classify.N_CLASSES, -30.0)
    logodds[classify.BIRD] = 0.0
    p = posterior(roe(), 20, 0, 0, logodds)
    assert p[1] > 0.9


def test_more_than_the_most_counts_as_the_most():
    rules = roe()
    assert posterior(rules, 4 * d.MOST_ASKED, 0, 2 * d.MOST_ASKED) == posterior(
        rules, d.MOST_ASKED, 0, d.MOST_ASKED // 2
    )
    assert all(math.isfinite(v) for v in posterior(rules, 10**6, 10**6, 10**6))


def test_impossible_counts_are_cut():
    rules = roe()
    assert posterior(rules, 3, 9, -2) == posterior(rules, 3, 3, 0)


def test_impossible_evidence_declares_nothing():
    rules = roe(prior_friend=0.0, prior_neutral=0.0, prior_hostile=1.0, closing_hostile=0.0)
    p = posterior(rules, facts=(-1, d.YES, -1, -1))
    assert p == (0.0, 0.0, 0.0)
    assert d.declare(rules, d.HOSTILE, *p) == d.UNKNOWN


def test_a_declared_state_stands_until_doubt():
    rules = roe()
    assert d.declare(rules, d.UNKNOWN, 0.1, 0.1, 0.8) == d.UNKNOWN
    assert d.declare(rules, d.HOSTILE, 0.1, 0.1, 0.8) == d.HOSTILE
    assert d.declare(rules, d.HOSTILE, 0.2, 0.3, 0.5) == d.UNKNOWN
    assert d.declare(rules, d.HOSTILE, 0.02, 0.95, 0.03) == d.NEUTRAL


@pytest.mark.parametrize(
    ("control", "allowed"),
    [
        (d.WEAPONS_FREE, {d.UNKNOWN, d.HOSTILE}),
        (d.WEAPONS_TIGHT, {d.HOSTILE}),
        (d.WEAPONS_HOLD, set()),
    ],
)
def test_weapons_control(control, allowed):
    rules = roe(control=control)
    for state in range(4):
        assert d.may_engage(state, rules) == (state in allowed)
        attacked = d.may_engage(state, rules, True)
        assert attacked == (state in allowed or state in (d.UNKNOWN, d.HOSTILE))
        assert d.may_engage(state, roe(control=control, self_defence=0), True) == (state in allowed)


def test_defaults_are_probabilities_with_notes():
    rules = d.default_roe(2)
    assert set(d.ROE_NOTES) == set(d.ROE.names)
    for name in d.ROE.names:
        assert d.ROE_NOTES[name]
        if name == "emitter_ratio":  # of two likelihoods
            assert (rules[name] >= 1.0).all()
        elif d.ROE[name].kind == "f" or d.ROE[name].subdtype:
            assert ((rules[name] >= 0.0) & (rules[name] <= 1.0)).all()
    priors = ("prior_friend", "prior_neutral", "prior_hostile")
    for group in (priors, ("class_friend",), ("class_neutral",), ("class_hostile",)):
        total = sum(np.sum(rules[name][0]) for name in group)
        assert total == pytest.approx(1.0, abs=1e-9)
