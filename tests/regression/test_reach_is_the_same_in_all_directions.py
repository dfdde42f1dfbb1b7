"""Story: low targets due north of a launcher counted as out of the envelope that were inside it to the east and the south.

Fire control took the difference of the distances from the Earth's centre for the altitude above the ellipsoid. Flown level to the
north the former shrinks by up to 3 m in a kilometre: 40 km away a target at 15 m seemed to be under the ground.
"""

import math

import numpy as np
from support import saturation as sat

from openiads.engine.systems.meet import reach
from openiads.physics.geodesy import geodesic_direct, geodetic_to_ecef
from openiads.world.handle import handle


def test_a_low_target_is_as_far_in_reach_to_the_north_as_elsewhere():
    case = sat.fire_unit(60.0, 4, 4, 0.9)
    w = case.world()
    site = w.site[w.launcher[0].site]
    lat, lon = float(site.lat_rad), float(site.lon_rad)
    assert abs(lat) < math.radians(80.0)
    found = []
    for azimuth in np.radians([0.0, 90.0, 180.0, 270.0]):
        there = geodesic_direct(lat, lon, azimuth, 45e3)
        x, y, z = geodetic_to_ecef(there[0], there[1], 15.0)
        found.append(reach(handle(w), 0, site.x_m, site.y_m, site.z_m, x, y, z))
    tof, margin = np.array(found).T
    assert (margin > 0.0).all(), margin
    assert np.ptp(tof) < 0.01 * tof.mean(), tof  # the Earth is not a sphere: the ways differ by a part in 300
