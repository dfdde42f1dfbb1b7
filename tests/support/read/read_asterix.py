"""Reads a capture file with asterix-decoder and prints one JSON object per record. Runs in the environment that has it."""

import json
import struct
import sys
from pathlib import Path

import asterix


def datagrams(data):
    """Payloads of UDP over raw IPv4 in a capture file."""
    place = 24
    while place < len(data):
        _, _, length, _ = struct.unpack("<IIII", data[place : place + 16])
        packet = data[place + 16 : place + 16 + length]
        place += 16 + length
        yield packet[(packet[0] & 15) * 4 + 8 :]


def value(record, item, name):
    found = record.get(item, {}).get(name)
    return None if found is None else found.get("val")


for payload in datagrams(Path(sys.argv[1]).read_bytes()):
    for record in asterix.parse(payload):
        print(
            json.dumps(
                {
                    "category": record["category"], "sic": value(record, "I010", "SIC"), "type": value(record, "I000", "MsgTyp"),
                    "time": value(record, "I070", "ToT") or value(record, "I030", "ToD"), "track": value(record, "I040", "TrkN"),
                    "lat": value(record, "I105", "Lat"), "lon": value(record, "I105", "Lon"), "vx": value(record, "I185", "Vx"),
                    "alt": value(record, "I130", "Alt"), "plot": value(record, "I140", "ToD"), "rho": value(record, "I040", "RHO"),
                    "theta": value(record, "I040", "THETA"), "height": value(record, "I110", "3D_Height"),
                    "own": value(record, "I161", "Tn"), "kind": value(record, "I020", "TYP"), "sim": value(record, "I020", "SIM"),
                }
            )
        )  # fmt: skip
