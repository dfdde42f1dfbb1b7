"""Radar detection evaluations per second on one core, beside the same arithmetic in plain C (gcc -O2).

    python benchmarks/bench_radar.py [--json]

One evaluation = slant range and unit vector from local coordinates, beam offset, two-way pattern, scan loss,
aspect from body axes, RCS table lookup (bilinear in dB), SNR, the summed J/N, Pd table lookup. A second row
adds ground range, horizon and refraction lookup, and counts only targets above the horizon. The inputs are
4,096 targets spread over 30..400 km, so tables are hit as in use. Best of seven passes; both languages must
agree to 1e-9 or the script fails.
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
from openiads.physics.antenna import beam_offset_sq_unit, pattern_gain, scan_gain
from openiads.physics.detection import make_pd_table, pd_from_snr
from openiads.physics.jamming import jammed_snr
from openiads.physics.propagation import MODEL_CRPL, ground_range_m, look_path, make_refraction_table
from openiads.physics.radar import constant_from_claim_m2, snr_from_constant
from openiads.physics.signature import aspect_from_axes, rcs_lookup_m2

N_TARGETS = 4096
PASSES = 7
REPEATS = 200
INV_AZ = 1.0 / math.radians(1.5)
INV_EL = 1.0 / math.radians(2.0)
NEAR, FAR = 10.0**-2.5, 10.0**-4.5
EARTH_M = 6_371_000.0


@kernel
def evaluate(t, axes, rcs, pd_table, constant_m2, beam, jam_noise):
    """Pd of one target row t = (east, north, up); the radar's face looks north, local axes for brevity.

    beam: sine and cosine of azimuth, sine and cosine of elevation (four floats).
    """
    e, n, u = t[0], t[1], t[2]
    r = math.sqrt(e * e + n * n + u * u)
    inv = 1.0 / max(r, 1.0)
    e, n, u = e * inv, n * inv, u * inv
    x2 = beam_offset_sq_unit(e, n, u, beam[0], beam[1], beam[2], beam[3], INV_AZ, INV_EL)
    g = pattern_gain(x2, NEAR, FAR) * scan_gain(n, 1.5)
    a_az, a_el = aspect_from_axes(
        axes[0], axes[1], axes[2], axes[3], axes[4], axes[5], axes[6], axes[7], axes[8], -e, -n, -u
    )
    snr = snr_from_constant(constant_m2, rcs_lookup_m2(rcs, 3, a_az, a_el), r, g * g)
    return pd_from_snr(pd_table, 1, jammed_snr(snr, jam_noise))


@kernel
def sweep(targets, axes, rcs, pd_table, constant_m2, beam_az, beam_el, jam_noise, repeats):
    """Sum of Pd over all targets, `repeats` times with a moving beam."""
    total = 0.0
    for k in range(repeats):
        az = beam_az + 1e-4 * k
        beam = (math.sin(az), math.cos(az), math.sin(beam_el), math.cos(beam_el))
        for i in range(targets.shape[0]):
            total += evaluate(targets[i], axes[i], rcs, pd_table, constant_m2, beam, jam_noise)
    return total


@kernel
def sweep_with_path(
    targets, axes, rcs, pd_table, constant_m2, beam_az, beam_el, jam_noise, repeats, refraction
):
    """The same behind a horizon and with refracted elevation; also counts the targets above the horizon."""
    total = 0.0
    seen = 0
    sin_el, cos_el = math.sin(beam_el), math.cos(beam_el)
    for k in range(repeats):
        sin_az, cos_az = math.sin(beam_az + 1e-4 * k), math.cos(beam_az + 1e-4 * k)
        for i in range(targets.shape[0]):
            t = targets[i]
            r = math.sqrt(t[0] * t[0] + t[1] * t[1] + t[2] * t[2])
            visible, bend = look_path(refraction, t[3], ground_range_m(r, 20.0, t[3], EARTH_M))
            if visible:
                seen += 1
                # To first order refraction tilts the whole line of sight: lower the beam by as much.
                beam = (sin_az, cos_az, sin_el - bend * cos_el, cos_el + bend * sin_el)
                total += evaluate(t, axes[i], rcs, pd_table, constant_m2, beam, jam_noise)
    return total, seen


C_SOURCE = r"""
#include <math.h>
#define PI 3.14159265358979323846
static double mn(double a,double b){return a<b?a:b;} static double mx(double a,double b){return a>b?a:b;}
double sweep(const double*T,const double*A,const double*rcs,const double*pd,double K,double baz,double bel,
             double jn,long rep,long n,int ne,int na,int np,double iaz,double iel,double near,double far){
  double total=0; const double lg=log(10.0)/10.0, gx=4.0*log(2.0);
  double se=sin(bel), ce=cos(bel), mi=mn(iaz,iel);
  for(long k=0;k<rep;k++){ double sa=sin(baz+1e-4*k), ca=cos(baz+1e-4*k); for(long i=0;i<n;i++){
    const double*t=T+4*i,*a=A+9*i; double e=t[0],nn=t[1],u=t[2];
    double r=sqrt(e*e+nn*nn+u*u), inv=1.0/mx(r,1.0); e*=inv; nn*=inv; u*=inv;
    double lv=e*sa+nn*ca, x=(e*ca-nn*sa)*iaz, y=(u*ce-lv*se)*iel, b=(1.0-lv*ce-u*se)*mi;
    double x2=x*x+y*y+b*b, side=near, g;
    if(x2>4.0) side=mx(near*4.0/x2,far);
    g = x2>=16.0 ? side : mx(exp(-gx*x2),side);
    g *= nn>0.0 ? nn*sqrt(nn) : 0.0;
    double ah=-(e*a[0]+nn*a[1]+u*a[2]), ri=-(e*a[3]+nn*a[4]+u*a[5]), up=-(e*a[6]+nn*a[7]+u*a[8]);
    double aaz=atan2(ri,ah), ael=asin(mn(mx(up,-1.0),1.0));
    double X=mn(fabs(aaz),PI)*((na-1)/PI), Y=(mn(mx(ael,-PI/2),PI/2)+PI/2)*((ne-1)/PI);
    long ii=(long)X, j=(long)Y;
    if(ii>na-2) ii=na-2; if(j>ne-2) j=ne-2;
    const double*q=rcs+((long)3*ne+j)*na+ii;
    double fx=X-ii, p0=q[0]+fx*(q[1]-q[0]), p1=q[na]+fx*(q[na+1]-q[na]);
    double s=exp((p0+(Y-j)*(p1-p0))*lg), r2=mx(r,1.0); r2*=r2;
    double snr=K*s*(g*g)/(r2*r2)/(1.0+mx(jn,0.0)), v;
    const double*P=pd+np;
    if(!(snr>1e-3)) v=P[0]; else { double z=(10.0*log10(snr)+30.0)*10.0;
      if(!(z>0.0)) v=P[0]; else if(z>=np-1) v=P[np-1]; else { long m=(long)z; v=P[m]+(z-m)*(P[m+1]-P[m]); } }
    total+=v; } }
  return total; }
