"""LaTeX, parsed by pylatexenc: sections, lists, tables, captions, notes; mathematics as linear text.

Macros that a document defines itself are not expanded: what they are given is kept. Nothing is read from other files.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.plain import read_plain
from index.readers.tables import append_table
from index.text import one_line

_LEVELS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6,
    "frametitle": 2, "framesubtitle": 3, "addchap": 1, "addsec": 2,
}  # fmt: skip
_TABLES = frozenset("tabular tabular* tabularx tabulary longtable tabu supertabular xltabular tblr longtblr".split())
_VERBATIM = frozenset("verbatim verbatim* lstlisting minted Verbatim alltt filecontents filecontents*".split())
_LISTS = frozenset("itemize enumerate description compactitem compactenum inparaenum thebibliography".split())
_LEFT_OUT = frozenset(
    "documentclass usepackage RequirePackage newcommand renewcommand providecommand DeclareMathOperator newenvironment "
    "renewenvironment newtheorem theoremstyle def let setlength addtolength setcounter addtocounter newcounter "
    "bibliographystyle pagestyle thispagestyle pagenumbering label index vspace hspace hypersetup geometry "
    "definecolor color graphicspath lstset usetikzlibrary tikzset pgfplotsset captionsetup newlength "
    "selectlanguage setmainfont setsansfont fontsize linespread cmidrule cline rowcolor cellcolor vskip hskip "
    "phantom hphantom vphantom renewcommand* newcommand* DeclareRobustCommand PassOptionsToPackage usetheme "
    "input@path makeatletter makeatother glossary nocite enlargethispage arraystretch columnwidth setstretch".split()
)
_OF_OTHER_FILES = {
    "input": 0,
    "include": 0,
    "subfile": 0,
    "bibliography": 0,
    "addbibresource": 0,
    "lstinputlisting": -1,
}
_TAKING = {
    "{": (
        "thanks framesubtitle cline autoref cref Cref eqref pageref hypersetup geometry "
        "bibliographystyle pagestyle thispagestyle pagenumbering index nocite bibliography subfile label "
        "lstset tikzset graphicspath selectlanguage"
    ),
    "[{": (
        "footnotetext frametitle addchap addsec cmidrule rowcolor cellcolor bibitem addbibresource "
        "lstinputlisting captionsetup"
    ),
    "{{{": "multicolumn definecolor",
    "[{[{[{": "multirow",
    "[{{": "href textcolor",
    "*[{": "caption chapter part paragraph subparagraph",
    "{[{": "captionof",
    "[[{": "parencite textcite autocite footcite",
    "*[[{": "citep citet",
    "{{": "colorbox setlength addtolength setcounter addtocounter fontsize",
    "*{": "vspace hspace",
    "*{[{[": "newtheorem",
    "[[[{{": "parbox",
}
"""Macros that the parser does not know, by what they take: ``{`` an argument, ``[`` an option."""
_REFERENCES = frozenset("ref autoref cref Cref eqref pageref".split())
_CITED = frozenset("cite citep citet parencite textcite autocite footcite".split())
_DRAWN = frozenset("tikzpicture picture pgfpicture circuitikz forest pspicture".split())
_RULES = frozenset({"midrule", "endhead", "endfirsthead"})
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_STATED = re.compile(r"\\(?P<what>title|author|date)(?:\[[^\]]*\])?\{")


def read_tex(text: str) -> Extracted:
    """Read LaTeX. What stands before ``\\begin{document}`` gives the title, the authors and the date."""
    try:
        return _read(text)
    except Exception:  # what trips the parser costs the headings, not the text
        return read_plain(text)


def _read(text: str) -> Extracted:
    before, found, body = text.partition(r"\begin{document}")
    if not found:
        before, body = "", text
    body = body.partition(r"\end{document}")[0]
    reader = _Reader()
    for what in ("title", "author", "date"):
        if stated := _argument_of(what, before + body):
            reader.stated[what] = one_line(reader.inline(_nodes(stated)))
    if found:
        reader.opening()
    reader.blocks(_nodes(body))
    reader.end()
    return reader.builder.extracted(title=reader.stated.get("title"), date=parse_date(reader.stated.get("date", "")))


def _nodes(text: str) -> Sequence[Any]:
    from pylatexenc.latexwalker import LatexWalker, get_default_latex_context_db
    from pylatexenc.macrospec import MacroSpec

    known = get_default_latex_context_db()
    known.add_context_category(
        "pincite",
        prepend=True,
        macros=[MacroSpec(name, takes) for takes, names in _TAKING.items() for name in names.split()],
    )
    nodes: Sequence[Any] = LatexWalker(text, latex_context=known).get_latex_nodes()[0]
    return nodes


def _argument_of(macro: str, text: str) -> str:
    """Return what stands in the braces behind a macro."""
    match = next((m for m in _STATED.finditer(text) if m["what"] == macro), None)
    depth, start = 1, match.end() if match else 0
    for i in range(start, min(len(text), start + 5_000) if match else 0):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if not depth:
            return text[start:i]
    return ""


class _Reader:
    def __init__(self) -> None:
        from pylatexenc.latex2text import LatexNodes2Text

        logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it is told of every slip in a file

        self.builder = TextBuilder()
        self.stated: dict[str, str] = {}
        self._as_text: Callable[[Any], str] = LatexNodes2Text(math_mode="text").node_to_text
        self._buffer = ""
        self._lead = ""
        self._notes: list[str] = []
        self._tables = 0

    def opening(self) -> None:
        """Append title, authors and date, as they stand at the top of a page."""
        self.builder.block(self.stated.get("title", ""), 1)
        for what in ("author", "date"):
            if self.stated.get(what, r"\today") != r"\today":
                self.builder.block(self.stated[what])

    def end(self) -> None:
        """Append what is left, and the notes."""
        self._flush()
        for number, note in enumerate(self._notes, start=1):
            self.builder.part(f"footnote {number}", "note")
            self.builder.block(f"[{number}] {note}")
        self.builder.end_part()

    def blocks(self, nodes: Sequence[Any]) -> None:
        """Append nodes one after the other."""
        for node in nodes:
            kind = type(node).__name__
            if kind == "LatexEnvironmentNode":
                self._environment(node)
            elif kind == "LatexMacroNode" and self._is_block_macro(node):
                continue
            elif kind == "LatexGroupNode":
                self.blocks(node.nodelist)
            elif kind == "LatexMathNode" and node.displaytype == "display":
                self._flush()
                self.builder.block(self._math(node))
            else:
                first, *rest = _PARAGRAPH.split(self.inline([node]))
                self._buffer += first
                for part in rest:
                    self._flush()
                    self._buffer = part

    def _flush(self) -> None:
        text = one_line(self._buffer)
        self._buffer = ""
        if text:
            self.builder.block(self._lead + text, between="\n" if self._lead else "\n\n")
            self._lead = ""

    def _is_block_macro(self, node: Any) -> bool:
        name = node.macroname
        if name in _LEVELS:
            self._flush()
            self.builder.block(one_line(self.inline(_last_argument(node))), min(6, _LEVELS[name]))
        elif name == "par" or name in (
            "maketitle",
            "newpage",
            "clearpage",
            "tableofcontents",
            "title",
            "author",
            "date",
        ):
            self._flush()
        elif name in ("caption", "captionof", "caption*"):
            self._flush()
            self.builder.block(one_line(self.inline(_last_argument(node))))
        elif name in _OF_OTHER_FILES:
            where = one_line(self.inline(_last_argument(node)))
            self.builder.unread("attachment", where[:80], remedy="add_separately")
        else:
            return False
        return True

    def _environment(self, node: Any) -> None:
        name = node.environmentname
        if name in ("comment",):
            return
        if name in _DRAWN:
            self.builder.unread("diagram")
        self._flush()
        if name in _TABLES:
            self._table(node.nodelist)
        elif name in _LISTS:
            self._list(node.nodelist, name)
        elif name in _VERBATIM:
            body = re.sub(r"\A\\begin\{[^}]*\}(?:\[[^\]]*\]|\{[^}]*\})*|\\end\{[^}]*\}\Z", "", node.latex_verbatim())
            self.builder.block(body.strip("\n"))
        elif type(node.nodelist).__name__ != "NoneType" and _is_math(name):
            self.builder.block(self._math(node))
        else:
            if name not in ("document", "center", "figure", "table", "abstract", "quote", "flushleft", "flushright"):
                self._lead = ""
            self.blocks(node.nodelist)
            self._flush()

    def _list(self, nodes: Sequence[Any], kind: str) -> None:
        number = 0
        for node in nodes:
            if type(node).__name__ == "LatexMacroNode" and node.macroname in ("item", "bibitem"):
                self._flush()
                number += 1
                stated = one_line(self.inline([a for a in _arguments(node)[:1] if a is not None]))
                counted = "enum" in kind or kind == "thebibliography"
                self._lead = f"{stated} " if stated else f"{number}. " if counted else "- "
                if node.macroname == "bibitem":
                    self._lead = f"[{number}] "
                elif kind == "description" and stated:
                    self._lead = f"{stated}: "
            else:
                self.blocks([node])
        self._flush()
        self._lead = ""

    def _table(self, nodes: Sequence[Any]) -> None:
        rows: list[list[str]] = []
        below: dict[tuple[int, int], str] = {}
        cells: list[list[Any]] = [[]]
        heads: int | None = None
        for node in [*nodes, None]:
            name = getattr(node, "macroname", "")
            if node is None or name in ("\\", "tabularnewline"):
                if row := self._row(cells, below, len(rows)):
                    rows.append(row)
                cells = [[]]
            elif getattr(node, "specials_chars", "") == "&":
                cells.append([])
            elif name in _RULES or (name == "hline" and len(rows) == 1):
                heads = heads or len(rows)
            elif name in ("caption", "captionof"):
                self._is_block_macro(node)
            else:
                cells[-1].append(node)
        self._tables += 1
        heads = heads if heads and heads < len(rows) else None
        append_table(rows, self.builder, name=f"table {self._tables}", header_rows=heads)

    def _row(self, cells: Sequence[Sequence[Any]], below: dict[tuple[int, int], str], number: int) -> list[str]:
        """Return the cells of a row, those that span several columns or come down from above repeated."""
        row: list[str] = []
        for cell in cells:
            width, height = 1, 1
            for node in _all_of(cell):
                if getattr(node, "macroname", "") == "multicolumn":
                    width = _whole(self.inline(_arguments(node)[:1]))
                elif getattr(node, "macroname", "") == "multirow":
                    height = _whole(self.inline(_arguments(node)[1:2]))
            text = one_line(self.inline(cell)) or below.get((number, len(row)), "")
            for _ in range(width):
                below.update({(number + n, len(row)): text for n in range(1, height)})
                row.append(text)
        return row if any(row) else []

    def inline(self, nodes: Sequence[Any]) -> str:
        """Return the text of nodes within a paragraph."""
        return "".join(self._inline(node) for node in nodes if node is not None)

    def _inline(self, node: Any) -> str:
        match type(node).__name__:
            case "LatexCharsNode":
                return str(node.chars)
            case "LatexCommentNode":
                return ""
            case "LatexGroupNode":
                return self.inline(node.nodelist)
            case "LatexMathNode":
                return self._math(node)
            case "LatexEnvironmentNode":
                return f" {self._math(node) if _is_math(node.environmentname) else self.inline(node.nodelist or [])} "
            case "LatexSpecialsNode":
                return "\n\n" if node.specials_chars == "\n\n" else str(self._as_text(node))
        return self._macro(node)

    def _macro(self, node: Any) -> str:
        name: str = node.macroname
        after: str = node.macro_post_space
        arguments = _arguments(node)
        if name in ("footnote", "thanks", "footnotetext"):
            number = len(self._notes) + 1
            self._notes.append("")
            self._notes[number - 1] = one_line(self.inline(_last_argument(node)))
            return f"[{number}]"
        if name == "includegraphics":
            self.builder.unread("picture", one_line(self.inline(_last_argument(node)))[:80], remedy="add_separately")
            return ""
        if name in _LEFT_OUT:
            return ""
        if name in _CITED or name in _REFERENCES:
            named = self.inline(_last_argument(node))
            return f"[{named}]" if name in _CITED else named.rpartition(":")[2]
        if name in ("\\", "newline", "linebreak", "quad", "qquad", "hfill", "tab", ","):
            return f" {after}"
        if name in ("multicolumn", "multirow", "href", "textcolor", "colorbox", "parbox", "text"):
            return self.inline(_last_argument(node))
        shown = str(self._as_text(node)) if _is_sign(node) else ""
        if shown.strip():
            return shown + (" " if after and not arguments else "")
        return self.inline(arguments) + after

    def _math(self, node: Any) -> str:
        try:
            text = one_line(self._as_text(node))
        except (ValueError, IndexError, KeyError, AttributeError, TypeError):
            text = ""
        return text or one_line(str(node.latex_verbatim()))


def _arguments(node: Any) -> list[Any]:
    return list(node.nodeargd.argnlist) if node.nodeargd and node.nodeargd.argnlist else []


def _last_argument(node: Any) -> list[Any]:
    return [argument for argument in _arguments(node) if argument is not None][-1:]


def _all_of(nodes: Sequence[Any]) -> Iterator[Any]:
    """Yield nodes and those in the last argument of the macros among them."""
    for node in nodes:
        if node is not None:
            yield node
            inner = node.nodelist if type(node).__name__ == "LatexGroupNode" else None
            yield from _all_of(inner or (_last_argument(node) if hasattr(node, "macroname") else []))


def _is_sign(node: Any) -> bool:
    """Tell whether a macro is a sign, or an accent on a letter: no argument is longer than a few letters."""
    lengths = [len(argument.latex_verbatim()) for argument in _arguments(node) if argument is not None]
    return max(lengths, default=0) <= 6


def _is_math(name: str) -> bool:
    bare = name.rstrip("*")
    return bare in ("equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "flalign", "alignat")


def _whole(text: str) -> int:
    return max(1, min(50, int(text))) if text.strip().isdigit() else 1
