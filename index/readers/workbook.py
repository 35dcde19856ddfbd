"""Excel workbooks (.xlsx and its kin): values as they are shown, and all that stands beside the cells.

The parts are read one by one rather than by a library: those that are quick forget formats, merged cells, comments,
drawings or charts, and those that keep them need more memory than a file may take.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.drawings import attribute, local
from index.readers.grid import Area, NamedTable, Sheet, append_sheet
from index.readers.numberformats import BUILT_IN, shown_number, shown_text
from index.readers.ooxml import Package, note_damaged, transitional_xml
from index.readers.parts import costing_only
from index.readers.sheetparts import append_drawings, append_page_texts, read_comments
from index.readers.tables import MAX_ROWS
from index.text import one_line

WITHOUT_VALUE = "(formula without a stored value)"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_LIBRARIES = "124519"
"""The number of the calculation engine that libraries write which do not calculate."""
_ON = ("1", "true", "on")


def read_xlsx(data: bytes, name: str) -> Extracted:
    """Read a workbook, sheet by sheet; the name of a sheet is a heading.

    Raises:
        UnreadableDocument: it is no workbook, is encrypted, or damaged as a whole.
    """
    package = Package(data, name)
    try:
        main = package.main_part("spreadsheetml", "ms-excel", fallback="xl/workbook.xml")
        root = package.xml(main)
        if local(root) != "workbook":
            raise UnreadableDocument(f"{name}: is no workbook; give it the ending of its format")
        builder = TextBuilder()
        _Workbook(package, main, root, builder).read()
        for note in note_damaged(package):
            builder.unread(note.what, note.where, note.count, note.remedy)
        properties = package.core_properties
        return builder.extracted(title=properties.title or None, date=properties.date)
    finally:
        package.close()


def column_number(letters: str) -> int:
    """Return the number of a column, counted from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def area_of(reference: str) -> Area | None:
    """Return the area that a reference such as ``B2:C5`` names."""
    match = _AREA.fullmatch(reference)
    if match is None:
        return None
    left, top = column_number(match[1]), int(match[2])
    right, bottom = (column_number(match[3]), int(match[4])) if match[3] else (left, top)
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


