"""A small file of every format that is read, by its ending: written here, or saved by a real program."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from msg_making import compound_file, message

from index.readers.code import CODE
from index.readers.ocr import IMAGES

FILES = Path(__file__).parent / "files"
MAIL = (
    b"Subject: =?utf-8?q?s=C3=BC?=\nFrom: Ada <ada@x.example>\nDate: Mon, 5 Feb 2024 10:00:00 +0100\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain; charset=utf-8\n\n'
    b"Text.\n\nOn 4 February 2024 at 10:00, Bo <bo@x.example> wrote:\n> Older.\n>> Oldest.\n\nMore.\n"
    b"--x\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Tea\nDTSTART:20240205T100000Z\n"
    b"END:VEVENT\nEND:VCALENDAR\n"
    b'--x\nContent-Type: text/html\nContent-Disposition: attachment;\n filename="a.html"\n\n<p>Hello\n--x--\n'
)


def zipped(members: dict[str, bytes]) -> bytes:
    """Return an archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    """Return a tape archive of these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


INSIDE = {"a/one.txt": b"One.", "two.md": b"# Two\n\nText.", "mail.eml": MAIL}
_OPENDOCUMENT = (
    "<office:document xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
    "xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0' "
    "xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' "
    "xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'><office:body>{}</office:body></office:document>"
)
_TEXT_ODF = "<office:text><text:h text:outline-level='1'>One</text:h><text:p>Text.</text:p></office:text>"
_DRAWN_ODF = (
    "<office:{0}><draw:page draw:name='p'><draw:frame><draw:text-box><text:p>Text.</text:p></draw:text-box>"
    "</draw:frame></draw:page></office:{0}>"
)
_SHEET_ODF = (
    "<office:spreadsheet><table:table table:name='S'><table:table-row><table:table-cell><text:p>a</text:p>"
    "</table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    "</office:spreadsheet>"
)


def _flat(body: str) -> bytes:
    return _OPENDOCUMENT.format(body).encode()


WRITTEN: dict[str, bytes] = {
    ".txt": b"date 2024-02-03 \nA HEADING\n\nSome text. \xc3\xbcber.\n\nMore text here.\n",
    ".md": b"---\ntitle: T\ndate: 2024-02-03\n---\n# One\n\n```\n# no\n```\nTwo\n===\n\n- item\n\n> quote\n",
    ".html": b"<!doctype html><title>t</title><article><h1>One</h1><table><tr><td>a<td>b</table><p hidden>x<p>y&#x202e;",
    ".xml": b"<?xml version='1.0'?><list><item n='1'><name>Ada</name></item><item n='2'><name>Bo</name></item></list>",
    ".nxml": b"<article><front><article-meta><title-group><article-title>T</article-title></title-group></article-meta>"
    b"</front><body><sec><title>S</title><p>Text.</p></sec></body></article>",
    ".csv": b'name;age\n"Ada; the first";36\nJon;41\n',
    ".json": b'[{"title": "t", "n": [1, 2.5, null, true]}, {"a": {"b": {"c": "d\\u00e9"}}}]',
    ".jsonl": b'{"a": 1}\n{"b": [1, {"c": "d"}]}\n',
    ".ipynb": b'{"cells": [{"cell_type": "markdown", "source": ["# One\\n", "Text."]}, {"cell_type": "code", "source": '
    b'"x = 1", "outputs": [{"data": {"text/plain": "1"}}]}], "metadata": {}, "nbformat": 4}',
    ".vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>Hello there.</v>\n\n00:03.000 --> 00:04.000\nBye.\n",
    ".srt": b"1\n00:00:01,000 --> 00:00:02,000\nHello there.\n\n2\n00:00:03,000 --> 00:00:04,000\nBye.\n",
    ".rtf": rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\info{\title T}}\pard One \b two\b0 \'e9 \u8364?.\par"
    rb"\trowd\cellx100\cellx200 a\cell b\cell\row\pard{\footnote Note.}{\pict\pngblip 8950}\par}",
    ".rst": b"One\n===\n\n:date: 2024-02-03\n\nText [1]_.\n\n- item\n\n==  ==\na   b\n==  ==\n1   2\n==  ==\n\n.. [1] Note.\n",
    ".org": b"#+TITLE: T\n* One\nText [[x][link]].\n- item\n| a | b |\n|---+---|\n| 1 | 2 |\n",
    ".adoc": b"= One\n\nText *b*.\n\n. item\n\n|===\n|a |b\n\n|1 |2\n|===\n",
    ".tex": rb"\documentclass{article}\title{T}\begin{document}\section{One}Text $x^2$ \textbf{b}.\begin{itemize}\item i"
    rb"\end{itemize}\begin{tabular}{ll}a & b\\1 & 2\end{tabular}\end{document}",
    ".ics": b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Tea\nDTSTART:20240205T100000Z\nATTENDEE;CN=Ada:mailto:a@x.example\n"
    b"END:VEVENT\nEND:VCALENDAR\n",
    ".py": b"[section]\nkey = 1\n\ndef one(x):\n    return x\n\nclass Two:\n    pass\n",
    ".fodt": _flat(_TEXT_ODF),
    ".fodp": _flat(_DRAWN_ODF.format("presentation")),
    ".fodg": _flat(_DRAWN_ODF.format("drawing")),
    ".fods": _flat(_SHEET_ODF),
    ".odg": zipped({"content.xml": _flat(_DRAWN_ODF.format("drawing"))}),
    ".eml": MAIL,
    ".mbox": b"".join(b"From a@x.example Mon Feb  5 10:00:00 2024\n" + MAIL + b"\n" for _ in range(2)),
    ".msg": compound_file(message({0x0037: "Kiln", 0x0C1A: "Ada", 0x1000: "Text.\r\n\r\n> Older.\r\n"})),
    ".zip": zipped(INSIDE),
    ".tar": tarred(INSIDE),
    ".tgz": gzip.compress(tarred(INSIDE), mtime=0),
    ".tbz2": bz2.compress(tarred(INSIDE)),
    ".txz": lzma.compress(tarred(INSIDE)),
    ".gz": gzip.compress(b"Text.", mtime=0),
    ".bz2": bz2.compress(b"Text."),
    ".xz": lzma.compress(b"Text."),
}
ALIKE = {
    **dict.fromkeys(CODE, ".py"),
    ".text": ".txt", ".markdown": ".md", ".htm": ".html", ".xhtml": ".html", ".tsv": ".csv", ".tab": ".csv",
    ".ndjson": ".jsonl", ".asciidoc": ".adoc", ".ltx": ".tex", ".tbz": ".tbz2",
    ".docm": ".docx", ".dotx": ".docx", ".dotm": ".docx", ".dot": ".doc",
    ".pptm": ".pptx", ".ppsx": ".pptx", ".ppsm": ".pptx", ".potx": ".pptx", ".potm": ".pptx", ".pps": ".ppt", ".pot": ".ppt",
    ".xlsm": ".xlsx", ".xltx": ".xlsx", ".xltm": ".xlsx", ".xlt": ".xls",
    ".ott": ".odt", ".otp": ".odp", ".ots": ".ods", ".otg": ".odg",
    ".jpeg": ".jpg", ".tif": ".tiff",
}  # fmt: skip
"""Endings of one format: what is done with one need not be done with the others."""
UNTRIED = {
    ".ppt": "read by LibreOffice alone",
    ".xlsb": "no free program writes it; python-calamine reads it like the other workbooks",
}


def originals(suffix: str) -> list[bytes]:
    """Return files of a format; none where there is no sample of it."""
    suffix = ALIKE.get(suffix, suffix)
    if suffix in IMAGES:
        return [picture(suffix)]
    if suffix in WRITTEN:
        return [WRITTEN[suffix]]
    return [path.read_bytes() for path in sorted(FILES.glob(f"*{suffix}"))]


def name_for(suffix: str) -> str:
    """Return a name for a file of a format. That of a packed file says what is in it, too."""
    return f"file.txt{suffix}" if suffix in (".gz", ".bz2", ".xz") else f"file{suffix}"


def picture(suffix: str) -> bytes:
    """Return a picture with a few words in it."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (600, 120), "white")
    ImageDraw.Draw(image).text((20, 40), "The north lantern is the oldest", fill="black", font_size=32)
    buffer = io.BytesIO()
    kinds: dict[str, str] = {".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF"}
    image.save(buffer, kinds.get(suffix, suffix[1:].upper()))
    return buffer.getvalue()


def without_samples(suffixes: Iterable[str]) -> list[str]:
    """Return the endings that nothing is said of here."""
    return [suffix for suffix in sorted(suffixes) if not originals(suffix) and ALIKE.get(suffix, suffix) not in UNTRIED]
