"""DIS as datagrams on loopback, paced by the time of the run. No other address is taken: there is no interface to live systems."""

from __future__ import annotations

import ipaddress
import socket
import time

from openiads.export import dis
from openiads.export.content import Content
from openiads.export.out import ExportError

_MOST_SPEED = 1e6


def address(text: str) -> tuple[str, int]:
    """HOST:PORT with HOST a loopback address (127.0.0.0/8, [::1] or localhost). Raises ExportError for any other."""
    host, mark, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not mark or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ExportError(f"--udp {text}: it is written ADDRESS:PORT, such as 127.0.0.1:3000")
    if host == "localhost":
        host = "127.0.0.1"
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ExportError(
            f"--udp {text}: only loopback addresses are taken (127.0.0.1, [::1], localhost); openiads has no interface "
            "to live systems"
        )
    return host, int(port)


def check_speed(speed: float) -> None:
    """Raises ExportError for what is no pace: nothing, backwards, infinite or none."""
    if not 0.0 < speed <= _MOST_SPEED:
        raise ExportError(f"--speed {speed:g}: above 0 and at most {_MOST_SPEED:g}")


def send(content: Content, to: tuple[str, int], speed: float) -> int:
    """Send every PDU when it is due, `speed` times as fast as it happened; returns their number."""
    check_speed(speed)
    family = socket.AF_INET6 if ":" in to[0] else socket.AF_INET
    number = 0
    with socket.socket(family, socket.SOCK_DGRAM) as out:
        began = time.monotonic()
        for t_s, data in dis.pdus(content):
            wait = t_s / speed - (time.monotonic() - began)
            if wait > 0.0:
                time.sleep(wait)
            out.sendto(data, to)
            number += 1
    return number


__all__ = ["address", "check_speed", "send"]
