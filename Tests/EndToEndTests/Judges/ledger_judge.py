"""Judges a ledger with nothing of Plumbline's: sqlite3 reads it, rfc8785 writes its bodies anew, pymerkle
builds its tree, and OpenSSL checks the signature of its newest checkpoint."""

import base64
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

import pymerkle
import rfc8785

data = pathlib.Path(sys.argv[1])
database = sqlite3.connect(f"file:{data / 'ledger.db'}?mode=ro", uri=True)
bodies = [bytes(row[0]) if not isinstance(row[0], str) else row[0].encode()
          for row in database.execute("SELECT body FROM entry ORDER BY seq")]
assert bodies, "the ledger is empty"
for body in bodies:
    assert rfc8785.dumps(json.loads(body)) == body, f"not canonical: {body[:80]!r}"

note = (data / "checkpoint").read_text(encoding="utf-8")
text, signatures = note.rsplit("\n\n", 1)
text += "\n"
origin, size, root = text.splitlines()[:3]
assert int(size) == len(bodies), f"the checkpoint covers {size} of {len(bodies)} entries"

tree = pymerkle.InmemoryTree(algorithm="sha256")
for body in bodies:
    tree.append_entry(body)
assert tree.get_root() == base64.b64decode(root), "pymerkle finds another root"

line = next(line for line in signatures.splitlines() if line.startswith("\u2014 "))
signature = base64.b64decode(line.split(" ")[2])[4:]
with tempfile.TemporaryDirectory() as folder:
    signed, mark = (pathlib.Path(folder, name) for name in ("text", "signature"))
    signed.write_text(text, encoding="utf-8")
    mark.write_bytes(signature)
    # The public key file holds a C2SP verifier key and the same key as PEM, which OpenSSL finds.
    key = data / "ledger.pub"
    subprocess.run(["openssl", "dgst", "-sha256", "-verify", key, "-signature", mark, signed],
                   check=True, stdout=subprocess.DEVNULL)
print(f"{len(bodies)} entries, {origin}: canonical, same root, signature good")
