"""What a question names: a file, a page, a slide, a sheet, a row, a clause or a step. It is answered from there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from index.types import Chunk, DocumentRecord, Place

_NUMBERED = re.compile(
    r"\b(?P<kind>pages?|p\.|slides?|rows?|lines?|items?|records?|clauses?|cl\.|sections?|sec\.|articles?|art\.|"
    r"paragraphs?|para\.|steps?|points?|chapters?|seite|folie|zeile|abschnitt|absatz|artikel|kapitel|schritt|"
    r"página|diapositiva|fila|sección|artículo|paso|sayfa|slayt|satır|bölüm|madde|adım)\s*"
    r"(?:no\.?\s*|number\s+|#\s*)?(?P<number>\d+(?:\.\d+)*(?:\([a-z]\))?|[a-z](?=\))|[ivxlc]+\b)|§+\s*(?P<paragraph>\d+[a-z]?)",
    re.IGNORECASE,
)
_KINDS = {
    "page": frozenset("page pages p. seite página sayfa".split()),
    "slide": frozenset("slide slides folie diapositiva slayt".split()),
    "row": frozenset("row rows line lines item items record records zeile fila satır".split()),
}
"""Words for the places that readers number; the numbers of clauses, sections and steps stand in the text."""
_FILE = re.compile(r"@?[^\W_][\w.-]*\w")
_SHEET = re.compile(
    r"\b(?:sheet|tab|worksheet|blatt|hoja|sayfası)\s+[\"“'‘]?(?P<name>[\w-]+(?: [\w-]+)?)", re.IGNORECASE
)
_SHORTEST_STEM = 4

LookUp = Callable[[str], Sequence[DocumentRecord]]
"""Returns the documents whose title or file name holds some words in a row."""


@dataclass(frozen=True, slots=True)
class References:
    """What a question names.

    Attributes:
        ids: of the documents whose files it names outright; empty where it names none.
        places: (kind, number) such as ``("page", "2")``; the kind of a clause, section or step is ``clause``.
        sheets: names of sheets, lower case.
    """

    ids: frozenset[str] = frozenset()
    places: tuple[tuple[str, str], ...] = ()
    sheets: tuple[str, ...] = ()

    def hold(self, chunk: Chunk) -> bool:
        """Tell whether a chunk stands at one of the places, or is of one of the sheets."""
        return any(self._holds(kind, number, chunk) for kind, number in self.places) or any(
            _names_sheet(place, name) for place in chunk.places for name in self.sheets
        )

    def begin(self, sentence: str) -> bool:
        """Tell whether a sentence begins with the number of one of the clauses, sections or steps."""
        return any(kind == "clause" and _begins_with(sentence, number) for kind, number in self.places)

    def _holds(self, kind: str, number: str, chunk: Chunk) -> bool:
        if kind == "clause":
            return any(_begins_with(line, number) for line in chunk.text.splitlines())
        return any(_is_numbered(place, kind, number) for place in chunk.places)


NOTHING = References()
"""What a question names that names nothing."""


def references_in(question: str, look_up: LookUp = lambda words: ()) -> References:
    """Return what a question names.

    Args:
        question: as asked.
        look_up: returns the documents whose title or file name holds some words in a row.
    """
    places = []
    for found in _NUMBERED.finditer(question):
        kind, number = (found["kind"] or "§").lower(), found["number"] or found["paragraph"]
        name = next((name for name, words in _KINDS.items() if kind in words), "clause")
        if name == "clause" or number.isdigit():
            places.append((name, number.lower()))
    sheets = tuple(found["name"].lower() for found in _SHEET.finditer(question))
    return References(frozenset(_named(question, look_up)), tuple(places), sheets)


def _named(question: str, look_up: LookUp) -> set[str]:
    """Return the ids of documents whose file is named: with its ending, behind an @, or by a name that is no word."""
    named = set()
    lowered = question.lower()
    for token in (found[0] for found in _FILE.finditer(lowered)):
        is_marked = token.startswith("@")
        if not (is_marked or "." in token or _is_unlike_a_word(token)):
            continue
        for record in look_up(" ".join(re.findall(r"[^\W_]+", token))):
            paths = filter(None, (record.source, record.member))
            names = {PurePath(path.replace("\\", "/")).name.lower() for path in paths}
            stems = {PurePath(name).stem for name in names}
            if (
                (is_marked and token[1:] in names | stems)
                or any("." in name and _stands_in(name, lowered) for name in names)
                or any(_is_unlike_a_word(stem) and _stands_in(stem, lowered) for stem in stems)
            ):
                named.add(record.id)
    return named


def _is_unlike_a_word(stem: str) -> bool:
    return len(stem) >= _SHORTEST_STEM and re.search(r"[_\d]|\w-\w", stem) is not None and not stem.isdigit()


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


def _is_numbered(place: Place, kind: str, number: str) -> bool:
    if kind == "page" and place.page is not None:
        return str(place.page) == number
    names = ("row", "item", "line", "record") if kind == "row" else (kind,)
    return re.search(rf"\b(?:{'|'.join(names)}) {number}\b", place.label) is not None


def _names_sheet(place: Place, name: str) -> bool:
    label = place.label.lower()
    return label.startswith("sheet ") and (f" {name}" in label or f" {name.split()[0]}" in label)


def _begins_with(line: str, number: str) -> bool:
    """Tell whether a line begins with a number, behind a word such as "Clause" or the marks of a list or heading."""
    return (
        re.match(
            rf"[\s#>*_-]*(?:(?:clause|section|article|art\.|step|paragraph|chapter|point|§+)\s*)?\(?{re.escape(number)}"
            r"(?:[.):]|\b)(?![.\d]*\d)",
            line,
            re.IGNORECASE,
        )
        is not None
    )
