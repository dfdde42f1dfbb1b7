"""Point-mass missile substeps per second on one core, beside the same midcourse arithmetic in plain C (gcc
-O2).

    python benchmarks/bench_missile.py [--json]

One substep of `interceptor.advance`: altitude, gravity with its gradient and Coriolis, air by table, drag by
Mach, lateral command, limit and lag, induced drag, the work ledger, the ground test; in homing also augmented
navigation and the closest-approach test. A call flies 0.25 s and does the guidance epoch on top. Best of
seven passes. The C row flies the same unpowered midcourse substeps without the epoch, from the same state;
both must end within a micrometre, or the script fails. Fire control (`flyout_lookup`, `predict_intercept`)
and table making are timed too.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import math
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from openiads._jit import kernel
from openiads.analysis.envelope import missile_row
from openiads.catalog.load import load_catalog
from openiads.physics import atmosphere
from openiads.physics.flyout import flyout_lookup, make_flyout, point_north, predict_intercept
from openiads.physics.geodesy import MU_M3PS2, OMEGA_RADPS, altitude_m
from openiads.physics.gravity import effective_gravity
from openiads.physics.guidance import lofted_direction, predicted_meeting
from openiads.physics.interceptor import STEER_RATE, advance, launch
from openiads.physics.interceptor_body import up_unit
from openiads.physics.interceptor_schema import MACH_STEP, N_MACH, missile_types, missiles
from openiads.units import STANDARD_GRAVITY_MPS2

PASSES = 7
CALLS = 20_000
STEP_S = 0.25

C_SOURCE = r"""
#include <math.h>
typedef struct { double g[3], u[3], k[3], x0[3], d[3], f[3], alt0, grad, bulge, w2, area, induced, cl_max,
                 cap, lag_decay, lag_mean, mass, steer, inv_r0, inv_mach, row0; } frame;
