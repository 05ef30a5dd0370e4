"""Reads the simulated bench and torque controller with pymodbus and prints what it sees as JSON."""

import hashlib
import json
import struct
import sys

from pymodbus.client import ModbusTcpClient

bench_port, tool_port = int(sys.argv[1]), int(sys.argv[2])


def floats(words, at):
    return struct.unpack(">f", struct.pack(">HH", words[at], words[at + 1]))[0]


with ModbusTcpClient("127.0.0.1", port=bench_port) as bench:
    block = bench.read_holding_registers(256, count=18, device_id=1).registers
with ModbusTcpClient("127.0.0.1", port=tool_port) as tool:
    tightening = tool.read_input_registers(295, count=67, device_id=1).registers



def reply(function, words):
    """SHA-256 of the PDU that carries these registers."""
    data = struct.pack(">%dH" % len(words), *words)
    return hashlib.sha256(bytes([function, len(data)]) + data).hexdigest()


print(json.dumps({
    "bench_sha256": reply(3, block),
    "tool_sha256": reply(4, tightening),
    "return_hundredths": round(floats(block, 10) * 100),
    "sequence": block[0],
    "delivery_raw": struct.pack(">HH", block[8], block[9]).hex(),
    "delivery_tenths": round(floats(block, 8) * 10),
    "return_raw": struct.pack(">HH", block[10], block[11]).hex(),
    "torque": tightening[23],
    "angle": tightening[28],
    "result": tightening[8],
    "barcode": struct.pack(">8H", *tightening[:8]).decode("ascii").rstrip("\0 "),
}))
