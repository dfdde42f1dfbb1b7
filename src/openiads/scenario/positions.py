"""Where things are: latitude and longitude, or bearing and range from somewhere. Resolved while reading.

Bearing and range are of the geodesic on the WGS-84 ellipsoid. Altitudes are above the ellipsoid, whatever the
position is relative to; what stands or flies above the ground is resolved when the elevation model is read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from openiads.scenario.quantity import Model, Name, Q, Ref, fault

FARTHEST_M = 3_000e3  # from the origin
_EARTH_RADIUS_M = 6_371_008.8  # mean; for the farthest-distance check only
_DEG = math.pi / 180.0
# WGS-84 (NGA.STND.0036): semi-major axis and flattening are its defining constants.
_A_M = 6_378_137.0
_F = 1.0 / 298.257_223_563
_B_M = _A_M * (1.0 - _F)

Latitude = Annotated[float, Q("angle", -89.0 * _DEG, 89.0 * _DEG)]
Longitude = Annotated[float, Q("angle", -180.0 * _DEG, 180.0 * _DEG)]
Bearing = Annotated[float, Q("angle", -360.0 * _DEG, 360.0 * _DEG)]
Altitude = Annotated[float, Q("length", -500.0, 2_000e3)]


class _Ground(Q):
    """An altitude, or the word `ground` (read as NaN)."""

    @property
    def allowed(self) -> str:
        return f"{super().allowed}, or ground"

    def read(self, value: object) -> float:
        return math.nan if value == "ground" else super().read(value)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        quantity = super().__get_pydantic_json_schema__(schema, handler)
        return {**quantity, "pattern": f"^(?:ground|{quantity['pattern'].removeprefix('^')})"}


AltitudeOrGround = Annotated[float, _Ground("length", -500.0, 2_000e3)]
Height = Annotated[float, Q("length", 0.0, 30e3)]
Speed = Annotated[float, Q("speed", 0.0, 10e3, above_lo=True)]

SITE_KINDS = (
    "command_post",
    "radar",
    "launcher",
    "asset",
    "ground_target",
    "gun",
    "power_unit",
    "reload_column",
)


class Position(Model):
    """A resolved place on or above the WGS-84 ellipsoid; with `above_ground`, `alt_m` counts from the ground."""

    lat_rad: float
    lon_rad: float
    alt_m: float
    above_ground: bool = False


class Waypoint(Model):
    """A resolved point of a route. Speed over ground; None where the catalogue's cruise speed is meant.

    `height_m`: above the ground all the way to here and on; None where `alt_m` counts.
    """

    lat_rad: float
    lon_rad: float
    alt_m: float
    speed_mps: float | None
    height_m: float | None = None


class Origin(Model):
    """Reference point of the scenario."""

    lat_rad: Latitude = Field(alias="lat", description="geodetic latitude")
    lon_rad: Longitude = Field(alias="lon", description="longitude")


class WrittenPosition(Model):
    """A place: `lat` and `lon`, or `bearing` and `range` from the origin or from what `from` names."""

    lat_rad: Latitude | None = Field(None, alias="lat", description="geodetic latitude")
    lon_rad: Longitude | None = Field(None, alias="lon", description="longitude")
    bearing_rad: Bearing | None = Field(
        None, alias="bearing", description="direction from true north, clockwise"
    )
    range_m: Annotated[float, Q("length", 0.0, FARTHEST_M)] | None = Field(
        None, alias="range", description="distance along the ground"
    )
    from_id: Annotated[Name, Ref(*SITE_KINDS, words=("origin",))] = Field(
        "origin", alias="from", description="site that bearing and range start from"
    )
    alt_m: AltitudeOrGround | None = Field(
        None,
        alias="altitude",
        description="above the WGS-84 ellipsoid; a site: on the ground; a route: as before",
    )
    height_m: Height | None = Field(
        None, alias="height", description="above the ground, instead of altitude; a route follows the terrain"
    )

    def model_post_init(self, context: Any, /) -> None:
        absolute = (self.lat_rad is not None) + (self.lon_rad is not None)
        relative = (self.bearing_rad is not None) + (self.range_m is not None)
        if absolute and relative:
            raise fault("give lat and lon, or bearing and range, not a mixture")
        if absolute + relative != 2:
            raise fault("give lat and lon, or bearing and range")
        if absolute and "from_id" in self.model_fields_set:
            raise fault("'from' goes with bearing and range, not with lat and lon")
        if self.alt_m is not None and self.height_m is not None:
            raise fault("give altitude or height, not both")


class WrittenWaypoint(WrittenPosition):
    """A point of a route: a place with altitude and speed; what is left out stays as it was."""

    speed_mps: Speed | None = Field(
        None,
        alias="speed",
        description="over ground, from here on; without any: the catalogue's cruise speed",
    )


class Places:
    """Resolves positions: knows the origin and, by id, the positions of sites as they are written."""

    def __init__(self, origin: tuple[float, float] | None, written: dict[str, object]) -> None:
        self.origin = origin  # lat_rad, lon_rad; None where the origin itself is at fault
        self._written = written
        self._known: dict[str, tuple[float, float] | None] = {}
        self._open: list[str] = []

    def resolve(self, written: WrittenPosition) -> tuple[float, float] | None:
        """Latitude and longitude; None where they hang on something that is at fault itself."""
        if written.lat_rad is not None and written.lon_rad is not None:
            found = (written.lat_rad, written.lon_rad)
        else:
            start = self.origin if written.from_id == "origin" else self._find(written.from_id)
            if start is None or written.bearing_rad is None or written.range_m is None:
                return None
            found = destination(*start, written.bearing_rad, written.range_m)
        if self.origin is not None and ground_distance(*self.origin, *found) > FARTHEST_M * 1.003:
            raise fault("this place is too far from the origin", "within 3000 km")
        return found

    def _find(self, name: str) -> tuple[float, float] | None:
        if name in self._known:
            return self._known[name]
        if name in self._open:
            loop = " → ".join([*self._open[self._open.index(name) :], name])
            raise fault(f"positions refer to each other: {loop}")
        if len(self._open) > 100:
            raise fault("more than 100 positions refer to one another in a row")
        self._open.append(name)
        try:
            written = _WRITTEN.validate_python(self._written.get(name))
            self._known[name] = self.resolve(written)
        except ValidationError:  # reported where it stands
            self._known[name] = None
        finally:
            self._open.pop()
        return self._known[name]


def destination(lat_rad: float, lon_rad: float, bearing_rad: float, range_m: float) -> tuple[float, float]:
    """End (lat_rad, lon_rad) of the geodesic that starts with that bearing and has that length.

    T. Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid with application of nested
    equations", Survey Review 23 (1975), 88-93, equations 1 to 11; the symbols are his. The direct problem
    always converges. Tested to 0.1 mm against C. F. F. Karney's library up to 3,000 km.
    """
    if range_m == 0.0:
        return lat_rad, lon_rad
    tan_u = (1.0 - _F) * math.tan(lat_rad)
    cos_u = 1.0 / math.sqrt(1.0 + tan_u * tan_u)
    sin_u = tan_u * cos_u
    sin_a1, cos_a1 = math.sin(bearing_rad), math.cos(bearing_rad)
    sigma1 = math.atan2(tan_u, cos_a1)
    sin_a = cos_u * sin_a1
    cos2_a = 1.0 - sin_a * sin_a
    u2 = cos2_a * (_A_M * _A_M - _B_M * _B_M) / (_B_M * _B_M)
    big_a = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)))
    big_b = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)))
    sigma0 = sigma = range_m / (_B_M * big_a)
    for _ in range(8):  # two or three rounds reach 1e-15
        sin_s, cos_s, cos_2m = math.sin(sigma), math.cos(sigma), math.cos(2.0 * sigma1 + sigma)
        twice = 2.0 * cos_2m * cos_2m - 1.0
        inner = cos_s * twice - big_b / 6.0 * cos_2m * (4.0 * sin_s * sin_s - 3.0) * (
            4.0 * cos_2m * cos_2m - 3.0
        )
        before, sigma = sigma, sigma0 + big_b * sin_s * (cos_2m + 0.25 * big_b * inner)
        if abs(sigma - before) < 1e-15:
            break
    sin_s, cos_s, cos_2m = math.sin(sigma), math.cos(sigma), math.cos(2.0 * sigma1 + sigma)
    part = sin_u * sin_s - cos_u * cos_s * cos_a1
    lat = math.atan2(
        sin_u * cos_s + cos_u * sin_s * cos_a1, (1.0 - _F) * math.sqrt(sin_a * sin_a + part * part)
    )
    spherical = math.atan2(sin_s * sin_a1, cos_u * cos_s - sin_u * sin_s * cos_a1)
    c = _F / 16.0 * cos2_a * (4.0 + _F * (4.0 - 3.0 * cos2_a))
    along = sigma + c * sin_s * (cos_2m + c * cos_s * (2.0 * cos_2m * cos_2m - 1.0))
    lon = lon_rad + spherical - (1.0 - c) * _F * sin_a * along
    if abs(lon) > math.pi:
        lon -= math.copysign(2.0 * math.pi, lon)
    return lat, lon


def ground_distance(lat_rad: float, lon_rad: float, lat1_rad: float, lon1_rad: float) -> float:
    """Distance on the mean sphere, m: within 0.6 % of the geodesic, and much cheaper."""
    s = math.sin(0.5 * (lat1_rad - lat_rad))
    c = math.sin(0.5 * (lon1_rad - lon_rad))
    h = s * s + math.cos(lat_rad) * math.cos(lat1_rad) * c * c
    return 2.0 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(h, 1.0)))


def course(lat_rad: float, lon_rad: float, lat1_rad: float, lon1_rad: float) -> float:
    """Great-circle course from the first point to the second, rad clockwise from north; 0 for one place."""
    d = lon1_rad - lon_rad
    east = math.sin(d) * math.cos(lat1_rad)
    north = math.cos(lat_rad) * math.sin(lat1_rad) - math.sin(lat_rad) * math.cos(lat1_rad) * math.cos(d)
    return math.atan2(east, north)


def _place(written: WrittenPosition, info: Any) -> Position:
    found = info.context.places.resolve(written) if info.context is not None else None
    lat, lon = found or (0.0, 0.0)  # a placeholder where the load fails anyway
    if written.alt_m is None or math.isnan(written.alt_m):
        height = written.height_m or 0.0
        return Position.model_construct(lat_rad=lat, lon_rad=lon, alt_m=height, above_ground=True)
    return Position.model_construct(lat_rad=lat, lon_rad=lon, alt_m=written.alt_m, above_ground=False)


def _fly(written: tuple[WrittenWaypoint, ...], info: Any) -> tuple[Waypoint, ...]:
    """Resolve a route; altitude and speed stay as they were where a point does not give them."""
    alt_m, speed_mps = written[0].alt_m, written[0].speed_mps
    height_m = written[0].height_m
    if alt_m is None and height_m is None:
        raise fault("the first point of a route needs an altitude or a height")
    route: list[Waypoint] = []
    for number, point in enumerate(written, 1):
        found = info.context.places.resolve(point) if info.context is not None else None
        if point.alt_m is not None and math.isnan(point.alt_m):
            raise fault("a route has no altitude 'ground'", "an altitude, or a height such as height: 60 m")
        if (point.alt_m if height_m is not None else point.height_m) is not None:
            raise fault("a route is flown by altitude or by height, not by both")
        alt_m = alt_m if point.alt_m is None else point.alt_m
        height_m = height_m if point.height_m is None else point.height_m
        speed_mps = speed_mps if point.speed_mps is None else point.speed_mps
        lat, lon = found or (0.0, float(number))
        if route and ground_distance(route[-1].lat_rad, route[-1].lon_rad, lat, lon) < 1.0:
            raise fault(f"points {number - 1} and {number} of the route are the same place")
        route.append(
            Waypoint.model_construct(
                lat_rad=lat, lon_rad=lon, alt_m=alt_m or 0.0, speed_mps=speed_mps, height_m=height_m
            )
        )
    return tuple(route)


_WRITTEN: TypeAdapter[WrittenPosition] = TypeAdapter(WrittenPosition)

if TYPE_CHECKING:
    PositionField = Position
    RouteField = tuple[Waypoint, ...]
else:
    PositionField = Annotated[WrittenPosition, AfterValidator(_place)]
    RouteField = Annotated[
        tuple[WrittenWaypoint, ...], Field(strict=False, min_length=1, max_length=200), AfterValidator(_fly)
    ]