"""


def inputs() -> dict[str, np.ndarray]:
    """Targets (east, north, up, height), body axes, an aspect-dependent RCS table, Pd table."""
    rng = np.random.default_rng(20)
    az = rng.uniform(-0.7, 0.7, N_TARGETS)
    ground = rng.uniform(30e3, 400e3, N_TARGETS)
    height = rng.uniform(100.0, 12e3, N_TARGETS)
    angle = ground / EARTH_M
    up = (EARTH_M + height) * np.cos(angle) - EARTH_M - 20.0
    flat = (EARTH_M + height) * np.sin(angle)
    course = rng.uniform(0.0, 2 * math.pi, N_TARGETS)
    axes = np.zeros((N_TARGETS, 9))
    axes[:, 0], axes[:, 1] = np.sin(course), np.cos(course)
    axes[:, 3], axes[:, 4] = np.cos(course), -np.sin(course)
    axes[:, 8] = 1.0
    return {
        "targets": np.ascontiguousarray(np.stack([flat * np.sin(az), flat * np.cos(az), up, height], axis=1)),
        "axes": axes,
        "rcs": rng.uniform(-10.0, 15.0, (6, 13, 37)),
        "pd": make_pd_table(10, 1e-6),
    }


def best(function):
    """(value, best seconds) of PASSES calls."""
    value, seconds = 0.0, math.inf
    for _ in range(PASSES):
        start = time.perf_counter()
        value = function()
        seconds = min(seconds, time.perf_counter() - start)
    return value, seconds


def c_sweep(folder: Path):
    """The C kernel as a ctypes function, or None without gcc."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    source, library = folder / "radar.c", folder / "radar.so"
    source.write_text(C_SOURCE)
    subprocess.run([gcc, "-O2", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).sweep
    pointer, real = ctypes.POINTER(ctypes.c_double), ctypes.c_double
    function.argtypes = [pointer] * 4 + [real] * 4 + [ctypes.c_long] * 2 + [ctypes.c_int] * 3 + [real] * 4
    function.restype = real
    return function


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    data = inputs()
    constant = constant_from_claim_m2(390e3, 4.0, 0.5, 1e-6, 1, 10)
    refraction = make_refraction_table(20.0, MODEL_CRPL)
    args = (data["targets"], data["axes"], data["rcs"], data["pd"], constant, 0.1, 0.02, 3.0)
    sweep(*args, 1)
    sweep_with_path(*args, 1, refraction)
    count = N_TARGETS * REPEATS
    value, seconds = best(lambda: sweep(*args, REPEATS))
    (_, seen), seconds_path = best(lambda: sweep_with_path(*args, REPEATS, refraction))
    result = {"evaluations_per_s": count / seconds, "with_path_per_s": seen / seconds_path}
    with tempfile.TemporaryDirectory() as folder:
        function = c_sweep(Path(folder))
        if function is not None:
            pointers = [data[k].ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for k in data]
            scalars = (constant, 0.1, 0.02, 3.0, REPEATS, N_TARGETS, 13, 37, data["pd"].shape[1])
            c_value, c_seconds = best(lambda: function(*pointers, *scalars, INV_AZ, INV_EL, NEAR, FAR))
            if abs(c_value - value) > 1e-9 * abs(value):
                raise SystemExit(f"C and Numba disagree: {c_value!r} {value!r}")
            result["c_per_s"] = count / c_seconds
            result["ratio_to_c"] = c_seconds / seconds
    if as_json:
        print(json.dumps(result))
        return
    print(f"{'radar detection evaluation':<36}{result['evaluations_per_s'] / 1e6:8.2f} M/s")
    print(f"{'  with horizon and refraction':<36}{result['with_path_per_s'] / 1e6:8.2f} M/s")
    if "c_per_s" in result:
        print(f"{'  the same in C, gcc -O2':<36}{result['c_per_s'] / 1e6:8.2f} M/s")
        print(f"{'  speed relative to C':<36}{result['ratio_to_c']:8.2f}")
    else:
        print("  no gcc: no comparison with C")


if __name__ == "__main__":
    main()
