"""AsciiDoc: headings, lists with their numbers, tables, captions and the content of blocks; marks and links go."""

from __future__ import annotations

import re

from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.tables import append_table
from index.text import one_line

_HEADING = re.compile(r"(?P<marks>={1,6}|#{1,6})[ \t]+(?P<text>\S.*?)(?:[ \t]+(?P=marks))?")
_ATTRIBUTE = re.compile(r":(?P<name>!?[\w-]+!?):(?:[ \t]+(?P<value>.*))?")
_OPTIONS = re.compile(r"\[(?P<options>[^\[\]]*)\]")
_ANCHOR = re.compile(r"\[\[[^\[\]]+\]\]")
_BORDER = re.compile(r"(?P<sign>[-.=*_+/])(?P=sign){3,}|--|```\w*")
_TABLE = re.compile(r"[|,:!]={3,}")
_BULLET = re.compile(r"(?P<marks>\*{1,5}|-)[ \t]+(?:\[[ x*]\][ \t]+)?(?P<text>\S.*)")
_NUMBERED = re.compile(r"(?P<marks>\.{1,5})[ \t]+(?P<text>\S.*)")
_STATED_NUMBER = re.compile(r"(?P<number>\d{1,3}\.|[a-z]\.|[ivxIVX]+\))[ \t]+(?P<text>\S.*)")
_TERM = re.compile(r"(?P<term>\S.*?)(?:::{1,3}|;;)(?:[ \t]+(?P<text>.*))?")
_MACRO = re.compile(r"(?P<kind>image|include|video|audio|toc)::(?P<target>[^\[\]]*)\[(?P<options>[^\]]*)\]")
_CELL = re.compile(
    r"(?:(?P<columns>\d{1,4})?(?:\.(?P<rows>\d{1,4}))?\+|(?P<times>\d{1,4})\*)?(?:[<^>]?(?:\.[<^>])?)?[adehlmsv]?(?<!\\)\|"
)
_INLINE = (
    (re.compile(r"footnote:[\w-]{0,60}\[([^\]]{1,2000})\]"), r" (\1)"),
    (re.compile(r"<<[^,<>]{1,200},\s*([^<>]{1,500})>>"), r"\1"),
    (re.compile(r"<<([^<>]{1,200})>>"), r"\1"),
    (re.compile(r"(?:link:|xref:|mailto:)([^\s\[\]]{1,500})\[\^?([^\]^]{0,500})\^?\]"), lambda m: m[2] or m[1]),
    (re.compile(r"((?:https?|ftp|irc)://[^\s\[\]]{1,500})\[([^\]^,]{0,500})[^\]]{0,200}\]"), lambda m: m[2] or m[1]),
    (re.compile(r"image:[^\s:\[\]]{1,500}\[([^\],]{0,500})[^\]]{0,500}\]"), r"\1"),
    (re.compile(r"(?:kbd|btn|menu|stem|latexmath|asciimath|pass|icon):[\w,]{0,60}\[([^\]]{0,2000})\]"), r"\1"),
    (re.compile(r"(?:\[[^\[\]]{0,100}\])?(?<!\w)(\*\*|__|``|##)(\S.{0,500}?)\1"), r"\2"),
    (re.compile(r"(?:\[[^\[\]]{0,100}\])?(?<![\w*_`#])([*_`#])(\S|\S.{0,500}?\S)\1(?![\w*_`#])"), r"\2"),
    (re.compile(r"(?<=\S)[\^~]([^\s^~]{1,100})[\^~]"), r"\1"),
    (re.compile(r"\[\[[^\[\]]{1,100}\]\]"), ""),
    (re.compile(r"[ \t]\+$"), ""),
)
_SIGNS = {
    "nbsp": " ",
    "empty": "",
    "sp": " ",
    "lt": "<",
    "gt": ">",
    "amp": "&",
    "plus": "+",
    "asterisk": "*",
    "vbar": "|",
}
_UNDERLINES = "=-~^+"
_SKIPPED = "/"
_LITERAL = ("-", ".", "`")


def read_asciidoc(text: str) -> Extracted:
    """Read an AsciiDoc file; nothing is included from others."""
    reader = _Reader()
    for line in text.split("\n"):
        reader.line(line.rstrip())
    reader.end()
    attributes = reader.attributes
    return reader.builder.extracted(date=parse_date(attributes.get("revdate", attributes.get("docdate", ""))))


