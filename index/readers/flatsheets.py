"""Workbooks as one XML file ("XML Spreadsheet 2003"), which many programs export under the ending .xls."""

from __future__ import annotations

from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.drawings import attribute, local
from index.readers.grid import Area, Sheet, append_sheet, column_name
from index.readers.numberformats import shown_number
from index.readers.parts import costing_only, parse_xml
from index.text import one_line

_NAMED_FORMATS = {
    "General Number": "General", "Fixed": "0.00", "Standard": "#,##0.00", "Percent": "0.00%", "Scientific": "0.00E+00",
    "Currency": "General", "Euro Currency": "0.00 €",
}  # fmt: skip


def read_xml_workbook(data: bytes, name: str) -> Extracted:
    """Read a workbook in the flat XML format.

    Raises:
        UnreadableDocument: it is damaged as a whole.
    """
    try:
        root = parse_xml(data, recover=True)
    except ValueError:
        raise UnreadableDocument(f"{name}: is damaged; save it again as XLSX") from None
    builder = TextBuilder()
    codes = {
        attribute(style, "ID"): attribute(node, "Format")
        for style in root.iter("{*}Style")
        for node in style.iterchildren("{*}NumberFormat")
    }
    for node in root.iterchildren("{*}Worksheet"):
        sheet = Sheet(one_line(attribute(node, "Name")) or "unnamed")
        with costing_only(builder, sheet.label):
            sheet.is_hidden = any(
                (visible.text or "").startswith(("SheetHidden", "SheetVeryHidden"))
                for visible in node.iter("{*}Visible")
            )
            _fill(sheet, node, codes)
            append_sheet(sheet, builder)
    return builder.extracted()


def _fill(sheet: Sheet, node: Any, codes: dict[str, str]) -> None:
    number = 0
    for row in node.iterfind("{*}Table/{*}Row"):
        number = _whole(attribute(row, "Index")) or number + 1
        if attribute(row, "Hidden") == "1":
            sheet.hidden_rows.append(number)
        column = 0
        cells: dict[int, str] = {}
        for cell in row.iterchildren("{*}Cell"):
            column = _whole(attribute(cell, "Index")) or column + 1
            text = _text(cell, codes)
            if text:
                cells[column] = text
            across, down = _whole(attribute(cell, "MergeAcross")), _whole(attribute(cell, "MergeDown"))
            if across or down:
                sheet.merged.append(Area(number, column, number + down, column + across))
            for comment in cell.iterchildren("{*}Comment"):
                author, said = attribute(comment, "Author"), one_line("".join(comment.itertext()))
                by = f" by {author}" if author else ""
                sheet.notes.setdefault(number, []).append(f"Comment on {column_name(column)}{number}{by}: {said}")
            column += across
        if cells:
            sheet.rows[number] = cells


def _text(cell: Any, codes: dict[str, str]) -> str:
    data = next((child for child in cell.iterchildren("{*}*") if local(child) == "Data"), None)
    if data is None:
        return ""
    text, kind = one_line("".join(data.itertext())), attribute(data, "Type")
    if kind == "Boolean":
        return "TRUE" if text == "1" else "FALSE"
    if kind == "DateTime":
        return text.removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
    if kind == "Number":
        code = codes.get(attribute(cell, "StyleID"), "")
        try:
            return shown_number(float(text), _NAMED_FORMATS.get(code, code or "General"))
        except ValueError:
            return text
    return text


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