class _Workbook:
    """Reads the parts of a workbook. ``bold`` are the numbers of the cell styles that are bold."""

    def __init__(self, package: Package, main: str, root: Any, builder: TextBuilder) -> None:
        self._package = package
        self._main = main
        self._root = root
        self._builder = builder
        self._strings: list[str] = []
        self._codes: list[str] = []
        self.bold: set[str] = set()
        self._left = MAX_ROWS
        properties = next(root.iterchildren("{*}workbookPr"), None)
        self._is_1904 = properties is not None and properties.get("date1904") in _ON
        calculation = next(root.iterchildren("{*}calcPr"), None)
        self._is_uncalculated = (
            calculation is not None
            and calculation.get("fullCalcOnLoad") in _ON
            and calculation.get("calcId") == _LIBRARIES
        )

    def read(self) -> None:
        """Append all sheets."""
        with costing_only(self._builder, "styles"):
            self._codes = self._read_codes()
        with costing_only(self._builder, "texts of cells"):
            for part in self._package.related(self._main, "sharedStrings")[:1]:
                self._strings = [_rich_text(node) for node in _streamed(self._package.read(part), "si")]
        people = self._people()
        relations = self._package.relations(self._main)
        for node in self._root.iterfind("{*}sheets/{*}sheet"):
            relation = relations.get(attribute(node, "id"))
            sheet = Sheet(
                one_line(node.get("name", "")) or "unnamed", is_hidden=node.get("state", "visible") != "visible"
            )
            if relation is None or relation.is_external:
                self._builder.unread("damaged_part", sheet.label, remedy="save_again")
                continue
            with costing_only(self._builder, sheet.label):
                self._append(sheet, relation.target, people)

    def _append(self, sheet: Sheet, part: str, people: dict[str, str]) -> None:
        with costing_only(self._builder, sheet.label):
            root = _SheetReader(sheet, self._package.read(part), self).read()
            self._read_around(sheet, part, root, people)
        append_sheet(sheet, self._builder)
        append_page_texts(root, self._builder)
        append_drawings(self._package, part, sheet.label, self._builder)

    def _read_around(self, sheet: Sheet, part: str, root: Any, people: dict[str, str]) -> None:
        for node in root.iter("{*}mergeCell"):
            if area := area_of(node.get("ref", "")):
                sheet.merged.append(area)
        last = max((max(row) for row in sheet.rows.values() if row), default=0)
        for node in root.iterfind("{*}cols/{*}col"):
            if node.get("hidden") in _ON:
                sheet.hidden_columns += range(_whole(node.get("min")), min(_whole(node.get("max")), last) + 1)
        for table in self._package.related(part, "table"):
            with costing_only(self._builder, f"{sheet.label}, table"):
                node = self._package.xml(table)
                if area := area_of(node.get("ref", "")):
                    header_rows = int(node.get("headerRowCount", "1"))
                    sheet.tables.append(NamedTable(area, header_rows if header_rows else None))
        with costing_only(self._builder, f"{sheet.label}, comments"):
            for row, text in read_comments(self._package, part, people):
                sheet.notes.setdefault(row, []).append(text)

    def _people(self) -> dict[str, str]:
        """Return the names of those who wrote comments that can be answered, by their ids."""
        people: dict[str, str] = {}
        with costing_only(self._builder, "people"):
            for part in self._package.related(self._main, "person"):
                for node in self._package.xml(part).iter("{*}person"):
                    people[node.get("id", "")] = one_line(node.get("displayName", ""))
        return people

    def _read_codes(self) -> list[str]:
        """Return the code of the number format of each cell style."""
        codes: list[str] = []
        for part in self._package.related(self._main, "styles")[:1]:
            root = self._package.xml(part)
            own = {node.get("numFmtId"): node.get("formatCode", "") for node in root.iterfind("{*}numFmts/{*}numFmt")}
            fonts = [next(font.iterchildren("{*}b"), None) for font in root.iterfind("{*}fonts/{*}font")]
            bold = {str(i) for i, mark in enumerate(fonts) if mark is not None and mark.get("val", "1") in _ON}
            for style, node in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
                if node.get("fontId") in bold:
                    self.bold.add(str(style))
                number = node.get("numFmtId", "0")
                codes.append(own.get(number) or BUILT_IN.get(_whole(number), "General"))
        return codes

    def code(self, style: str | None) -> str:
        """Return the code of the number format of a cell."""
        index = _whole(style)
        return self._codes[index] if index < len(self._codes) else "General"

    def string(self, index: str) -> str:
        """Return one of the texts that are stored once for all cells that hold them."""
        number = _whole(index)
        return self._strings[number] if number < len(self._strings) else ""

    def may_read_row(self) -> bool:
        """Count a row; return whether there are not too many yet."""
        self._left -= 1
        return self._left >= 0

    def note(self, what: str, where: str, count: int, remedy: str) -> None:
        """Note what was not read."""
        self._builder.unread(what, where, count, remedy)

    @property
    def is_1904(self) -> bool:
        """Whether days are counted from 1904."""
        return self._is_1904

    @property
    def is_uncalculated(self) -> bool:
        """Whether a library wrote the file that leaves calculating to the program."""
        return self._is_uncalculated


