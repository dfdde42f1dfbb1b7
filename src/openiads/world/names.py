"""Names: what the indices of the World's tables are called outside."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Names:
    """Ids by table row. Missiles and tracks get theirs from their number (:func:`missile_id`, :func:`track_id`)."""

    platform: tuple[str, ...] = ()
    platform_type: tuple[str, ...] = ()  # catalogue item
    platform_class: tuple[str, ...] = ()  # true class, for example "cruise_missile"
    platform_identity: tuple[str, ...] = ()  # truth: friend, neutral, hostile
    platform_group: tuple[str, ...] = ()
    platform_target: tuple[str, ...] = ()  # id of the site aimed at, "" none
    site: tuple[str, ...] = ()
    site_kind: tuple[str, ...] = ()  # radar, launcher, command post, asset, target
    site_lat_deg: tuple[float, ...] = ()
    site_lon_deg: tuple[float, ...] = ()
    site_alt_m: tuple[float, ...] = ()
    site_value: tuple[float, ...] = ()
    radar: tuple[str, ...] = ()
    radar_type: tuple[str, ...] = ()
    radar_range_m: tuple[float, ...] = ()  # instrumented range, for the map
    radar_antenna_m: tuple[float, ...] = ()  # antenna above its site
    command_post: tuple[str, ...] = ()
    battery: tuple[str, ...] = ()
    launcher: tuple[str, ...] = ()
    jammer: tuple[str, ...] = ()
    weapon: tuple[str, ...] = ()
    weapon_range_m: tuple[float, ...] = ()  # declared reach, for the map
    magazine_launcher: tuple[str, ...] = ()
    magazine_weapon: tuple[str, ...] = ()
    column: tuple[str, ...] = ()  # reload columns
    site_places: dict[int, tuple[tuple[float, float], ...]] = field(
        default_factory=dict
    )  # of what moves: latitude and longitude (deg) of its further places, by site
    extra: dict[str, str] = field(default_factory=dict)


def missile_id(row: int) -> str:
    """Name of a launched round."""
    return f"SAM-{row + 1:03d}"


def track_id(number: int) -> str:
    """Name of a fused track by its running number."""
    return f"TN{number:04d}"
