"""Org mode: headlines, lists, tables, notes, properties and the content of blocks; marks of emphasis and links go."""

from __future__ import annotations

import re

from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.tables import append_table
from index.text import one_line

_HEADLINE = re.compile(r"(?P<stars>\*+)[ \t]+(?:\[#[A-Z0-9]\][ \t]*)?(?P<text>.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*")
_KEYWORD = re.compile(r"#\+(?P<key>[\w-]+):[ \t]*(?P<value>.*)", re.IGNORECASE)
_BLOCK = re.compile(r"#\+(?P<what>begin|end)_(?P<name>\w+)(?P<rest>.*)", re.IGNORECASE)
_ITEM = re.compile(r"(?P<mark>[-+*]|\d{1,4}[.)]|[A-Za-z][.)])[ \t]+(?P<text>.*)")
_DRAWER = re.compile(r":(?P<name>[\w-]+):[ \t]*(?P<value>.*)")
_NOTE = re.compile(r"\[fn:(?P<label>[\w-]+)\][ \t]*(?P<text>.*)")
_RULE = re.compile(r"\|[-+|: \t]+\|?")
_LINK = re.compile(r"\[\[(?P<target>[^\[\]]{1,1000})\](?:\[(?P<text>[^\[\]]{1,1000})\])?\]")
_MARKED = re.compile(
    r"(?<![^\s\-({'\"])(?P<mark>[*/_=~+])(?P<text>\S|\S[^\n]{0,500}?\S)(?P=mark)(?![^\s\-.,:!?;'\")}\[])"
)
_PICTURE = re.compile(r"(?:file:)?\S+\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?)", re.IGNORECASE)
_VERBATIM = frozenset("src example verbatim".split())
_LEFT_OUT = frozenset("comment export".split())
_WITHOUT_TEXT = frozenset("logbook clock".split())


def read_org(text: str) -> Extracted:
    """Read an Org file; title and date are those that it states."""
    reader = _Reader()
    for line in text.split("\n"):
        reader.line(line)
    reader.flush()
    return reader.builder.extracted(title=reader.stated.get("title"), date=parse_date(reader.stated.get("date", "")))


class _Reader:
    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.stated: dict[str, str] = {}
        self._paragraph: list[str] = []
        self._lead = ""
        self._note = ""
        self._rows: list[list[str]] = []
        self._heads: int | None = None
        self._tables = 0
        self._block = self._drawer = ""
        self._indent = 0

    def line(self, line: str) -> None:
        """Take in the next line."""
        bare = line.strip()
        block = _BLOCK.fullmatch(bare)
        if block and self._is_border(block):
            return
        if self._block in _LEFT_OUT:
            return
        if self._block in _VERBATIM:
            self._paragraph.append(line.removeprefix(","))
            return
        if bare.startswith("|") and not self._drawer:
            self._row(bare)
            return
        self._end_table()
        if not bare:
            self.flush()
        elif headline := _HEADLINE.fullmatch(line.rstrip()):
            self.flush()
            self.builder.block(_plain(headline["text"]), min(6, len(headline["stars"])))
        elif not self._is_aside(bare):
            self._words(line, bare)

    def _is_border(self, block: re.Match[str]) -> bool:
        name = block["name"].lower()
        if block["what"].lower() == "begin" and not self._block:
            self.flush()
            self._block = name
            return True
        if block["what"].lower() == "end" and name == self._block:
            self.flush()
            self._block = ""
            return True
        return self._block not in _VERBATIM

    def _is_aside(self, bare: str) -> bool:
        """Take in keywords, drawers and comments."""
        if self._drawer:
            field = _DRAWER.fullmatch(bare)
            if field and field["name"].lower() == "end":
                self._drawer = ""
            elif field and self._drawer == "properties" and field["value"] and not field["name"].upper().endswith("ID"):
                self.builder.block(f"{field['name']}: {_plain(field['value'])}", between="\n")
            elif self._drawer not in ("properties", *_WITHOUT_TEXT):
                self.builder.block(_plain(bare))
            return True
        if keyword := _KEYWORD.fullmatch(bare):
            self._keyword(keyword["key"].lower(), keyword["value"])
            return True
        drawer = _DRAWER.fullmatch(bare)
        if drawer and not drawer["value"]:
            self.flush()
            self._drawer = drawer["name"].lower()
            return True
        return bare == "#" or bare.startswith("# ") or re.fullmatch(r"-{5,}", bare) is not None

    def _keyword(self, key: str, value: str) -> None:
        if key in ("title", "date", "author", "subtitle", "description", "keywords"):
            self.stated.setdefault(key, _plain(value.strip("<>[]")))
            if key == "title":
                self.flush()
                self.builder.block(_plain(value), 1)
            else:
                self.builder.block(f"{key.capitalize()}: {_plain(value)}", between="\n")
        elif key == "caption":
            self.flush()
            self.builder.block(_plain(value))
        elif key == "include":
            self.builder.unread("attachment", value.strip("\"' ")[:80], remedy="add_separately")

    def _words(self, line: str, bare: str) -> None:
        item, note = _ITEM.fullmatch(bare), _NOTE.fullmatch(bare)
        if note:
            self.flush()
            self._note, self._lead = note["label"], f"[{note['label']}] "
            self._paragraph = [note["text"]]
        elif item:
            self.flush()
            mark = item["mark"]
            self._lead = f"{'-' if mark in '-+*' else mark} "
            self._indent = len(line) - len(line.lstrip())
            term, found, rest = item["text"].partition(" :: ")
            self._paragraph = [f"{term}: {rest}" if found else item["text"]]
        elif bare.startswith(": ") or bare == ":":
            self.builder.block(bare[2:], between="\n")
        else:
            self._paragraph.append(bare)

    def flush(self) -> None:
        """Append the paragraph that is under way."""
        self._end_table()
        if self._paragraph:
            text = "\n".join(self._paragraph)
            for link in _LINK.finditer(text):
                if _PICTURE.fullmatch(link["target"]):
                    self.builder.unread("picture", link["target"].removeprefix("file:")[:80], remedy="add_separately")
            shown = text if self._block in _VERBATIM else _plain(text)
            if self._note:
                self.builder.part(f"footnote {self._note}", "note")
            self.builder.block(f"{self._lead}{shown}", between="\n" if self._lead and not self._note else "\n\n")
            if self._note:
                self.builder.end_part()
        self._paragraph, self._lead, self._note = [], "", ""

    def _row(self, bare: str) -> None:
        if not self._rows:
            self.flush()
        if _RULE.fullmatch(bare):
            if self._rows and self._heads is None:
                self._heads = len(self._rows)
            return
        self._rows.append([_plain(cell) for cell in bare.strip("|").split("|")])

    def _end_table(self) -> None:
        if self._rows:
            self._tables += 1
            heads = self._heads if self._heads is not None and self._heads < len(self._rows) else None
            append_table(self._rows, self.builder, name=f"table {self._tables}", header_rows=heads)
        self._rows, self._heads = [], None


def _plain(text: str) -> str:
    text = _LINK.sub(lambda link: link["text"] or link["target"].removeprefix("file:"), text)
    text = re.sub(r"\[fn:([\w-]+)\]", r"[\1]", text)
    text = re.sub(r"\[fn:[\w-]*:([^\]]+)\]", r" (\1)", text)
    for _ in range(2):
        text = _MARKED.sub(lambda marked: marked["text"], text)
    return one_line(text)
