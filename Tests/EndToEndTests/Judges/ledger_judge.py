"""Judges a ledger with nothing of Plumbline's: sqlite3 reads it, rfc8785 writes its bodies anew, pymerkle
builds its tree, and OpenSSL checks the signature of its newest checkpoint."""

import base64
import json
import pathlib
import sqlite3
import sys

import pymerkle
import rfc8785

from signed_note import opened

data = pathlib.Path(sys.argv[1])
database = sqlite3.connect(f"file:{data / 'ledger.db'}?mode=ro", uri=True)
bodies = [bytes(row[0]) if not isinstance(row[0], str) else row[0].encode()
          for row in database.execute("SELECT body FROM entry ORDER BY seq")]
assert bodies, "the ledger is empty"
for body in bodies:
    assert rfc8785.dumps(json.loads(body)) == body, f"not canonical: {body[:80]!r}"

note = (data / "checkpoint").read_text(encoding="utf-8")
origin, size, root = opened(note, data / "ledger.pub")
assert int(size) == len(bodies), f"the checkpoint covers {size} of {len(bodies)} entries"

tree = pymerkle.InmemoryTree(algorithm="sha256")
for body in bodies:
    tree.append_entry(body)
assert tree.get_root() == base64.b64decode(root), "pymerkle finds another root"
print(f"{len(bodies)} entries, {origin}: canonical, same root, signature good")
