"""Reads a capture file with opendis and prints one JSON object per PDU. Runs in the environment that has opendis."""

import json
import struct
import sys
from pathlib import Path

from opendis.PduFactory import createPdu
from opendis.RangeCoordinates import GPS

GLOBE = GPS()


def datagrams(data):
    """Payloads of UDP over raw IPv4 in a capture file."""
    magic, _, _, _, _, _, link = struct.unpack("<IHHiIII", data[:24])
    assert magic == 0xA1B2C3D4 and link == 101
    place = 24
    while place < len(data):
        _, _, length, _ = struct.unpack("<IIII", data[place : place + 16])
        packet = data[place + 16 : place + 16 + length]
        place += 16 + length
        yield packet[(packet[0] & 15) * 4 + 8 :]


def number(ident):
    return getattr(ident, "entityNumber", None) or getattr(ident, "entityID", 0)


def told(pdu):
    found = {
        "type": pdu.pduType,
        "version": pdu.protocolVersion,
        "length": pdu.length,
        "timestamp": pdu.timestamp,
    }
    if pdu.pduType == 1:
        at, v = pdu.entityLocation, pdu.entityLinearVelocity
        found |= {
            "id": number(pdu.entityID), "force": pdu.forceId, "at": [at.x, at.y, at.z], "v": [v.x, v.y, v.z],
            "angles": [pdu.entityOrientation.psi, pdu.entityOrientation.theta, pdu.entityOrientation.phi],
        }  # fmt: skip
        _, _, _, _, pitch, yaw = GLOBE.ecef2llarpy(at.x, at.y, at.z, *found["angles"])
        found["nose"] = [yaw, pitch]
    elif pdu.pduType == 2:
        at = pdu.locationInWorldCoordinates if hasattr(pdu, "locationInWorldCoordinates") else pdu.location
        found |= {
            "at": [at.x, at.y, at.z],
            "firing": number(pdu.firingEntityID),
            "target": number(pdu.targetEntityID),
        }
    return found


for payload in datagrams(Path(sys.argv[1]).read_bytes()):
    print(json.dumps(told(createPdu(payload))))
