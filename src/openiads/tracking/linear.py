"""Linear algebra of a 6-state filter with position measurements, on symmetric matrices kept as triangles.

All functions work in place on row `m` of a table of states `x[6]` and covariances `p[21]` (order in
`schema`). The blocks of the covariance are called A (position-position), B (position-velocity) and
C (velocity-velocity).

Source: Bar-Shalom, Li, Kirubarajan, *Estimation with Applications to Tracking and Navigation*, Wiley 2001,
sections 5.2 (Kalman filter) and 6.2-6.3 (white-noise acceleration models).
"""

from __future__ import annotations

from openiads._jit import kernel


@kernel
def inverse_sym3(a00, a01, a02, a11, a12, a22):
    """Inverse of a symmetric 3 x 3 matrix: six elements and the determinant (0 and zeros if not positive)."""
    c00 = a11 * a22 - a12 * a12
    c01 = a02 * a12 - a01 * a22
    c02 = a01 * a12 - a02 * a11
    det = a00 * c00 + a01 * c01 + a02 * c02
    if not (det > 0.0 and a00 > 0.0 and c00 > 0.0):
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    i = 1.0 / det
    return (
        c00 * i,
        c01 * i,
        c02 * i,
        (a00 * a22 - a02 * a02) * i,
        (a01 * a02 - a00 * a12) * i,
        (a00 * a11 - a01 * a01) * i,
        det,
    )


@kernel
def predict_mean(x, dt_s):
    """Constant velocity: position += dt * velocity."""
    x[0] += dt_s * x[3]
    x[1] += dt_s * x[4]
    x[2] += dt_s * x[5]


@kernel
def predict_cov(p, dt_s, w00, w01, w02, w11, w12, w22, cpp, cpv, cvv):
    """P <- F P F' + Q with F = [[I, dt I], [0, I]] and Q = [[cpp W, cpv W], [cpv W, cvv W]].

    W (upper triangle w00..w22) is the density of the acceleration noise in m^2/s^3; continuous white noise
    has cpp = dt^3/3, cpv = dt^2/2, cvv = dt. (Piecewise-constant acceleration of variance W: dt^4/4, dt^3/2,
    dt^2.)
    """
    t2 = dt_s * dt_s
    # All is read before anything is written: the compiler need not fear that a write changes what is read next
    a00, a01, a02, b00, b01, b02, a11, a12 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
    b10, b11, b12, a22, b20, b21, b22 = p[8], p[9], p[10], p[11], p[12], p[13], p[14]
    c00, c01, c02, c11, c12, c22 = p[15], p[16], p[17], p[18], p[19], p[20]
    p[0] = a00 + (dt_s * (b00 + b00) + t2 * c00 + cpp * w00)
    p[1] = a01 + (dt_s * (b01 + b10) + t2 * c01 + cpp * w01)
    p[2] = a02 + (dt_s * (b02 + b20) + t2 * c02 + cpp * w02)
    p[3] = b00 + (dt_s * c00 + cpv * w00)
    p[4] = b01 + (dt_s * c01 + cpv * w01)
    p[5] = b02 + (dt_s * c02 + cpv * w02)
    p[6] = a11 + (dt_s * (b11 + b11) + t2 * c11 + cpp * w11)
    p[7] = a12 + (dt_s * (b12 + b21) + t2 * c12 + cpp * w12)
    p[8] = b10 + (dt_s * c01 + cpv * w01)
    p[9] = b11 + (dt_s * c11 + cpv * w11)
    p[10] = b12 + (dt_s * c12 + cpv * w12)
    p[11] = a22 + (dt_s * (b22 + b22) + t2 * c22 + cpp * w22)
    p[12] = b20 + (dt_s * c02 + cpv * w02)
    p[13] = b21 + (dt_s * c12 + cpv * w12)
    p[14] = b22 + (dt_s * c22 + cpv * w22)
    p[15] = c00 + cvv * w00
    p[16] = c01 + cvv * w01
    p[17] = c02 + cvv * w02
    p[18] = c11 + cvv * w11
    p[19] = c12 + cvv * w12
    p[20] = c22 + cvv * w22