class _Reader:
    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.attributes: dict[str, str] = dict(_SIGNS)
        self._paragraph: list[str] = []
        self._lead = ""
        self._border = ""
        self._options = ""
        self._cells: list[str] | None = None
        self._bare_rows: list[list[str]] = []
        self._tables = 0
        self._numbers: dict[int, int] = {}
        self._is_header = self._goes_on = False

    def line(self, line: str) -> None:
        """Take in the next line."""
        if self._cells is not None:
            self._in_table(line)
        elif self._border[:1] in (_SKIPPED, *_LITERAL) and self._border and self._border != "--":
            self._in_block(line)
        elif line.startswith("|") and not _TABLE.fullmatch(line):
            self._flush()
            self._bare_rows.append([self._plain(cell) for cell in line.strip()[1:].removesuffix("|").split("|")])
        else:
            self._end_bare_rows()
            self._outside(line)

    def end(self) -> None:
        """Append what is still under way."""
        if self._cells is not None:
            self._end_table()
        self._end_bare_rows()
        self._flush()

    def _in_block(self, line: str) -> None:
        if line == self._border or (self._border.startswith("```") and line == "```"):
            if self._border[0] != _SKIPPED:
                self.builder.block("\n".join(self._paragraph))
            self._paragraph, self._border = [], ""
        else:
            self._paragraph.append(line)

    def _outside(self, line: str) -> None:
        bare = line.strip()
        if not bare or bare == "+" or bare in ("'''", "<<<"):
            self._flush()
            self._is_header, self._goes_on = False, bare == "+"
        elif self._is_header:
            if not self._is_aside(bare):
                self.builder.block(self._plain(bare), between="\n")
        elif _TABLE.fullmatch(bare):
            self._flush()
            self._cells = []
        elif self._is_underline(bare):
            text, self._paragraph = self._paragraph[0], []
            self.builder.block(self._plain(text), _UNDERLINES.index(bare[0]) + 1)
        elif _BORDER.fullmatch(bare):
            self._flush()
            self._border = "" if bare == self._border or bare[0] not in "/-.`" or bare == "--" else bare
        elif heading := _HEADING.fullmatch(bare):
            self._flush()
            self._numbers.clear()
            self.builder.block(self._plain(heading["text"]), len(heading["marks"]))
            self._is_header = len(heading["marks"]) == 1
        elif not self._paragraph and self._is_aside(bare):
            return
        else:
            self._words(line, bare)

    def _is_underline(self, bare: str) -> bool:
        """Tell whether a line makes the one above it a heading, as long as itself."""
        above = self._paragraph[0] if len(self._paragraph) == 1 and not self._lead else ""
        is_line = len(bare) > 3 and bare[0] in _UNDERLINES and not bare.strip(bare[0])
        return bool(above) and is_line and abs(len(above) - len(bare)) <= 1

    def _is_aside(self, bare: str) -> bool:
        if bare.startswith("//"):
            return True
        if attribute := _ATTRIBUTE.fullmatch(bare):
            self.attributes[attribute["name"]] = attribute["value"] or ""
            return True
        if options := _OPTIONS.fullmatch(bare):
            self._options = options["options"]
            return True
        if _ANCHOR.fullmatch(bare):
            return True
        if macro := _MACRO.fullmatch(bare):
            self._macro(macro)
            return True
        if re.fullmatch(r"\.[^\s.].*", bare):
            self._flush()
            self.builder.block(self._plain(bare[1:]))
            return True
        return False

    def _macro(self, macro: re.Match[str]) -> None:
        self._flush()
        target = one_line(macro["target"])[:80]
        if macro["kind"] == "image":
            self.builder.unread("picture", target, remedy="add_separately")
            alt = macro["options"].split(",")[0].strip('" ')
            if alt and "=" not in alt:
                self.builder.block(self._plain(alt))
        elif macro["kind"] == "include":
            self.builder.unread("attachment", target, remedy="add_separately")
        elif macro["kind"] != "toc":
            self.builder.unread("audio_video", target)

    def _words(self, line: str, bare: str) -> None:
        if item := _BULLET.fullmatch(bare):
            self._item("- ", item["text"])
        elif item := _STATED_NUMBER.fullmatch(bare):
            self._item(f"{item['number']} ", item["text"])
        elif item := _NUMBERED.fullmatch(bare):
            depth = len(item["marks"])
            self._numbers = {level: number for level, number in self._numbers.items() if level <= depth}
            self._numbers[depth] = self._numbers.get(depth, 0) + 1
            self._item(f"{self._numbers[depth]}. ", item["text"])
        elif (self._lead or not self._paragraph) and (term := _TERM.fullmatch(bare)):
            self._item(f"{self._plain(term['term'])}: ", term["text"] or "")
        else:
            if not self._paragraph and not self._lead and not self._goes_on:
                self._numbers.clear()
            self._paragraph.append(bare)

    def _item(self, lead: str, text: str) -> None:
        self._flush()
        self._lead = lead
        self._paragraph = [text] if text else []

    def _flush(self) -> None:
        if self._paragraph or (self._lead and not self._lead.endswith(": ")):
            is_item = bool(self._lead)
            self.builder.block(
                self._lead + self._plain("\n".join(self._paragraph)), between="\n" if is_item else "\n\n"
            )
            self._lead = ""
        self._paragraph, self._options = [], self._options if not self._paragraph else ""

    def _plain(self, text: str) -> str:
        text = re.sub(r"\{([\w-]+)\}", lambda name: self.attributes.get(name[1], name[0]), text)
        for line, shown in _INLINE:
            text = line.sub(shown, text)
        return one_line(text)

    def _in_table(self, line: str) -> None:
        cells = self._cells if self._cells is not None else []
        if _TABLE.fullmatch(line.strip()):
            self._end_table()
        else:
            cells.append(line)

    def _end_table(self) -> None:
        lines = self._cells or []
        self._cells = None
        self._tables += 1
        rows, heads = _laid_out(lines, self._options)
        self._options = ""
        shown = [[self._plain(cell) for cell in row] for row in rows]
        append_table(shown, self.builder, name=f"table {self._tables}", header_rows=heads)

    def _end_bare_rows(self) -> None:
        if self._bare_rows:
            self._tables += 1
            append_table(self._bare_rows, self.builder, name=f"table {self._tables}")
            self._bare_rows = []


