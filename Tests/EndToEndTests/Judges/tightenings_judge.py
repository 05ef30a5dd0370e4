"""Compares what simulated torque tools really did with a gateway's ledger and with its store: each tightening is
there once, in a record of the part that was in the technician's hands, with its torque, verdict and curves.

    tightenings_judge.py CONTROL LEDGER STORE SECONDS DEVICE...

DEVICE is an id, or ID:curves where each tightening must be there with the two curves that the tool drew.
Tightenings that were made when it begins must be there within so many seconds; those of later are not asked for.
Prints what it saw as JSON; every list of it should be empty but two: `astray` is what a technician tightened on
a part whose scan was refused, `late` what was told only after another part's scan had held its own cycle, and is
credited to none (docs/decisions/0015)."""

import json
import re
import sqlite3
import sys
import time
import urllib.request
import zlib

from trace_curves import decode, fnv

control, ledger, store, patience, devices = *sys.argv[1:4], float(sys.argv[4]), sys.argv[5:]
HELD = "another part was scanned before it came"
# The identifier that a result carries ends with its turn, a letter, and the end of the id of its own cycle.
CARRIED = re.compile(r'it carries "\S+/[A-Za-z0-9]([0-9a-f]{7})", the running step was bound as ')
curved = [name.split(":")[0] for name in devices if name.endswith(":curves")]
devices = [name.split(":")[0] for name in devices]


def truth(device):
    told = []
    while True:
        page = json.load(urllib.request.urlopen(f"http://{control}/truth/{device}?after={len(told)}", timeout=10))
        told += page["tightenings"]
        if len(told) >= page["count"]:
            return told


def rows(path, query):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as database:
        return database.execute(query).fetchall()


def tries(body):
    """Each result that a record tells of, with its values: those that did not decide stand with their try."""
    for step in body["steps"]:
        for told in step.get("tries", [step]):
            if "sequence" not in told:
                continue
            results = told.get("results") or [r for r in body["results"] if r["step"] == step["step"]
                                              and r["sample"] == told.get("sample", 1)]
            yield (told["device"], told["sequence"],
                   {r["characteristic"].rsplit("_", 1)[-1]: r for r in results})


def kept():
    """By device and number: the entries that a result is in, as (kind, id of the record or of the cycle that ran,
    serial, torques, verdict or why there is none); and the cycles that were held."""
    found, held = {}, set()
    for kind, body in rows(ledger, "SELECT kind, CAST(body AS TEXT) FROM entry ORDER BY seq"):
        body = json.loads(body)
        if kind == "record":
            for device, sequence, values in tries(body):
                found.setdefault((device, sequence), []).append(
                    ("record", body["id"], body["part"]["serial"],
                     [values[name].get("value") for name in ("torque", "second") if name in values],
                     values["verdict"].get("value")))
        elif body.get("event") == "result.orphaned":
            found.setdefault((body["device"], body["sequence"]), []).append(
                ("orphan", body.get("running_cycle"), None, [], body["because"]))
        elif body.get("event") == "cycle.held":
            held.add(body["cycle"].replace("-", ""))
    return found, held


def drawn():
    """By device and number: the hash of the torque and the angle that were kept, wherever that is."""
    named = {}
    for (body,) in rows(ledger, "SELECT CAST(body AS TEXT) FROM entry ORDER BY seq"):
        body = json.loads(body)
        # With the result, with a try of it, or in an entry of their own where they came late.
        told = [told for step in body.get("steps", []) for told in [step] + step.get("tries", []) + step.get("loosenings", [])]
        for told in told + [body]:
            for curve in told.get("curves", []):
                named.setdefault((told["device"], told["sequence"]), set()).add(curve["sha256"])
    kept = dict(rows(ledger, "SELECT sha256, body FROM evidence"))
    hashes = {}
    for key, names in named.items():
        binary = {kind: samples for _, kind, _, _, _, samples in (decode(zlib.decompress(kept[n])) for n in names)}
        if len(names) == 2 and sorted(binary) == [1, 2]:
            hashes[key] = fnv(binary[2], binary[1])
    return hashes


def without_curves():
    found = drawn()
    return [f"{device} {t['sent_id']}: {found.get((device, str(t['sent_id'])))}, drew {t['curve_fnv1a']}"
            for device in curved for t in asked[device]
            if found.get((device, str(t["sent_id"]))) != t["curve_fnv1a"]]


asked = {device: truth(device) for device in devices}
end = time.monotonic() + patience
while True:
    entries, held = kept()
    stored = {row[0] for row in rows(store, "SELECT id FROM inspection")}
    missing = [f"{device} {t['sent_id']}" for device in devices for t in asked[device]
               if (device, str(t["sent_id"])) not in entries]
    waiting = [hits[0][1] for hits in entries.values() if hits[0][0] == "record" and hits[0][1] not in stored]
    curves = ["not looked at"] if missing or waiting else without_curves()
    if not missing and not waiting and not curves or time.monotonic() > end:
        break
    time.sleep(0.5)

seen = {"tightenings": 0, "good": 0, "records": 0, "orphans": [], "missing": missing, "unstored": waiting,
        "doubled": [], "foreign": [], "wrong": [], "astray": [], "late": [],
        "curves": curves}
for device in devices:
    for t in asked[device]:
        seen["tightenings"] += 1
        seen["good"] += t["ok"]
        hits = entries.get((device, str(t["sent_id"])), [])
        name = f"{device} {t['sent_id']} at {t['part']}"
        if len(hits) > 1:
            seen["doubled"].append(f"{name}: {hits}")
        for kind, of, serial, torques, verdict in hits:
            if kind == "orphan":
                # Held to another part than the tool was told of, it is rightly credited to none.
                is_astray = t["identifier"] and not t["identifier"].startswith(t["part"] or "-")
                token = CARRIED.match(verdict)
                is_late = (verdict == HELD and (of or "").replace("-", "") in held
                           or token and any(cycle.endswith(token[1]) for cycle in held))
                seen["astray" if is_astray else "late" if is_late else "orphans"].append(f"{name}: {verdict}")
                continue
            seen["records"] += 1
            if serial != t["part"]:
                seen["foreign"].append(f"{name}: on {serial}")
            was = [spindle["torque_cNm"] for spindle in t["spindles"]]
            told = [round(float(value or 0) * 100) for value in torques]
            if told != was or (verdict == "OK") != t["ok"]:
                seen["wrong"].append(f"{name}: {told} {verdict}, was {was} {t['ok']}")
print(json.dumps(seen))
