"""Compares scans as they were sent with the ledger's database, the log, the CSV and the pages, by others' readers.

Arguments: the directory with sent.txt, log.txt, records.csv and views.jsonl; the ledger's database.
"""

import csv
import json
import re
import sqlite3
import sys
from collections import Counter, defaultdict

folder, ledger = sys.argv[1:3]

sent = defaultdict(list)
repeats = Counter()
kinds = Counter()
for line in open(f"{folder}/sent.txt", encoding="ascii"):
    station, kind, source, symbology, raw = line.rstrip("\n").split(" ")
    kinds[kind] += 1
    if source.endswith("*"):
        repeats[source[:-1]] += 1
    else:
        sent[station].append((source, symbology, bytes.fromhex(raw)))

stored = defaultdict(list)
retested = set()
database = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
for (text,) in database.execute("SELECT body FROM entry WHERE kind = 'audit' ORDER BY seq"):
    body = json.loads(text)
    event = body["event"]
    if event == "cycle.opened":
        if body["cycle"] in retested:
            continue
        mark = body["part"]["mark"]
        raw, symbology, word = mark["raw"], mark["symbology"], "is being inspected"
    elif event == "scan.refused":
        raw, symbology, word = body["raw"], None, f"refused ({body['code']}): {body['text']}"
        assert body["text"].isprintable() and body["text"].isascii(), body
    elif event == "code.taken":
        raw, symbology, word = body["raw"], None, f"{body['action']} was obeyed"
        if body["action"] == "RETEST":
            retested.add(body["cycle"])
    elif event == "operator.signed_in":
        raw, symbology, word = body["raw"], None, f"the badge of {body['operator']} was taken"
    else:
        continue
    stored[body["station"]].append((bytes.fromhex(raw), symbology, word))

# One line each: nothing but printable ASCII between line ends, and the last one is whole.
log = open(f"{folder}/log.txt", "rb").read()
assert log.endswith(b"\n") and re.fullmatch(rb"[\x20-\x7e\n]*", log), "the log holds more than plain lines"
said = defaultdict(list)
repeated = Counter()
for line in log.decode("ascii").splitlines():
    words = re.fullmatch(r"(?:<\d>|\S+ \w+: )(\S+): (.*)", line)
    assert words, line
    who, text = words.groups()
    if text == "read the same once more: one scan":
        repeated[who] += 1
    elif said_by := re.fullmatch(r"(SCAN-\S+|page): (.*)", text):
        said[who].append(said_by.groups())
    else:
        assert re.match(r"(\S+ INDETERMINATE|connected: )", text), line
assert repeated == repeats, (repeated, repeats)

for station, scans in sent.items():
    entries, lines = stored[station], said[station]
    assert len(scans) == len(entries) == len(lines), (station, len(scans), len(entries), len(lines))
    for number, ((source, symbology, raw), (kept, found, word), (who, text)) in enumerate(zip(scans, entries, lines)):
        assert raw == kept, (station, number, raw, kept)
        assert symbology == "-" or found in (None, symbology), (station, number, symbology, found)
        assert who == source and word in text, (station, number, source, word, who, text)

rows = list(csv.reader(open(f"{folder}/records.csv", newline="", encoding="utf-8"), strict=True))
assert len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows), "rows of one length"
for cell in (cell for row in rows for cell in row):
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
views = [json.loads(line) for line in open(f"{folder}/views.jsonl", "rb")]
assert views and all(view["station"] for view in views)
words = Counter(re.sub(r"^\S+ (is being|has)|: .*", "", word) for entries in stored.values() for _, _, word in entries)
print(sum(kinds.values()), "scans,", sum(repeats.values()), "repeats,", len(kinds), "kinds,", dict(words))
