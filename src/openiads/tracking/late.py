"""Plots that come late, filtered at their own time: the optimal update with a measurement one lag old.

The state at the time of the plot is x - v with F the way from there to here and v the process noise between; what the
last plot has told about v is taken into account (algorithm "A1"). Exact for a linear filter whose last update lies after the
late plot and the one before it before; with more updates in between, what those have told about v is neglected.

Source: Y. Bar-Shalom, "Update with out-of-sequence measurements in tracking: exact solution", IEEE Trans. AES 38(3), 2002;
Y. Bar-Shalom, H. Chen, M. Mallick, "One-step solution for the multistep out-of-sequence-measurement problem in tracking",
IEEE Trans. AES 40(1), 2004.
"""

from __future__ import annotations

from openiads._jit import kernel
from openiads.tracking.linear import inverse_sym3


@kernel
def _mul(a0, a1, a2, a3, a4, a5, a6, a7, a8, b0, b1, b2, b3, b4, b5, b6, b7, b8):
    """Product of two 3 x 3 matrices, row by row."""
    return (
        a0 * b0 + a1 * b3 + a2 * b6, a0 * b1 + a1 * b4 + a2 * b7, a0 * b2 + a1 * b5 + a2 * b8,
        a3 * b0 + a4 * b3 + a5 * b6, a3 * b1 + a4 * b4 + a5 * b7, a3 * b2 + a4 * b5 + a5 * b8,
        a6 * b0 + a7 * b3 + a8 * b6, a6 * b1 + a7 * b4 + a8 * b7, a6 * b2 + a7 * b5 + a8 * b8,
    )  # fmt: skip