def _laid_out(lines: list[str], options: str) -> tuple[list[list[str]], int | None]:
    """Return the rows of a table, each cell in every place that it covers, and the number of header rows if stated."""
    while lines and not lines[0].strip():
        lines = lines[1:]
    stated = re.search(r"cols=\"([^\"]*)\"|cols=(\d{1,4})", options)
    width = _columns((stated[1] or stated[2] or "") if stated else "")
    if not width:
        width = sum(int(mark["columns"] or mark["times"] or 1) for mark in _CELL.finditer(lines[0])) if lines else 0
    has_header = "header" in options or (len(lines) > 2 and lines[0].strip() != "" and not lines[1].strip())
    cells: list[tuple[str, int, int]] = []
    text = "\n".join(lines)
    marks = list(_CELL.finditer(text))
    for mark, end in zip(marks, [after.start() for after in marks[1:]] + [len(text)], strict=False):
        cell = (text[mark.end() : end].strip().replace("\\|", "/"), int(mark["columns"] or 1), int(mark["rows"] or 1))
        cells += [cell] * min(int(mark["times"] or 1), 100)
    heads = 1 if has_header else None
    spans = any(height > 1 for _, _, height in cells)
    if width and not spans and sum(columns for _, columns, _ in cells) % width:  # a bar too many somewhere
        return [line.strip().removeprefix("|").split("|") for line in lines if line.strip()], heads
    return _grid(cells, max(1, width)), heads


def _columns(stated: str) -> int:
    """Count the columns of ``cols="1,2*,a"``."""
    if stated.isdigit():
        return 1 if len(stated) > 2 else int(stated)
    parts = [part.strip() for part in re.split(r"[,;]", stated) if part.strip()]
    return sum(int(times[1]) if (times := re.match(r"(\d{1,2})\*", part)) else 1 for part in parts)


def _grid(cells: list[tuple[str, int, int]], width: int) -> list[list[str]]:
    rows: list[list[str]] = []
    below: dict[tuple[int, int], str] = {}
    row: list[str] = []
    for text, columns, height in cells:
        while (len(rows), len(row)) in below:
            row.append(below.pop((len(rows), len(row))))
        if len(row) >= width:
            rows.append(row)
            row = []
            while (len(rows), len(row)) in below:
                row.append(below.pop((len(rows), len(row))))
        for _ in range(min(columns, width)):
            below.update({(len(rows) + n, len(row)): text for n in range(1, min(height, 1000))})
            row.append(text)
    while (len(rows), len(row)) in below:
        row.append(below.pop((len(rows), len(row))))
    return [*rows, row] if row else rows
