"""Tiny files, one of each way of reading: what they make the readers load is there before a child may open nothing."""

from __future__ import annotations

import io
import zipfile


def _zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in members.items():
            package.writestr(name.replace("__", "."), text)
    return buffer.getvalue()


EXAMPLES: dict[str, bytes] = {
    "a.txt": b"Text.",
    "a.md": b"# Title\n\nText.",
    "a.html": b"<title>t</title><h1>Title</h1><p>Text.",
    "a.csv": b"a,b\n1,2\n",
    "a.json": b'{"a": 1}',
    "a.jsonl": b'{"a": 1}\n',
    "a.eml": b"Subject: =?utf-8?q?s?=\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n"
    b"Content-Type: text/plain; charset=latin-1\nContent-Transfer-Encoding: quoted-printable\n\nText.\n",
    "a.zip": _zipped(a__txt="Text."),
    "a.docx": _zipped(a__xml="<a/>"),
    "a.pptx": _zipped(a__xml="<a/>"),
    "a.xlsx": _zipped(a__xml="<a/>"),
    "a.epub": _zipped(a__xml="<a/>"),
    "a.pdf": b"%PDF-1.4\n",
}
