"""Addressed random numbers: Philox4x32-10, keyed by (seed, replication), counted by (stream, entity, other, epoch).

A draw has an address instead of a place in a queue. So adding a target leaves the luck of the others
untouched, any replication can be replayed alone, and two doctrines can be compared with the same luck.

Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC11 (2011). Constants as published there. Verified on the Random123 known-answer vectors
(tests/verification/test_n01_philox.py).
"""

from __future__ import annotations

import math

import numpy as np

from openiads._jit import kernel

# Streams: one number per purpose, so that no two purposes share a draw.
STREAM_DETECT = 1  # a radar look at a platform: detection and reply
STREAM_MEASURE = 2  # measurement errors of that look
STREAM_FALSE_COUNT = 3  # number of false plots in a search sector
STREAM_FALSE_PLOT = 4  # where they are
STREAM_STROBE = 5  # jam strobe bearing errors
STREAM_KILL = 6  # does the burst kill
STREAM_SEEKER = 7  # seeker noise
STREAM_DISPERSION = 8  # impact point errors of leakers and of surface strikes
STREAM_DAMAGE = 9  # does an impact destroy
STREAM_ASSESS = 10  # is a kill assessed rightly
STREAM_TRANSPONDER = 11  # does a transponder work at all in this replication
STREAM_FLIGHT = 12  # reliability of a missile
STREAM_JAM_TOUCH = 50  # does swept or fixed noise touch this look of a (hopping) radar
STREAM_COMPONENT = 60  # does an impact break a component
STREAM_REPAIR = 61  # how long a repair takes
STREAM_FAILURE = 62  # when a component fails by itself
STREAM_FALSE_TARGET = 52  # is a false target seen at this beam position
STREAM_FALSE_ERROR = 53  # its measurement errors
STREAM_SEDUCE = 51  # which of two echoes a seeker locks on
STREAM_GUN_LAYING = 65  # how far off a burst of a gun is laid
STREAM_GUN_KILL = 66  # does it kill
STREAM_LINK = 70  # is a plot lost on a link
STREAM_ORDER = 71  # how often an order must be repeated
STREAM_SPIKE_COUNT = 45  # number of false plots of the surface in a stretch of search
STREAM_SPIKE_PLOT = 46  # where they are
STREAM_PULL_OFF = 80  # does a false echo take the gate of a tracking radar
STREAM_HOME_ON_JAM = 85  # angle noise of a seeker that homes on jamming

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)  # golden ratio
_W1 = np.uint64(0xBB67AE85)  # sqrt(3) - 1
_LOW32 = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_TO_UNIT = 1.0 / 4294967296.0
_TWO_PI = 2.0 * math.pi


@kernel
def philox4x32(k0, k1, c0, c1, c2, c3):
    """Ten rounds on 32-bit words held in uint64; returns four words (uint64, below 2**32)."""
    k0 = np.uint64(k0) & _LOW32
    k1 = np.uint64(k1) & _LOW32
    c0 = np.uint64(c0) & _LOW32
    c1 = np.uint64(c1) & _LOW32
    c2 = np.uint64(c2) & _LOW32
    c3 = np.uint64(c3) & _LOW32
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = (p1 >> _32) ^ c1 ^ k0
        c2 = (p0 >> _32) ^ c3 ^ k1
        c1 = p1 & _LOW32
        c3 = p0 & _LOW32
        k0 = (k0 + _W0) & _LOW32
        k1 = (k1 + _W1) & _LOW32
    return c0, c1, c2, c3


@kernel
def uniform4(seed, replication, stream, entity, other, epoch):
    """Four uniforms in the open interval (0, 1), 32 bits each."""
    a, b, c, d = philox4x32(seed, replication, stream, entity, other, epoch)
    return (
        (float(a) + 0.5) * _TO_UNIT,
        (float(b) + 0.5) * _TO_UNIT,
        (float(c) + 0.5) * _TO_UNIT,
        (float(d) + 0.5) * _TO_UNIT,
    )


@kernel
def normal4(seed, replication, stream, entity, other, epoch):
    """Four independent standard normals (Box-Muller)."""
    u0, u1, u2, u3 = uniform4(seed, replication, stream, entity, other, epoch)
    r0 = math.sqrt(-2.0 * math.log(u0))
    r1 = math.sqrt(-2.0 * math.log(u2))
    return (
        r0 * math.cos(_TWO_PI * u1),
        r0 * math.sin(_TWO_PI * u1),
        r1 * math.cos(_TWO_PI * u3),
        r1 * math.sin(_TWO_PI * u3),
    )


@kernel
def poisson_from_uniform(mean, u):
    """Poisson count by inversion of one uniform; `mean` up to about 50."""
    term = math.exp(-mean)
    total = term
    count = 0
    while u > total and count < 200:
        count += 1
        term = term * mean / count
        total += term
    return count
