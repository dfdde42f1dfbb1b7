"""A doctrine in plain Python: the most threatening track first, with the surest missile, one round and then a look."""

from __future__ import annotations

import numpy as np

from openiads.agents import Assignment, Doctrine


class Greedy(Doctrine):
    """Every track that threatens something and may be fired at gets one round of what is surest to kill it."""

    def decide(self, view):
        tracks = view.tracks
        candidates = np.flatnonzero(tracks["may_engage"] & (tracks["threat"] > 0.0))
        if not len(candidates):
            return []  # view.options costs some time: ask for it only when it is needed
        pk = view.options.pk.copy()
        channels = view.batteries["channels_free"].copy()
        orders = []
        for row in candidates[np.argsort(-tracks["threat"][candidates], kind="stable")]:
            pk[row][channels == 0] = 0.0
            battery, missile = np.unravel_index(np.argmax(pk[row]), pk[row].shape)
            if pk[row, battery, missile] > 0.0:
                orders.append(Assignment(tracks["id"][row], battery, missile, 1))
                channels[battery] -= 1
        return orders


class Random(Doctrine):
    """Orders drawn by lot among those that would be carried out; a floor beside which others are judged."""

    def decide(self, view):
        tracks = view.tracks
        if not (tracks["may_engage"] & (tracks["threat"] > 0.0)).any():
            return []
        possible = np.argwhere((view.options.pk > 0.0) & (tracks["threat"] > 0.0)[:, None, None])
        if not len(possible):
            return []
        row, battery, missile = possible[view.rng.integers(len(possible))]
        return [Assignment(tracks["id"][row], battery, missile, int(view.rng.integers(1, 3)))]
