"""Excel workbooks of the older formats: .xls by xlrd, with formats and comments; .xlsb by calamine, values only."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.biff import Drawn, drawn_on_sheets
from index.readers.grid import Area, Sheet, append_sheet, column_name
from index.readers.numberformats import shown_number, shown_text
from index.readers.packages import open_package
from index.readers.parts import costing_only
from index.readers.sheetparts import append_printed
from index.readers.tables import MAX_ROWS, cell_text
from index.text import one_line

_SHOWN_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def read_xls(data: bytes, name: str) -> Extracted:
    """Read a workbook of Excel 97 to 2003, or older.

    Raises:
        UnreadableDocument: it is none, is encrypted, or damaged as a whole.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO(), on_demand=True)
    except MemoryError:
        raise
    except Exception as error:  # this library lets through whatever goes wrong in a damaged file
        if "encrypted" in str(error).lower():
            raise UnreadableDocument(f"{name}: is encrypted; save it without a password") from None
        return _read_values(data, name)
    builder = TextBuilder()
    beside = drawn_on_sheets(data)
    left = MAX_ROWS
    for index, sheet_name in enumerate(book.sheet_names()):
        shown = Sheet(one_line(sheet_name) or "unnamed")
        with costing_only(builder, shown.label):
            source = book.sheet_by_index(index)
            shown.is_hidden = source.visibility != 0
            if source.nrows > left:
                builder.unread("too_long", shown.label, source.nrows - left)
            _fill(shown, source, book, min(source.nrows, left))
            left -= min(source.nrows, left)
            append_sheet(shown, builder)
            book.unload_sheet(index)
            if index < len(beside):
                _append_beside(beside[index], shown.label, builder)
    return builder.extracted()


def _append_beside(drawn: Drawn, where: str, builder: TextBuilder) -> None:
    append_printed(drawn.printed, builder)
    for text in drawn.texts:
        builder.block(text)
    if drawn.charts:
        builder.unread("chart", where, drawn.charts, "convert")
    if drawn.pictures:
        builder.unread("picture", where, drawn.pictures, "ocr")


def read_xlsb(data: bytes, name: str) -> Extracted:
    """Read a workbook of the binary format: the values of its cells; formats, comments and charts are noted.

    Raises:
        UnreadableDocument: it is none, is encrypted, or damaged as a whole.
    """
    return _read_values(data, name, _parts_not_read(data, name))


def _parts_not_read(data: bytes, name: str) -> dict[str, int]:
    """Count the parts of a binary workbook that are not read."""
    with open_package(data, name) as package:
        names = [part.lower() for part in package.namelist()]
    return {
        "comment": sum(part.startswith("xl/comments") for part in names),
        "chart": sum(part.startswith("xl/charts/chart") and part.endswith(".xml") for part in names),
        "picture": sum(part.startswith("xl/media/") for part in names),
    }


def _read_values(data: bytes, name: str, not_read: Mapping[str, int] | None = None) -> Extracted:
    """Read the values of a workbook by calamine."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

    builder = TextBuilder()
    left = MAX_ROWS
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for described in workbook.sheets_metadata:
            shown = Sheet(
                one_line(described.name) or "unnamed", is_hidden=described.visible != SheetVisibleEnum.Visible
            )
            with costing_only(builder, shown.label):
                source = workbook.get_sheet_by_name(described.name)
                rows = source.to_python(skip_empty_area=False, nrows=left)
                if source.total_height > left:
                    builder.unread("too_long", shown.label, source.total_height - left)
                left -= len(rows)
                for number, row in enumerate(rows, start=1):
                    cells = {column: text for column, value in enumerate(row, start=1) if (text := _value(value))}
                    if cells:
                        shown.rows[number] = cells
                for (top, first), (bottom, last) in source.merged_cell_ranges or ():
                    shown.merged.append(Area(top + 1, first + 1, bottom + 1, last + 1))
                append_sheet(shown, builder)
    except PasswordError:
        raise UnreadableDocument(f"{name}: is encrypted; save it without a password") from None
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the panics of a library in Rust are no Exception
        reason = one_line(str(error))[:120]
        raise UnreadableDocument(f"{name}: is no workbook that can be read ({reason}); save it again as XLSX") from None
    for what, count in (not_read or {}).items():
        if count:
            builder.unread(what, "", count, "ocr" if what == "picture" else "convert")
    return builder.extracted()


def _value(value: object) -> str:
    if isinstance(value, time) or (isinstance(value, datetime) and value.time() != time()):
        return str(value).split(".")[0]
    return cell_text(value) if not isinstance(value, date | timedelta) or value else ""


def _fill(shown: Sheet, source: Any, book: Any, count: int) -> None:
    """Take the cells, merged areas, comments and hidden rows and columns of a sheet."""
    for index in range(count):
        cells = {}
        for column in range(source.row_len(index)):
            if text := _cell(source.cell(index, column), book):
                cells[column + 1] = text
        if cells:
            shown.rows[index + 1] = cells
            if all(_is_bold(source.cell(index, column - 1), book) for column in cells):
                shown.bold_rows.add(index + 1)
            info = source.rowinfo_map.get(index)
            if info is not None and info.hidden:
                shown.hidden_rows.append(index + 1)
    last = max((max(row) for row in shown.rows.values()), default=0)
    shown.hidden_columns = [i + 1 for i, info in source.colinfo_map.items() if info.hidden and i < last]
    shown.merged = [Area(top + 1, left + 1, bottom, right) for top, bottom, left, right in source.merged_cells]
    for (row, column), note in sorted(source.cell_note_map.items()):
        author, text = one_line(note.author or ""), one_line(note.text or "")
        if author and text.lower().startswith(f"{author.lower()}:"):
            text = text[len(author) + 1 :].strip()
        if text:
            by = f" by {author}" if author else ""
            shown.notes.setdefault(row + 1, []).append(f"Comment on {column_name(column + 1)}{row + 1}{by}: {text}")


def _is_bold(cell: Any, book: Any) -> bool:
    if cell.xf_index is None or cell.xf_index >= len(book.xf_list):
        return False
    font = book.xf_list[cell.xf_index].font_index
    return font < len(book.font_list) and bool(book.font_list[font].weight >= 600)


def _cell(cell: Any, book: Any) -> str:
    kind, value = cell.ctype, cell.value
    if kind in (0, 6):  # empty, blank
        return ""
    if kind == 4:
        return "TRUE" if value else "FALSE"
    if kind == 5:
        return _SHOWN_ERRORS.get(value, "#VALUE!")
    code = "General"
    if cell.xf_index is not None and cell.xf_index < len(book.xf_list):
        described = book.format_map.get(book.xf_list[cell.xf_index].format_key)
        code = described.format_str if described is not None else code
    if kind == 1:
        return shown_text(one_line(value), code)
    return shown_number(value, code, is_1904=book.datemode == 1)
