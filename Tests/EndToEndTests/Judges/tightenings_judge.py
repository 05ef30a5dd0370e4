"""Compares what simulated torque tools really did with a gateway's ledger and with its store: each tightening is
there once, in a record of the part that was in the technician's hands, with its torque and verdict.

    tightenings_judge.py CONTROL LEDGER STORE SECONDS DEVICE...

Tightenings that were made when it begins must be there within so many seconds; those of later are not asked for.
Prints what it saw as JSON; every list of it but `astray` should be empty: that is what a technician tightened
on a part whose scan was refused."""

import json
import sqlite3
import sys
import time
import urllib.request

control, ledger, store, patience, devices = *sys.argv[1:4], float(sys.argv[4]), sys.argv[5:]


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
    """By device and number: the entries that a result is in, as (kind, record id, serial, torque, verdicts)."""
    found = {}
    for kind, body in rows(ledger, "SELECT kind, CAST(body AS TEXT) FROM entry ORDER BY seq"):
        body = json.loads(body)
        if kind == "record":
            for device, sequence, values in tries(body):
                found.setdefault((device, sequence), []).append(
                    ("record", body["id"], body["part"]["serial"], values["torque"].get("value"),
                     values["verdict"].get("value")))
        elif body.get("event") == "result.orphaned":
            found.setdefault((body["device"], body["sequence"]), []).append(
                ("orphan", None, None, (body["values"] or {}).get("torque"), body["because"]))
    return found


asked = {device: truth(device) for device in devices}
end = time.monotonic() + patience
while True:
    entries = kept()
    stored = {row[0] for row in rows(store, "SELECT id FROM inspection")}
    missing = [f"{device} {t['sent_id']}" for device in devices for t in asked[device]
               if (device, str(t["sent_id"])) not in entries]
    waiting = [hits[0][1] for hits in entries.values() if hits[0][0] == "record" and hits[0][1] not in stored]
    if not missing and not waiting or time.monotonic() > end:
        break
    time.sleep(0.5)

seen = {"tightenings": 0, "good": 0, "records": 0, "orphans": [], "missing": missing, "unstored": waiting,
        "doubled": [], "foreign": [], "wrong": [], "astray": []}
for device in devices:
    for t in asked[device]:
        seen["tightenings"] += 1
        seen["good"] += t["ok"]
        hits = entries.get((device, str(t["sent_id"])), [])
        name = f"{device} {t['sent_id']} at {t['part']}"
        if len(hits) > 1:
            seen["doubled"].append(f"{name}: {hits}")
        for kind, _, serial, torque, verdict in hits:
            if kind == "orphan":
                # Held to another part than the tool was told of, it is rightly credited to none.
                is_astray = t["identifier"] and not t["identifier"].startswith(t["part"] or "-")
                seen["astray" if is_astray else "orphans"].append(f"{name}: {verdict}")
                continue
            seen["records"] += 1
            if serial != t["part"]:
                seen["foreign"].append(f"{name}: on {serial}")
            if round(float(torque or 0) * 100) != t["spindles"][0]["torque_cNm"] or (verdict == "OK") != t["ok"]:
                seen["wrong"].append(f"{name}: {torque} {verdict}, was {t['spindles'][0]['torque_cNm']} {t['ok']}")
print(json.dumps(seen))