@kernel
def update_late(
    x, p, lag, h0, h1, h2, z0, z1, z2, r00, r01, r02, r11, r12, r22, w0, w1, w2, w4, w5, w8,
    l0, l1, l2, q00, q01, q02, q11, q12, q22,
):  # fmt: skip
    """Update state x[6] and covariance p[21] with a position z (covariance R) measured `lag` seconds ago.

    h: the state's position at that time without noise; w: density of the acceleration noise (xx, xy, xz, yy, yz, zz);
    l, q: the last measurement, taken at the time of the state, and its covariance. Returns (d2, det S); (0, 0) and
    nothing changed where S is not positive definite.
    """
    i0, i1, i2, i4, i5, i8, _ = inverse_sym3(q00, q01, q02, q11, q12, q22)
    a0, a1, a2, a4, a5, a8 = p[0], p[1], p[2], p[6], p[7], p[11]
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = p[3], p[4], p[5], p[8], p[9], p[10], p[12], p[13], p[14]
    c0, c1, c2, c4, c5, c8 = p[15], p[16], p[17], p[18], p[19], p[20]
    # Gains of the last update, K = P H' R^-1, times W
    k0, k1, k2, k3, k4, k5, k6, k7, k8 = _mul(
        a0, a1, a2, a1, a4, a5, a2, a5, a8, i0, i1, i2, i1, i4, i5, i2, i5, i8
    )
    k0, k1, k2, k3, k4, k5, k6, k7, k8 = _mul(
        k0, k1, k2, k3, k4, k5, k6, k7, k8, w0, w1, w2, w1, w4, w5, w2, w5, w8
    )
    m0, m1, m2, m3, m4, m5, m6, m7, m8 = _mul(
        b0, b3, b6, b1, b4, b7, b2, b5, b8, i0, i1, i2, i1, i4, i5, i2, i5, i8
    )
    m0, m1, m2, m3, m4, m5, m6, m7, m8 = _mul(
        m0, m1, m2, m3, m4, m5, m6, m7, m8, w0, w1, w2, w1, w4, w5, w2, w5, w8
    )
    t2 = lag * lag
    f = t2 * lag / 6.0
    e = 0.5 * t2
    # G = P_xv H', position and velocity part
    g0, g1, g2 = -f * (w0 - k0), -f * (w1 - k1), -f * (w2 - k2)
    g3, g4, g5 = -f * (w1 - k3), -f * (w4 - k4), -f * (w5 - k5)
    g6, g7, g8 = -f * (w2 - k6), -f * (w5 - k7), -f * (w8 - k8)
    v0, v1, v2 = f * m0 - e * w0, f * m1 - e * w1, f * m2 - e * w2
    v3, v4, v5 = f * m3 - e * w1, f * m4 - e * w4, f * m5 - e * w5
    v6, v7, v8 = f * m6 - e * w2, f * m7 - e * w5, f * m8 - e * w8
    # H P_vv H' = lag^3 / 3 W - f^2 W S^-1 W, with S^-1 = R^-1 (I - K)
    n0, n1, n2, n3, n4, n5, n6, n7, n8 = _mul(
        w0, w1, w2, w1, w4, w5, w2, w5, w8, i0, i1, i2, i1, i4, i5, i2, i5, i8
    )
    n0, n1, n2, n3, n4, n5, n6, n7, n8 = _mul(
        n0,
        n1,
        n2,
        n3,
        n4,
        n5,
        n6,
        n7,
        n8,
        w0 - k0,
        w1 - k1,
        w2 - k2,
        w1 - k3,
        w4 - k4,
        w5 - k5,
        w2 - k6,
        w5 - k7,
        w8 - k8,
    )
    d = 2.0 * f
    ff = f * f
    s00 = r00 + a0 - 2.0 * lag * b0 + t2 * c0 - 2.0 * (g0 - lag * v0) + d * w0 - ff * n0
    s01 = r01 + a1 - lag * (b1 + b3) + t2 * c1 - (g1 + g3 - lag * (v1 + v3)) + d * w1 - ff * 0.5 * (n1 + n3)
    s02 = r02 + a2 - lag * (b2 + b6) + t2 * c2 - (g2 + g6 - lag * (v2 + v6)) + d * w2 - ff * 0.5 * (n2 + n6)
    s11 = r11 + a4 - 2.0 * lag * b4 + t2 * c4 - 2.0 * (g4 - lag * v4) + d * w4 - ff * n4
    s12 = r12 + a5 - lag * (b5 + b7) + t2 * c5 - (g5 + g7 - lag * (v5 + v7)) + d * w5 - ff * 0.5 * (n5 + n7)
    s22 = r22 + a8 - 2.0 * lag * b8 + t2 * c8 - 2.0 * (g8 - lag * v8) + d * w8 - ff * n8
    j00, j01, j02, j11, j12, j22, det = inverse_sym3(s00, s01, s02, s11, s12, s22)
    if det <= 0.0:
        return 0.0, 0.0
    # Innovation; the last plot's residual tells what the noise was: H v = -f W R^-1 (l - x)
    e0, e1, e2 = l0 - x[0], l1 - x[1], l2 - x[2]
    o0, o1, o2 = i0 * e0 + i1 * e1 + i2 * e2, i1 * e0 + i4 * e1 + i5 * e2, i2 * e0 + i5 * e1 + i8 * e2
    y0 = z0 - h0 - f * (w0 * o0 + w1 * o1 + w2 * o2)
    y1 = z1 - h1 - f * (w1 * o0 + w4 * o1 + w5 * o2)
    y2 = z2 - h2 - f * (w2 * o0 + w5 * o1 + w8 * o2)
    o0, o1, o2 = (
        j00 * y0 + j01 * y1 + j02 * y2,
        j01 * y0 + j11 * y1 + j12 * y2,
        j02 * y0 + j12 * y1 + j22 * y2,
    )
    d2 = y0 * o0 + y1 * o1 + y2 * o2
    # U = P H' - G, position and velocity part
    g0, g1, g2 = a0 - lag * b0 - g0, a1 - lag * b1 - g1, a2 - lag * b2 - g2
    g3, g4, g5 = a1 - lag * b3 - g3, a4 - lag * b4 - g4, a5 - lag * b5 - g5
    g6, g7, g8 = a2 - lag * b6 - g6, a5 - lag * b7 - g7, a8 - lag * b8 - g8
    v0, v1, v2 = b0 - lag * c0 - v0, b3 - lag * c1 - v1, b6 - lag * c2 - v2
    v3, v4, v5 = b1 - lag * c1 - v3, b4 - lag * c4 - v4, b7 - lag * c5 - v5
    v6, v7, v8 = b2 - lag * c2 - v6, b5 - lag * c5 - v7, b8 - lag * c8 - v8
    x[0] += g0 * o0 + g1 * o1 + g2 * o2
    x[1] += g3 * o0 + g4 * o1 + g5 * o2
    x[2] += g6 * o0 + g7 * o1 + g8 * o2
    x[3] += v0 * o0 + v1 * o1 + v2 * o2
    x[4] += v3 * o0 + v4 * o1 + v5 * o2
    x[5] += v6 * o0 + v7 * o1 + v8 * o2
    k0, k1, k2, k3, k4, k5, k6, k7, k8 = _mul(
        g0, g1, g2, g3, g4, g5, g6, g7, g8, j00, j01, j02, j01, j11, j12, j02, j12, j22
    )
    m0, m1, m2, m3, m4, m5, m6, m7, m8 = _mul(
        v0, v1, v2, v3, v4, v5, v6, v7, v8, j00, j01, j02, j01, j11, j12, j02, j12, j22
    )
    p[0] -= k0 * g0 + k1 * g1 + k2 * g2
    p[1] -= k0 * g3 + k1 * g4 + k2 * g5
    p[2] -= k0 * g6 + k1 * g7 + k2 * g8
    p[6] -= k3 * g3 + k4 * g4 + k5 * g5
    p[7] -= k3 * g6 + k4 * g7 + k5 * g8
    p[11] -= k6 * g6 + k7 * g7 + k8 * g8
    p[3] -= k0 * v0 + k1 * v1 + k2 * v2
    p[4] -= k0 * v3 + k1 * v4 + k2 * v5
    p[5] -= k0 * v6 + k1 * v7 + k2 * v8
    p[8] -= k3 * v0 + k4 * v1 + k5 * v2
    p[9] -= k3 * v3 + k4 * v4 + k5 * v5
    p[10] -= k3 * v6 + k4 * v7 + k5 * v8
    p[12] -= k6 * v0 + k7 * v1 + k8 * v2
    p[13] -= k6 * v3 + k7 * v4 + k8 * v5
    p[14] -= k6 * v6 + k7 * v7 + k8 * v8
    p[15] -= m0 * v0 + m1 * v1 + m2 * v2
    p[16] -= m0 * v3 + m1 * v4 + m2 * v5
    p[17] -= m0 * v6 + m1 * v7 + m2 * v8
    p[18] -= m3 * v3 + m4 * v4 + m5 * v5
    p[19] -= m3 * v6 + m4 * v7 + m5 * v8
    p[20] -= m6 * v6 + m7 * v7 + m8 * v8
    return d2, det