static double dot(const double *a, const double *b) { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2]; }
static void shorten(double *a, double most) {
    double a2 = dot(a, a);
    if (a2 > most * most) { double k = most / sqrt(a2); a[0] *= k; a[1] *= k; a[2] *= k; }
}
/* state: x[3] v[3] a[3] l[3] drag_work lift_work most2 */
void fly(double *s, const frame *q, const double *air, long rows, const double *cd, long machs, double dt,
         long n) {
    double half = 0.5 * dt;
    for (long i = 0; i < n; i++) {
        double m[3], p[3], d[3], g[3], j[3], c[3], e[3], v1[3], w[3];
        for (int k = 0; k < 3; k++) {
            m[k] = s[k] + half * s[3 + k];
            d[k] = m[k] - q->x0[k];
            p[k] = s[3 + k] + half * s[6 + k];
        }
        double rise = dot(d, q->u);
        double alt = q->alt0 + (rise + (dot(d, d) - rise * rise) * q->bulge);
        double along = 3.0 * dot(d, q->k);
        for (int k = 0; k < 3; k++) g[k] = q->g[k] - q->grad * (d[k] - along * q->k[k]);
        g[0] += q->w2 * p[1];
        g[1] -= q->w2 * p[0];
        double v2 = dot(p, p), v = sqrt(v2), iv = 1.0 / v, im = 1.0 / q->mass;
        for (int k = 0; k < 3; k++) j[k] = p[k] * iv;
        double z = alt * q->inv_r0, t = alt * (1.0 - z * (1.0 - z)) * (1.0 / 50.0) + q->row0;
        long r = (long)t;
        if (r > rows - 2) r = rows - 2;
        double f = t - r;
        double rho = air[2*r] + f * (air[2*r+2] - air[2*r]);
        double sound = air[2*r+1] + f * (air[2*r+3] - air[2*r+1]);
        double h = v / sound * q->inv_mach, c0;
        long b = (long)h;
        if (b < machs - 1) { c0 = cd[b]; c0 += (h - b) * (cd[b+1] - c0); } else c0 = cd[machs-1];
        double qs = 0.5 * rho * v2 * q->area, most = q->cl_max * qs * im;
        if (most > q->cap) most = q->cap;
        double gain = q->steer * v;
        for (int k = 0; k < 3; k++) c[k] = gain * q->d[k] + q->f[k] - g[k];
        double o = dot(c, j);
        for (int k = 0; k < 3; k++) c[k] -= o * j[k];
        shorten(c, most);
        for (int k = 0; k < 3; k++) {
            e[k] = c[k] + (s[9+k] - c[k]) * q->lag_mean;
            s[9+k] = c[k] + (s[9+k] - c[k]) * q->lag_decay;
        }
        o = dot(e, j);
        for (int k = 0; k < 3; k++) e[k] -= o * j[k];
        shorten(e, most);
        double l2 = dot(e, e), drag = qs * c0 * im + q->induced * l2 / (qs * im);
        if (l2 > s[14]) s[14] = l2;
        for (int k = 0; k < 3; k++) {
            s[6+k] = g[k] + e[k] - drag * j[k];
            v1[k] = s[3+k] + dt * s[6+k];
            w[k] = half * (s[3+k] + v1[k]);
        }
        s[12] -= drag * dot(w, j);
        s[13] += dot(e, w);
        double down = -dot(v1, q->u);
        if (down > 0.0 && alt - half * down < -1e5) return;
        for (int k = 0; k < 3; k++) { s[k] += w[k]; s[3+k] = v1[k]; }
    }
}
void repeat(const double *s0, double *s, const frame *q, const double *air, long rows, const double *cd,
            long machs, double dt, long n, long calls) {
    for (long c = 0; c < calls; c++) {
        for (int k = 0; k < 15; k++) s[k] = s0[k];
        fly(s, q, air, rows, cd, machs, dt, n);
    }
}
"""


@kernel
def repeat(rows, start, par, t_s, dt_s, n_sub, calls, px, py, pz):
    """`calls` steps, each from the same state (row `start` copied into row 0 field by field that moves)."""
    total = 0.0
    m = rows[0]
    for _ in range(calls):
        m.phase = start.phase
        m.fate = 0
        m.x_m = start.x_m
        m.y_m = start.y_m
        m.z_m = start.z_m
        m.vx_mps = start.vx_mps
        m.vy_mps = start.vy_mps
        m.vz_mps = start.vz_mps
        m.ax_mps2 = start.ax_mps2
        m.ay_mps2 = start.ay_mps2
        m.az_mps2 = start.az_mps2
        m.lx_mps2 = start.lx_mps2
        m.ly_mps2 = start.ly_mps2
        m.lz_mps2 = start.lz_mps2
        m.mass_kg = start.mass_kg
        advance(
            m, par, t_s, dt_s, n_sub, px, py, pz, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
            px, py, pz, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0, 0.0, 0.0, -1e5,
        )  # fmt: skip
        total += m.x_m
    return total


@kernel
def look_up(tables, scales, calls):
    total = 0.0
    for i in range(calls):
        total += flyout_lookup(tables, scales, 0, 20e3 + 7.0 * i, 8e3)[0]
    return total


@kernel
def predict(tables, scales, calls, site, p, v):
    total = 0.0
    for i in range(calls):
        total += predict_intercept(
            tables, scales, 0, site[0], site[1], site[2], p[0] + 0.1 * i, p[1], p[2], v[0], v[1], v[2],
            0.0, 0.0, 0.0, 9.0, 400.0,
        )[0]  # fmt: skip
    return total


def best(function, *args):
    """Shortest of PASSES runs, in seconds; compiled before."""
    function(*args)
    times = []
    for _ in range(PASSES):
        t = time.process_time()
        function(*args)
        times.append(time.process_time() - t)
    return min(times)


def fly_out(types):
    """(tables, scales) of all missiles as fire control reads them: what making a World of them costs, nothing kept."""
    made = [make_flyout(row) for row in types]
    types["flyout"] = np.arange(len(types))
    return np.stack([table for table, _ in made]), np.stack([scale for _, scale in made])


def state_at(par, t_end, point):
    """A round flown to `t_end` toward a resting point."""
    m = missiles(1)[0]
    launch(m, par, 0.0, *point_north(0.0, 0.0), 0)
    for k in range(round(t_end / STEP_S)):
        advance(
            m,
            par,
            k * STEP_S,
            STEP_S / 8,
            8,
            *point,
            *(0.0,) * 7,
            *point,
            *(0.0,) * 6,
            1.0,
            0,
            0.0,
            0.0,
            -1e5,
        )
    return m


def c_frame(m, par, point, n_sub):
    """What the C loop needs of the guidance epoch, made with the package's own kernels."""
    x = np.array([m.x_m, m.y_m, m.z_m])
    v = np.array([m.vx_mps, m.vy_mps, m.vz_mps])
    mid = x + 0.5 * STEP_S * v
    u = np.array(up_unit(*mid))
    g = np.array(effective_gravity(*mid, 0.0, 0.0, 0.0))
    r = np.linalg.norm(mid)
    speed = float(np.linalg.norm(v))
    *d, _ = predicted_meeting(*x, speed, *point, *(0.0,) * 7)
    flat = speed * speed - float(v @ u) ** 2
    loft = max(float(m.loft_per_m), 0.5 * float(np.linalg.norm(g)) / flat)
    aim = lofted_direction(*d, *u, speed, loft, par.loft_max_rad)
    dt = STEP_S / n_sub
    decay = math.exp(-dt / par.lag_s)
    numbers = [
        *g, *u, *(mid / r), *mid, *aim[:3], *aim[3:], altitude_m(*mid), MU_M3PS2 / r**3, 0.5 / r,
        2.0 * OMEGA_RADPS, par.ref_area_m2, par.induced_k, par.cl_max,
        par.lateral_g_max * STANDARD_GRAVITY_MPS2,
        decay,
        (1.0 - decay) * par.lag_s / dt, m.mass_kg, STEER_RATE, 1.0 / atmosphere.R0_M, 1.0 / MACH_STEP,
        atmosphere._ROW0,
    ]  # fmt: skip
    state = [*x, *v, m.ax_mps2, m.ay_mps2, m.az_mps2, m.lx_mps2, m.ly_mps2, m.lz_mps2, 0.0, 0.0, 0.0]
    return np.array(numbers), np.array(state)


