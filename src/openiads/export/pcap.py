"""Packet captures: UDP over IPv4 on loopback addresses, for programs that read what was on a wire. Nothing is sent.

Sources: G. Harris and M. Richardson, "PCAP Capture File Format" (IETF draft); link type 101 is raw IP; RFC 791 and RFC 768.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

_RAW_IP = 101
_LOOPBACK = bytes([127, 0, 0, 1])
_LONGEST = 65_507


def header() -> bytes:
    """The head of the file: microseconds, raw IP."""
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, _RAW_IP)


def put(handle: BinaryIO, when_us: int, payload: bytes, port: int) -> None:
    """Append one datagram to 127.0.0.1:port. when_us: microseconds since 1970."""
    if len(payload) > _LONGEST:
        raise ValueError(f"a datagram of {len(payload)} bytes")
    udp = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, _LOOPBACK, _LOOPBACK)
    ip = ip[:10] + struct.pack(">H", _checksum(ip)) + ip[12:]
    packet = ip + udp
    seconds, micro = divmod(when_us, 1_000_000)
    handle.write(struct.pack("<IIII", seconds, micro, len(packet), len(packet)) + packet)


def _checksum(head: bytes) -> int:
    total: int = sum(struct.unpack(f">{len(head) // 2}H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


__all__ = ["header", "put"]
