"""Files that no program would write: real ones, mangled. None hangs a reader, none ends in anything but a reason."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from samples import ALIKE, UNTRIED, name_for, originals, without_samples

from index.errors import UnreadableDocument
from index.readers import SUFFIXES, FileReader, Limits
from index.readers.legacy import LEGACY
from index.readers.ocr import IMAGES

LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=5, wall_seconds=10)
PACKAGES = frozenset({".docx", ".pptx", ".xlsx", ".ods", ".odt", ".odp", ".odg", ".epub", ".zip"})
PACKED: dict[str, Any] = {".gz": gzip, ".tgz": gzip, ".bz2": bz2, ".tbz2": bz2, ".xz": lzma, ".txz": lzma}
OTHER_PICTURES = IMAGES - {".jpg"}
"""They have the same reader, and recognizing takes seconds a picture."""
SECONDS_FOR_PICTURES = 60.0
"""Loading the models and recognizing take longer than reading."""


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


def repacked(data: bytes, suffix: str, chance: random.Random) -> bytes:
    """Return a packed file of which the content is mangled."""
    method = PACKED[suffix]
    return method.compress(mangled(method.decompress(data), chance))  # type: ignore[no-any-return]


def cases(suffix: str, count: int) -> Iterator[bytes]:
    files = originals(suffix)
    for seed in range(count):
        chance = random.Random(f"{suffix} {seed}")
        data = chance.choice(files)
        if suffix in PACKAGES and seed % 2 == 0:
            yield mangled_inside(data, chance)
        elif suffix in PACKED and seed % 2 == 0:
            yield repacked(data, suffix, chance)
        else:
            yield mangled(data, chance)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES - set(ALIKE) - set(UNTRIED) - set(LEGACY) - OTHER_PICTURES))
def test_a_mangled_file_is_read_or_refused(suffix: str, is_long: bool) -> None:
    name = name_for(suffix)
    read = refused = crashed = 0
    count = 2000 if is_long else 40
    seconds = LIMITS.wall_seconds
    if suffix in IMAGES:
        count, seconds = count // 5, SECONDS_FOR_PICTURES
    with FileReader(LIMITS) as reader:
        for number, data in enumerate(cases(suffix, count)):
            begun = time.monotonic()
            try:
                extraction = reader.extract(data, name)
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
                assert str(error).startswith(name), (number, str(error))
                assert "takes too long" not in str(error), number
                crashed += "crashed" in str(error)  # where a library in C or Rust is denied memory
            assert time.monotonic() - begun < seconds, number
    assert read
    assert crashed <= count // 100
    assert refused or suffix in (".txt", ".md", ".html", ".csv", ".eml")


def test_every_format_has_files_to_mangle() -> None:
    assert without_samples(SUFFIXES) == []