@kernel
def update_position(x, p, z0, z1, z2, r00, r01, r02, r11, r12, r22):
    """Update with a measured position z (m) of covariance R (upper triangle, m^2).

    Returns (d2, det): the normalised innovation squared and det S. Where S is not positive definite nothing
    is changed and (0, 0) is returned.
    """
    a00 = p[0]
    a01 = p[1]
    a02 = p[2]
    a11 = p[6]
    a12 = p[7]
    a22 = p[11]
    s00, s01, s02, s11, s12, s22, det = inverse_sym3(
        a00 + r00, a01 + r01, a02 + r02, a11 + r11, a12 + r12, a22 + r22
    )
    if det <= 0.0:
        return 0.0, 0.0
    n0 = z0 - x[0]
    n1 = z1 - x[1]
    n2 = z2 - x[2]
    g0 = s00 * n0 + s01 * n1 + s02 * n2  # S^-1 nu
    g1 = s01 * n0 + s11 * n1 + s12 * n2
    g2 = s02 * n0 + s12 * n1 + s22 * n2
    d2 = n0 * g0 + n1 * g1 + n2 * g2
    b00 = p[3]
    b01 = p[4]
    b02 = p[5]
    b10 = p[8]
    b11 = p[9]
    b12 = p[10]
    b20 = p[12]
    b21 = p[13]
    b22 = p[14]
    x[0] += a00 * g0 + a01 * g1 + a02 * g2
    x[1] += a01 * g0 + a11 * g1 + a12 * g2
    x[2] += a02 * g0 + a12 * g1 + a22 * g2
    x[3] += b00 * g0 + b10 * g1 + b20 * g2
    x[4] += b01 * g0 + b11 * g1 + b21 * g2
    x[5] += b02 * g0 + b12 * g1 + b22 * g2
    # Gains K = A S^-1 (rows k.) and L = B' S^-1 (rows l.); then A - K A, B - K B, C - L B
    k00 = a00 * s00 + a01 * s01 + a02 * s02
    k01 = a00 * s01 + a01 * s11 + a02 * s12
    k02 = a00 * s02 + a01 * s12 + a02 * s22
    k10 = a01 * s00 + a11 * s01 + a12 * s02
    k11 = a01 * s01 + a11 * s11 + a12 * s12
    k12 = a01 * s02 + a11 * s12 + a12 * s22
    k20 = a02 * s00 + a12 * s01 + a22 * s02
    k21 = a02 * s01 + a12 * s11 + a22 * s12
    k22 = a02 * s02 + a12 * s12 + a22 * s22
    l00 = b00 * s00 + b10 * s01 + b20 * s02
    l01 = b00 * s01 + b10 * s11 + b20 * s12
    l02 = b00 * s02 + b10 * s12 + b20 * s22
    l10 = b01 * s00 + b11 * s01 + b21 * s02
    l11 = b01 * s01 + b11 * s11 + b21 * s12
    l12 = b01 * s02 + b11 * s12 + b21 * s22
    l20 = b02 * s00 + b12 * s01 + b22 * s02
    l21 = b02 * s01 + b12 * s11 + b22 * s12
    l22 = b02 * s02 + b12 * s12 + b22 * s22
    # A - K A = K R: without the subtraction, which would lose the digits when A is much larger than R
    p[0] = k00 * r00 + k01 * r01 + k02 * r02
    p[1] = k00 * r01 + k01 * r11 + k02 * r12
    p[2] = k00 * r02 + k01 * r12 + k02 * r22
    p[6] = k10 * r01 + k11 * r11 + k12 * r12
    p[7] = k10 * r02 + k11 * r12 + k12 * r22
    p[11] = k20 * r02 + k21 * r12 + k22 * r22
    # B - K B = R S^-1 B = R L'
    p[3] = r00 * l00 + r01 * l01 + r02 * l02
    p[4] = r00 * l10 + r01 * l11 + r02 * l12
    p[5] = r00 * l20 + r01 * l21 + r02 * l22
    p[8] = r01 * l00 + r11 * l01 + r12 * l02
    p[9] = r01 * l10 + r11 * l11 + r12 * l12
    p[10] = r01 * l20 + r11 * l21 + r12 * l22
    p[12] = r02 * l00 + r12 * l01 + r22 * l02
    p[13] = r02 * l10 + r12 * l11 + r22 * l12
    p[14] = r02 * l20 + r12 * l21 + r22 * l22
    p[15] -= l00 * b00 + l01 * b10 + l02 * b20
    p[16] -= l00 * b01 + l01 * b11 + l02 * b21
    p[17] -= l00 * b02 + l01 * b12 + l02 * b22
    p[18] -= l10 * b01 + l11 * b11 + l12 * b21
    p[19] -= l10 * b02 + l11 * b12 + l12 * b22
    p[20] -= l20 * b02 + l21 * b12 + l22 * b22
    return d2, det
