"""Home on jam: a seeker that flies at the strongest source of jamming in its cone, by the angle alone.

The round is sent to the passive track that it was fired at. From a distance on it listens; what it then hears the strongest
gives a direction and its rate, no range. It flies proportional navigation on these with the closing speed that the passive track
tells. When the source goes silent it flies on from memory, and after that destroys itself.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events, rng
from openiads.engine.systems.move import evaluate
from openiads.engine.systems.sightline import ray_clear
from openiads.physics import interceptor_schema as ims
from openiads.physics.antenna import GAUSS_EXPONENT
from openiads.physics.interceptor_body import up_unit

_LEAST_M = 2000.0  # range that it reckons with at least
_LEAST_CLOSING = 0.3  # of its own speed


@kernel
def arm(w, i):
    """At launch: does round i home on jamming, its target being known from strobes alone? (writes homing)"""
    s = w.homing[i]
    r = w.round[i]
    passive = w.picture[r.track].passive == 1
    s.armed = 1 if passive and w.arms[w.missile[i].missile_type].homes == 1 else 0
    s.hears = 0
    s.emitter = -1
    s.t_heard_s = -1.0
    s.e1, s.e2 = 0.0, 0.0


@kernel
def listen(w, i, t_s, ex, ey, ez, wx, wy, wz):
    """What round i flies at: (lost, x, y, z, vx, vy, vz); e, w: where the passive track puts the emitter, and its velocity.

    lost: the memory is over. Writes homing, round.platform and the missile's phase and target.
    """
    s = w.homing[i]
    m = w.missile[i]
    par = w.weapon[m.missile_type]
    arms = w.arms[m.missile_type]
    dx, dy, dz = ex - m.x_m, ey - m.y_m, ez - m.z_m
    told_m = math.sqrt(dx * dx + dy * dy + dz * dz)
    heard = s.t_heard_s >= 0.0
    if m.phase < ims.MIDCOURSE or (not heard and told_m > arms.range_m):
        return False, ex, ey, ez, wx, wy, wz
    age = t_s - s.t_heard_s
    if heard:
        dx, dy, dz = (
            s.x_m + s.vx_mps * age - m.x_m,
            s.y_m + s.vy_mps * age - m.y_m,
            s.z_m + s.vz_mps * age - m.z_m,
        )
    p = _strongest(w, m, par, t_s, dx, dy, dz)
    if p < 0:
        if not heard:
            return False, ex, ey, ez, wx, wy, wz
        if age > arms.memory_s:
            return True, ex, ey, ez, wx, wy, wz
        if s.hears == 1:
            s.hears = 0
            _tell(w, i, t_s, events.EMITTER_SILENT)
        return False, m.x_m + dx, m.y_m + dy, m.z_m + dz, s.vx_mps, s.vy_mps, s.vz_mps
    known = s.hears == 1 and s.emitter == p
    s.hears = 1
    s.emitter = p
    s.t_heard_s = t_s
    w.round[i].platform = p
    m.target = p
    if m.phase == ims.MIDCOURSE:
        m.phase = ims.TERMINAL
    _point(w, i, t_s, max(told_m, _LEAST_M), wx, wy, wz)
    if not known:
        _tell(w, i, t_s, events.HOMES_ON_JAM)
    return False, s.x_m, s.y_m, s.z_m, s.vx_mps, s.vy_mps, s.vz_mps


@kernel
def _tell(w, i, t_s, code):
    """An event of round i and what it homes on."""
    m = w.missile[i]
    p = w.platform_state[w.homing[i].emitter]
    dx, dy, dz = p.x_m - m.x_m, p.y_m - m.y_m, p.z_m - m.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    speed = math.sqrt(m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps)
    events.emit(w, t_s, code, i, w.homing[i].emitter, -1, -1, dist, m.alt_m, speed, math.nan)


@kernel
def _strongest(w, m, par, t_s, lx, ly, lz):
    """Platform whose jamming is the strongest at the missile, in the cone about l and within the gimbal; -1 none.

    What ground or Earth hides is not heard.
    """
    best, most = -1, 0.0
    l2 = lx * lx + ly * ly + lz * lz
    v2 = m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps
    cone, gimbal = math.cos(0.5 * par.seeker_fov_rad), math.cos(par.seeker_gimbal_rad)
    for j in range(w.jammer.shape[0]):
        jam = w.jammer[j]
        s = w.platform_state[jam.platform]
        if w.jammer_state[j].on == 0 or s.active == 0:
            continue
        evaluate(w, jam.platform, t_s)
        dx, dy, dz = s.x_m - m.x_m, s.y_m - m.y_m, s.z_m - m.z_m
        d2 = max(dx * dx + dy * dy + dz * dz, 1.0)
        if dx * lx + dy * ly + dz * lz < cone * math.sqrt(d2 * l2):
            continue
        if dx * m.vx_mps + dy * m.vy_mps + dz * m.vz_mps < gimbal * math.sqrt(d2 * v2):
            continue
        power = w.jam_erp_w[j] / d2
        if jam.beam_rad > 0.0:
            ax, ay, az = jam.aim_x_m - s.x_m, jam.aim_y_m - s.y_m, jam.aim_z_m - s.z_m
            length = math.sqrt((ax * ax + ay * ay + az * az) * d2)
            sq = 2.0 * max(1.0 + (ax * dx + ay * dy + az * dz) / max(length, 1.0), 0.0)
            power *= max(math.exp(-GAUSS_EXPONENT * sq / (jam.beam_rad * jam.beam_rad)), jam.side_gain)
        if power > most and ray_clear(w, m.x_m, m.y_m, m.z_m, m.alt_m, s.x_m, s.y_m, s.z_m, s.alt_m):
            best, most = jam.platform, power
    return best


@kernel
def _point(w, i, t_s, range_m, wx, wy, wz):
    """A point at the reckoned range that shows the missile the same direction and rate as the source (writes homing)."""
    sim = w.sim[0]
    s = w.homing[i]
    m = w.missile[i]
    par = w.weapon[m.missile_type]
    p = w.platform_state[s.emitter]
    dx, dy, dz = p.x_m - m.x_m, p.y_m - m.y_m, p.z_m - m.z_m
    dist = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    lx, ly, lz = dx / dist, dy / dist, dz / dist
    rx, ry, rz = p.vx_mps - m.vx_mps, p.vy_mps - m.vy_mps, p.vz_mps - m.vz_mps
    along = rx * lx + ry * ly + rz * lz
    scale = range_m / dist
    speed = math.sqrt(m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps)
    closing = (m.vx_mps - wx) * lx + (m.vy_mps - wy) * ly + (m.vz_mps - wz) * lz
    closing = max(closing, _LEAST_CLOSING * speed)
    s.vx_mps = m.vx_mps + scale * (rx - along * lx) - closing * lx
    s.vy_mps = m.vy_mps + scale * (ry - along * ly) - closing * ly
    s.vz_mps = m.vz_mps + scale * (rz - along * lz) - closing * lz
    # The error of the angle, correlated in time as that of the seeker's own radar, across the line of sight.
    rho = math.exp(-sim.dt_s / par.seeker_tau_s) if par.seeker_tau_s > 0.0 else 0.0
    fresh = math.sqrt(1.0 - rho * rho)
    n = rng.normal4(sim.seed, sim.replication, rng.STREAM_HOME_ON_JAM, w.round[i].address, 0, sim.step)
    s.e1 = rho * s.e1 + fresh * n[0]
    s.e2 = rho * s.e2 + fresh * n[1]
    ux, uy, uz = up_unit(m.x_m, m.y_m, m.z_m)
    hx, hy, hz = ly * uz - lz * uy, lz * ux - lx * uz, lx * uy - ly * ux
    h = max(math.sqrt(hx * hx + hy * hy + hz * hz), 1e-6)
    hx, hy, hz = hx / h, hy / h, hz / h
    kx, ky, kz = hy * lz - hz * ly, hz * lx - hx * lz, hx * ly - hy * lx
    a, b = range_m * par.seeker_noise_rad * s.e1, range_m * par.seeker_noise_rad * s.e2
    s.x_m = m.x_m + range_m * lx + a * hx + b * kx
    s.y_m = m.y_m + range_m * ly + a * hy + b * ky
    s.z_m = m.z_m + range_m * lz + a * hz + b * kz
