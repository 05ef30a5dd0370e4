"""C2SP signed notes, whose signatures OpenSSL checks."""

import base64
import pathlib
import subprocess
import tempfile


def opened(note, key):
    """The lines of a signed note's text, if OpenSSL finds its first signature to be of the key in a file.

    The file may hold a C2SP verifier key before the same key as PEM, which OpenSSL finds."""
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    line = next(line for line in signatures.splitlines() if line.startswith("\u2014 "))
    signature = base64.b64decode(line.split(" ")[2])[4:]
    with tempfile.TemporaryDirectory() as folder:
        signed, mark = (pathlib.Path(folder, name) for name in ("text", "signature"))
        signed.write_text(text, encoding="utf-8")
        mark.write_bytes(signature)
        subprocess.run(["openssl", "dgst", "-sha256", "-verify", key, "-signature", mark, signed],
                       check=True, stdout=subprocess.DEVNULL)
    return text.splitlines()
