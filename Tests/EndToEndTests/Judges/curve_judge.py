"""Decodes the curves that a ledger holds as evidence, from the byte table of MID 0900 alone, and compares
them with what the simulated tool says it drew and with the CSV of `plumbline records curve`.

usage: curve_judge.py LEDGER.DB CONTROL DEVICE PLUMBLINE DATA: prints a JSON object of what was found."""

import csv
import hashlib
import io
import json
import sqlite3
import subprocess
import sys
import urllib.request
import zlib
from decimal import Decimal

from trace_curves import decode, fnv

database, control, device, plumbline, data = sys.argv[1:]
ledger = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
truth = json.load(urllib.request.urlopen(f"http://{control}/truth/{device}", timeout=10))["tightenings"]


def evidence(sha256):
    size, stream = ledger.execute("SELECT size, body FROM evidence WHERE sha256 = ?", (sha256,)).fetchone()
    raw = zlib.decompress(stream)
    assert len(raw) == size and hashlib.sha256(raw).hexdigest() == sha256
    return raw


def table(identifier):
    answer = subprocess.run([plumbline, "records", "curve", identifier, "--data", data], capture_output=True,
                            text=True, check=True)
    rows = list(csv.reader(io.StringIO(answer.stdout)))
    return rows[0], rows[1:]


def entries(kind, event=None):
    for identifier, body in ledger.execute("SELECT id, body FROM entry WHERE kind = ? ORDER BY seq", (kind,)):
        body = json.loads(body)
        if event is None or body.get("event") == event:
            yield identifier, body


# By the id that results carry: the two curves, whether they are in a record, an orphan, or kept for themselves.
found, serials = {}, {}
counts = {"in_records": 0, "in_orphans": 0, "kept": 0}
for identifier, record in entries("record"):
    for step in record["steps"]:
        if "sequence" in step:
            serials[int(step["sequence"])] = record["part"]["serial"]
        for named in step.get("curves", []):
            assert named["sha256"] in record["evidence"]
            found.setdefault(int(step["sequence"]), []).append(decode(evidence(named["sha256"])))
            assert named["samples"] == len(found[int(step["sequence"])][-1][4])
            counts["in_records"] += 1
for kind, event in [("in_orphans", "result.orphaned"), ("kept", "curve.kept")]:
    for identifier, body in entries("audit", event):
        for named in body.get("curves", []):
            assert named["sha256"] in body["evidence"]
            found.setdefault(int(body["sequence"]), []).append(decode(evidence(named["sha256"])))
            if kind == "kept" and int(body["sequence"]) in serials:
                assert body["serial"] == serials[int(body["sequence"])], body
            counts[kind] += 1

for tightening in truth:
    curves = found.get(tightening["sent_id"], [])
    assert sorted(c[1] for c in curves) == [1, 2], (tightening, [c[:2] for c in curves])
    assert all(c[0] == tightening["sent_id"] for c in curves)
    angle, torque = sorted(curves, key=lambda c: c[1])
    assert fnv(torque[5], angle[5]) == tightening["curve_fnv1a"], tightening
    assert max(abs(s) for s in torque[4]) == tightening["spindles"][0]["torque_cNm"]

rows_compared = 0
for identifier, record in entries("record"):
    for step in record["steps"]:
        if not found.get(int(step.get("sequence", -1))):
            continue
        angle, torque = sorted(found[int(step["sequence"])], key=lambda c: c[1])
        header, rows = table(identifier)
        assert header == ["sample", "time_s", "angle_deg", "torque_N.m"], header
        assert len(rows) == len(torque[4]) == len(angle[4])
        for index, (sample, seconds, degrees, newton_metres) in enumerate(rows):
            assert int(sample) == index
            assert Decimal(seconds) == index * torque[3]
            assert Decimal(degrees) == Decimal(angle[4][index]) / angle[2]
            assert Decimal(newton_metres) == Decimal(torque[4][index]) / torque[2]
            rows_compared += 1
        raw = subprocess.run([plumbline, "records", "curve", identifier, "--raw", "--kind", "torque", "--data",
                              data], capture_output=True, check=True).stdout
        assert decode(raw)[4] == torque[4]

print(json.dumps({"tightenings": len(truth), "rows": rows_compared, **counts}))
