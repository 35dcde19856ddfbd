"""Files that no program would write: real ones, mangled. None hangs a reader, none ends in anything but a reason."""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers import SUFFIXES, FileReader, Limits
from index.readers.warmup import EXAMPLES

FILES = Path(__file__).parents[1] / "files"
LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=5, wall_seconds=10)
TEXTS = {
    ".txt": b"date 2024-02-03 \nA HEADING\n\nSome text. \xc3\xbcber.\n\nMore text here.\n",
    ".md": b"---\ntitle: T\ndate: 2024-02-03\n---\n# One\n\n```\n# no\n```\nTwo\n===\n\n- item\n\n> quote\n",
    ".html": b"<!doctype html><title>t</title><article><h1>One</h1><table><tr><td>a<td>b</table><p hidden>x<p>y&#x202e;",
    ".csv": b'name;age\n"Ada; the first";36\nJon;41\n',
    ".json": b'[{"title": "t", "n": [1, 2.5, null, true]}, {"a": {"b": {"c": "d\\u00e9"}}}]',
    ".jsonl": b'{"a": 1}\n{"b": [1, {"c": "d"}]}\n',
    ".eml": b"Subject: =?utf-8?q?s=C3=BC?=\nDate: Mon, 5 Feb 2024 10:00:00 +0100\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain; charset=utf-8\n'
    b"Content-Transfer-Encoding: base64\n\nVGV4dC4=\n--x\nContent-Type: text/html\nContent-Disposition: attachment;\n"
    b' filename="a.html"\n\n<p>Hello\n--x--\n',
    ".zip": EXAMPLES["a.zip"],
}
ALIKE = {".text": ".txt", ".markdown": ".md", ".htm": ".html", ".xhtml": ".html", ".tsv": ".csv"}
PACKAGES = frozenset({".docx", ".pptx", ".xlsx", ".ods", ".epub", ".zip"})


def originals(suffix: str) -> list[bytes]:
    """Return files of a format, as real programs wrote them where there are such."""
    real = [path.read_bytes() for path in sorted(FILES.glob(f"*{suffix}"))]
    return real or [TEXTS[suffix]]


def mangled(data: bytes, chance: random.Random) -> bytes:
    """Return a file with a few bytes changed, and stretches of it lost, doubled or moved."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at = chance.randrange(len(changed) + 1)
        length = chance.choice((1, 1, 4, 50, 1000))
        deed = chance.randrange(6)
        if deed == 0:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif deed == 1:
            del changed[at : at + length]
        elif deed == 2:
            changed[at:at] = changed[at : at + length]
        elif deed == 3:
            other = chance.randrange(len(changed) + 1)
            changed[at : at + length] = changed[other : other + length]
        elif deed == 4:
            changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"<![CDATA["))
        else:
            changed[at : at + 1] = b"".join([b"9" * 20, b"<a>" * 50, b'"', b"&", b"\n\n"][: chance.randrange(1, 6)])
    return bytes(changed)


def mangled_inside(data: bytes, chance: random.Random) -> bytes:
    """Return a package in which one member is mangled, and all is well packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        members = [item for item in old.infolist() if not item.is_dir()]
        chosen = chance.choice(members).filename
        for item in members:
            content = old.read(item)
            new.writestr(item.filename, mangled(content, chance) if item.filename == chosen else content)
    return buffer.getvalue()


def cases(suffix: str, count: int) -> Iterator[bytes]:
    files = originals(suffix)
    for seed in range(count):
        chance = random.Random(f"{suffix} {seed}")
        data = chance.choice(files)
        inside = suffix in PACKAGES and seed % 2 == 0
        yield mangled_inside(data, chance) if inside else mangled(data, chance)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES - set(ALIKE)))
def test_a_mangled_file_is_read_or_refused(suffix: str, is_long: bool) -> None:
    read = refused = crashed = 0
    count = 2000 if is_long else 40
    with FileReader(LIMITS) as reader:
        for number, data in enumerate(cases(suffix, count)):
            begun = time.monotonic()
            try:
                extraction = reader.extract(data, f"file{suffix}")
                read += 1
                for text in extraction.texts:
                    assert text.text.strip()
                    for heading in text.headings:
                        assert 0 <= heading.start < heading.end <= len(text.text)
                    starts = [place.start for place in text.places]
                    assert starts == sorted(set(starts))
            except UnreadableDocument as error:
                refused += 1
                assert "\n" not in str(error)
                assert str(error).startswith(f"file{suffix}"), (number, str(error))
                assert "takes too long" not in str(error), number
                crashed += "crashed" in str(error)  # where a library in C or Rust is denied memory
            assert time.monotonic() - begun < LIMITS.wall_seconds, number
    assert read
    assert crashed <= count // 100
    assert refused or suffix in (".txt", ".md", ".html", ".csv", ".eml")


def test_every_format_has_files_to_mangle() -> None:
    assert all(originals(suffix) for suffix in SUFFIXES - set(ALIKE))
