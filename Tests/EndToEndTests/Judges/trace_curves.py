"""Reads curves from the byte table of MID 0900 alone, and hashes them as the simulated tools do."""

from decimal import Decimal


def decode(raw):
    """Result id, kind, divisor, interval in seconds, samples and their bytes (R 2.16, table 206)."""
    assert int(raw[:4]) == len(raw) and raw[4:8] == b"0900", raw[:20]
    text, binary = raw[20:].split(b"\0", 1)
    result, kind, place = int(text[:10]), int(text[32:34]), 39
    assert text[29:32] == b"000"
    divisor = None
    for _ in range(int(text[place:place + 3])):
        pid, length = int(text[place + 3:place + 8]), int(text[place + 8:place + 11])
        value = text[place + 20:place + 20 + length]
        place += 17 + length
        if pid == 2213:
            divisor = Decimal(value.decode())
    place += 3
    assert text[place:place + 3] == b"001"
    first, last = int(text[place + 3:place + 8]), int(text[place + 8:place + 13])
    length, unit = int(text[place + 13:place + 16]), int(text[place + 18:place + 21])
    interval = Decimal(text[place + 21:place + 21 + length].decode())
    count = int(text[-5:])
    assert unit == 200 and len(binary) == 2 * count and (first, last) == (0, count - 1)
    samples = [int.from_bytes(binary[i:i + 2], "big", signed=True) for i in range(0, len(binary), 2)]
    return result, kind, divisor, interval, samples, binary


def fnv(*parts):
    value = 0xCBF29CE484222325
    for byte in b"".join(parts):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"
