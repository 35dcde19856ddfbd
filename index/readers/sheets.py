"""Spreadsheets (XLSX, XLS, ODS) by calamine, and CSV by the standard library: a paragraph a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import islice

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.tables import MAX_ROWS, append_table

_SNIFFED = 20_000
"""Characters from which the separator of a CSV file is told."""


def read_workbook(data: bytes, name: str) -> Extracted:
    """Read a workbook, sheet by sheet; the name of a sheet is a heading."""
    from python_calamine import CalamineError, CalamineWorkbook

    builder = TextBuilder()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet_name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(sheet_name)
            rows = list(islice(sheet.to_python(skip_empty_area=False), MAX_ROWS))
            if any(any(cell not in (None, "") for cell in row) for row in rows):
                builder.place(f"Sheet {sheet_name}", kind="sheet")
                builder.block(sheet_name, level=2)
                append_table(rows, builder)
    except (CalamineError, ValueError, OSError, EOFError) as error:
        raise UnreadableDocument(f"{name}: is no workbook that can be read ({error}); save it again as XLSX") from None
    return builder.extracted()


def read_csv(text: str) -> Extracted:
    """Read comma-, semicolon- or tab-separated values."""
    builder = TextBuilder()
    append_table(list(islice(_rows(text.replace("\r", "\n")), MAX_ROWS)), builder)
    return builder.extracted()


def _rows(text: str) -> Iterable[list[str]]:
    csv.field_size_limit(len(text) + 1)
    try:
        dialect = csv.Sniffer().sniff(text[:_SNIFFED].rpartition("\n")[0] or text[:_SNIFFED], delimiters=",;\t|")
    except csv.Error:
        return csv.reader(io.StringIO(text), delimiter="\t" if text.count("\t") > text.count(",") else ",")
    return csv.reader(io.StringIO(text), dialect)
