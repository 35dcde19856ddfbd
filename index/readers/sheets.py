"""Spreadsheets by what they are rather than by their endings, and separated values (CSV, TSV)."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.flatsheets import read_xml_workbook
from index.readers.grid import Rows, append_grid
from index.readers.oldsheets import read_xls, read_xlsb
from index.readers.opensheets import read_ods
from index.readers.packages import open_package
from index.readers.plain import decode
from index.readers.tables import MAX_ROWS, cell_text
from index.readers.workbook import read_xlsx

WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".ods", ".ots", ".fods")
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLDEST = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_SEPARATORS = ",;\t|"
_SNIFFED = 60_000
"""Characters from which the separator of a CSV file is told."""
_MOST_LINES = 20
"""A cell of more lines than this that are separated values themselves was never closed."""
_STATED = re.compile(r"sep=(.)\s*\n", re.IGNORECASE)


def read_workbook(data: bytes, name: str) -> Extracted:
    """Read a workbook of any format; many have the ending of another than the one that they are in.

    Raises:
        UnreadableDocument: it is none, is encrypted, or damaged as a whole.
    """
    if data.startswith(_COMPOUND_FILE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableDocument(f"{name}: is encrypted; save it without a password")
        return read_xls(data, name)
    if data.startswith(b"PK"):
        with open_package(data, name) as package:
            parts = {part.lower() for part in package.namelist()}
        if "xl/workbook.bin" in parts:
            return read_xlsb(data, name)
        return (
            read_ods(data, name) if "content.xml" in parts and "xl/workbook.xml" not in parts else read_xlsx(data, name)
        )
    if data.startswith(_OLDEST):
        return read_xls(data, name)
    return _read_text(data, name)


def _read_text(data: bytes, name: str) -> Extracted:
    """Read what is exported as text under the ending of a workbook: a page, a flat file, separated values."""
    try:
        text = decode(data, name)
    except UnreadableDocument:
        raise UnreadableDocument(f"{name}: is no workbook that can be read; save it again as XLSX") from None
    start = text[:2000].lower()
    if "office:document" in start and start.lstrip().startswith("<"):
        return read_ods(data, name)
    if "urn:schemas-microsoft-com:office:spreadsheet" in start and "<workbook" in start:
        return read_xml_workbook(data, name)
    if start.lstrip().startswith("<"):
        from index.readers.html import read_html

        return read_html(text)
    if "\t" not in text and ";" not in text and "," not in text:
        raise UnreadableDocument(f"{name}: is no workbook that can be read; save it again as XLSX")
    return read_csv(text)


def read_csv(text: str) -> Extracted:
    """Read comma-, semicolon-, tab- or bar-separated values, with lines of another kind above them."""
    builder = TextBuilder()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    stated = _STATED.match(text)
    first = 1
    if stated:
        text, first = text[stated.end() :], 2
    csv.field_size_limit(max(len(text) + 1, 1024))
    mark = stated[1] if stated else separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
    if _swallows(text, mark):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, quoting=csv.QUOTE_NONE)
    rows: Rows = {}
    for number, cells in enumerate(islice(reader, MAX_ROWS), start=first):
        row = {column: shown for column, cell in enumerate(cells, start=1) if (shown := cell_text(cell))}
        if row:
            rows[number] = row
    append_grid(rows, builder, has_columns=False)
    if left := sum(1 for _ in reader):
        builder.unread("too_long", "", left)
    return builder.extracted()


def _swallows(text: str, mark: str) -> bool:
    """Tell whether a quotation mark that is never closed makes one cell of many lines, all with separators."""
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True):
        for cell in row:
            if cell.count("\n") > _MOST_LINES and cell.count(mark) > cell.count("\n"):
                return True
    return False


def separator(text: str) -> str:
    """Return the character that separates the values: the one that gives most rows the same number of several cells."""
    sample = text[:_SNIFFED]
    if len(text) > _SNIFFED:
        sample = sample.rpartition("\n")[0] or sample
    best, chosen = (0.0, 0), ","
    for mark in _SEPARATORS:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark) if row)
        count = sum(widths.values())
        width, rows = max(
            ((w, n) for w, n in widths.items() if w > 1), key=lambda item: (item[1], item[0]), default=(1, 0)
        )
        several = sum(n for w, n in widths.items() if w > 1)
        score = (round((rows + several) / (2 * count), 2) if count else 0.0, width)
        if score > best:
            best, chosen = score, mark
    return chosen