def run_c(m, par, point, n_sub):
    """(seconds per substep, end state) of the C loop, or None without gcc."""
    if shutil.which("gcc") is None:
        return None
    frame, state = c_frame(m, par, point, n_sub)
    air = np.ascontiguousarray(atmosphere._RHO_A)
    cd = np.ascontiguousarray(par.cd[0])
    out = np.zeros(15)
    with tempfile.TemporaryDirectory() as folder:
        source, binary = Path(folder, "m.c"), Path(folder, "m.so")
        source.write_text(C_SOURCE)
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", binary, source, "-lm"], check=True)
        library = ctypes.CDLL(str(binary))
        pointer = [a.ctypes.data_as(ctypes.c_void_p) for a in (state, out, frame, air, cd)]
        s0, s, q, table, curve = pointer
        args = (s0, s, q, table, ctypes.c_long(len(air)), curve, ctypes.c_long(N_MACH))
        args += (ctypes.c_double(STEP_S / n_sub), ctypes.c_long(n_sub), ctypes.c_long(CALLS))
        seconds = best(library.repeat, *args)
    return seconds / CALLS / n_sub, out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    items = {item.id: item for item in load_catalog()}
    types = missile_types([missile_row(items[name]) for name in ("40N6E", "48N6E3", "9M96E2", "9M96E")])
    par = types[1]
    point = point_north(150e3, 10e3)
    homing = types[1:2].copy()[0]
    homing.terminal_s = 1e9
    result: dict[str, float] = {}
    rows = missiles(1)
    for name, row, t_s in (("boost", par, 7.0), ("midcourse", par, 40.0), ("homing", homing, 40.0)):
        start = state_at(row, t_s, point)
        for n_sub in (4, 8, 16):
            rows[0] = start
            seconds = best(repeat, rows, start, row, t_s, STEP_S / n_sub, n_sub, CALLS, *point)
            result[f"{name}, {n_sub} substeps a call: M substeps/s"] = CALLS * n_sub / seconds / 1e6
            if name == "midcourse":
                plain = run_c(start, row, point, n_sub)
                if plain is not None:
                    apart = math.dist(plain[1][:3], (rows[0].x_m, rows[0].y_m, rows[0].z_m))
                    if apart > 1e-6:
                        raise SystemExit(f"C and compiled Python end {apart:.3g} m apart")
                    result[f"midcourse, {n_sub} substeps a call, plain C: M substeps/s"] = 1e-6 / plain[0]
    result["fly-out tables of four missiles, warm: s"] = best(fly_out, types)
    tables, scales = fly_out(types)
    calls = 50_000
    result["flyout_lookup: ns"] = best(look_up, tables, scales, calls) / calls * 1e9
    site, p = np.array(point_north(0.0, 0.0)), np.array(point_north(150e3, 10e3))
    v = (np.array(point_north(149e3, 10e3)) - p) * 0.3
    result["predict_intercept, approaching 300 m/s: ns"] = (
        best(predict, tables, scales, calls, site, p, v) / calls * 1e9
    )
    if as_json:
        print(json.dumps(result, indent=1))
        return
    for name, value in result.items():
        print(f"{name:60s} {value:10.3f}")


if __name__ == "__main__":
    main()
