"""Judges a bundle with nothing of Plumbline's: rfc8785 writes it anew, OpenSSL checks its signature and its
checkpoint's with the key from elsewhere, pymerkle checks each entry's proof, hashlib the evidence, and an XML
parser reads its story, which must need nothing else and run nothing."""

import base64
import hashlib
import json
import pathlib
import sys
import xml.etree.ElementTree as XML

import pymerkle
import rfc8785
from pymerkle.core import _inclusion_path_layout

from signed_note import opened

file, key = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
whole = file.read_bytes()
bundle = json.loads(whole)
assert rfc8785.dumps(bundle) == whole, "not canonical"
assert bundle["schema"] == "plumbline.bundle/1"
content = bundle["content"]

header, origin, digest = opened(bundle["signature"], key)
assert header == "plumbline-bundle/v1", header
assert base64.b64decode(digest) == hashlib.sha256(rfc8785.dumps(content)).digest(), "another content"
ledger, size, root = opened(content["checkpoint"], key)
assert ledger == origin, f"signed as {origin}, from the ledger {ledger}"
size, root = int(size), base64.b64decode(root)

named = set()
for entry in content["entries"]:
    leaf = hashlib.sha256(b"\0" + rfc8785.dumps(entry["body"])).digest()
    rule, _ = _inclusion_path_layout(entry["seq"], size)
    path = [leaf] + [base64.b64decode(text) for text in entry["proof"]]
    proof = pymerkle.InclusionProof("sha256", True, size, entry["seq"], rule, path)
    pymerkle.verify_inclusion(leaf, root, proof, index=entry["seq"], size=size)
    named |= set(json.dumps(entry["body"]).split('"'))

for piece in content["evidence"]:
    body = piece["text"].encode() if "text" in piece else base64.b64decode(piece["base64"])
    assert hashlib.sha256(body).hexdigest() == piece["sha256"], piece["sha256"]
    assert piece["sha256"] in named, f"no entry names {piece['sha256']}"

story = content["story"]
page = XML.fromstring(story)
names = {element.tag.split("}")[1] for element in page.iter()}
assert not names & {"script", "img", "link", "iframe", "object", "embed", "a", "form", "base"}, names
attributes = {name for element in page.iter() for name in element.attrib}
assert not any(name.startswith("on") or name in ("src", "href", "style") for name in attributes), attributes
assert "url(" not in story and "@import" not in story
assert content["serial"] in "".join(page.itertext())
print(f"{len(content['entries'])} entries of {size} in {origin}, {len(content['evidence'])} pieces of evidence")
