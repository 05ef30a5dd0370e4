"""Compares measurements as CSV with the same as JSON lines, cell by cell, with Python's own csv module."""

import csv
import json
import sys

with open(sys.argv[1], newline="", encoding="utf-8") as text:
    rows = list(csv.DictReader(text, strict=True))
with open(sys.argv[2], encoding="utf-8") as lines:
    records = [json.loads(line) for line in lines]
expected = [(record, result) for record in records for result in record["results"]]
assert len(rows) == len(expected) > 0, f"{len(rows)} rows, {len(expected)} measurements"
for row, (record, result) in zip(rows, expected):
    assert row["record"] == record["id"] and row["serial"] == record["part"]["serial"]
    assert row["record_result"] == record["result"] and row["result"] == result["result"]
    for key in ("characteristic", "value", "unit", "nominal", "lsl", "usl", "taken_at"):
        assert row[key] == (result.get(key) or ""), (key, row[key], result.get(key))
print(len(rows))