class _SheetReader:
    """Reads the cells of one sheet."""

    def __init__(self, sheet: Sheet, data: bytes, book: _Workbook) -> None:
        self._sheet = sheet
        self._data = transitional_xml(data)
        self._book = book
        self._shown: dict[tuple[str, str, str], str] = {}
        self._columns: dict[str, int] = {}
        self._without_value = 0
        self._pictures = 0
        self._zeros: list[tuple[int, int]] = []
        self._has_results = False

    def read(self) -> Any:
        """Fill the rows of the sheet; return the root element, which keeps what stands around the cells."""
        from lxml import etree

        rows, bold = self._sheet.rows, self._book.bold
        context = _events(self._data, "row")
        number, unread = 0, 0
        try:
            for _, node in context:
                stated = _whole(node.get("r"))
                number = stated if stated else number + 1
                if node.get("hidden") in _ON:
                    self._sheet.hidden_rows.append(number)
                cells = self._cells(node, number)
                if cells and all(cell.get("s") in bold for cell in node if len(cell)):
                    self._sheet.bold_rows.add(number)
                _forget(node)
                if cells and self._book.may_read_row():
                    rows[number] = {**rows.get(number, {}), **cells}
                elif cells:
                    unread += 1
        except etree.XMLSyntaxError:
            self._book.note("damaged_part", self._sheet.label, 1, "save_again")
        if self._book.is_uncalculated and not self._has_results:
            for row, column in self._zeros:
                rows[row][column] = WITHOUT_VALUE
            self._without_value += len(self._zeros)
        used = [number for number in self._sheet.hidden_rows if number in rows]
        self._sheet.hidden_rows = used
        notes = (
            ("too_long", unread, ""),
            ("formula", self._without_value, "save_again"),
            ("picture", self._pictures, "ocr"),
        )
        for what, count, remedy in notes:
            if count:
                self._book.note(what, self._sheet.label, count, remedy)
        return context.root if context.root is not None else etree.Element("none")

    def _cells(self, row: Any, number: int) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = 0
        for cell in row:
            reference = cell.get("r")
            if reference:
                letters = reference.rstrip("0123456789")
                column = self._columns.get(letters) or self._columns.setdefault(letters, column_number(letters.upper()))
            else:
                column += 1
            text = self._text(cell, number, column)
            if text:
                cells[column] = text
        return cells

    def _text(self, cell: Any, row: int, column: int) -> str:
        value, is_formula, kind = "", False, cell.get("t", "n")
        for child in cell:
            tag = child.tag
            if tag.endswith("}v"):
                value = child.text or ""
            elif tag.endswith("}f"):
                is_formula = True
            elif tag.endswith("}is"):
                return _rich_text(child)
        if is_formula and kind != "str":
            if not value:
                self._without_value += 1
                return WITHOUT_VALUE
            if value == "0" and kind == "n":
                self._zeros.append((row, column))
            else:
                self._has_results = True
        if not value:
            return ""
        if kind == "e" and cell.get("vm"):
            self._pictures += 1
            return "(picture)"
        key = (kind, value, cell.get("s", ""))
        shown = self._shown.get(key)
        if shown is None:
            shown = self._shown[key] = self._value(kind, value, key[2])
        return shown

    def _value(self, kind: str, value: str, style: str) -> str:
        code = self._book.code(style) if style else "General"
        if kind == "s":
            return shown_text(self._book.string(value), code)
        if kind == "b":
            return "TRUE" if value in _ON else "FALSE"
        if kind == "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
        if kind != "n":
            return shown_text(one_line(_unescaped(value)), code)
        try:
            return shown_number(float(value), code, is_1904=self._book.is_1904)
        except ValueError:
            return one_line(value)


def _events(data: bytes, *names: str) -> Any:
    from lxml import etree

    return etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )


def _streamed(data: bytes, name: str) -> Iterator[Any]:
    """Yield the elements of one name, each forgotten when the next is asked for."""
    for _, node in _events(transitional_xml(data), name):
        yield node
        _forget(node)


def _forget(node: Any) -> None:
    """Free the memory of an element that was read, and of those before it."""
    node.clear()
    parent = node.getparent()
    while parent is not None and node.getprevious() is not None:
        del parent[0]


def _rich_text(node: Any) -> str:
    """Return the text of an element on one line, without what says how it is pronounced."""
    parts = []
    for child in node.iter("{*}t"):
        above = child.getparent()
        if child.text and not (above is not None and local(above) == "rPh"):
            parts.append(child.text)
    return one_line(_unescaped("".join(parts)))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
