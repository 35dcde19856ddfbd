"""A scripted assistant over a scripted library, for pages: true offsets, word by word, whatever is asked."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.types import Chunk, Document, DocumentRecord, Heading, LibraryInfo, RetrievedPassage
from rag.config import AssistantConfig
from rag.types import (
    Answer,
    Citation,
    Draft,
    Event,
    Finished,
    LibrarySummary,
    Message,
    ModelInfo,
    Passage,
    PassagesFound,
    Reason,
    Sentence,
    Stage,
    StageStarted,
    Timings,
)

XSS = (
    '<img src=x onerror="window.hit=1"><script>window.hit=2</script>${window.hit=3}{{hit}}`\'"![i](http://evil.test/i)'
)

LIGHTHOUSE = (
    "The Halden Point lighthouse is a stone tower on the north coast of Marrow Island. It was built in 1871 after the "
    "wreck of the Aurelia, in which forty-one people drowned.\n\n"
    "Keepers of the light\n\n"
    "The first keeper was Ingrid Solheim, who tended the lamp for twenty-six years. She kept a diary of every ship "
    "that passed. Her daughter Marit took over the light in 1897 and held the post until it was made automatic. "
    "Visitors may read the diaries, which the island library has copied, from May to September.\n\n"
    "The lamp\n\n"
    "The lamp burned rape oil until 1902, when paraffin replaced it. Its light could be seen for nineteen sea miles. "
    "The lens, ground in Paris, weighs two tonnes and floats on a bath of mercury.\n"
)
FERRY = (
    "The Marrow Island ferry is a car ferry between Halden and the mainland. It sails four times a day in summer and "
    "twice a day in winter.\n\nTickets and fares\n\nA return ticket costs twelve crowns. Children under seven travel "
    "free of charge, and bicycles cost two crowns each way.\n"
)


def make_document(name: str, title: str, text: str, date: str | None, headings: Sequence[str] = ()) -> Document:
    """Return a document whose ``headings`` are found in ``text``."""
    found = tuple(Heading(text.index(h), text.index(h) + len(h), 1, h) for h in headings)
    return Document(name, name, title, text, date, "", found)


DOCUMENTS = (
    make_document(
        "lighthouse.txt",
        "The Halden Point lighthouse",
        LIGHTHOUSE,
        "2019-06-11",
        ["Keepers of the light", "The lamp"],
    ),
    make_document("ferry.txt", "Marrow Island ferry guide", FERRY, "2023-04-02", ["Tickets and fares"]),
    make_document("trap.txt", f"Trap {XSS}", f"A trap lies here. {XSS} Its end is near.", None),
)


@dataclass
class ScriptedLibrary:
    """A library that holds :data:`DOCUMENTS`."""

    documents: Sequence[Document] = DOCUMENTS
    path: str = ""

    def info(self) -> LibraryInfo:
        """Return made-up identity, true counts."""
        return LibraryInfo(1, len(self.documents), 3, "scripted", self.path)

    def unread(self, record: object) -> tuple[()]:
        return ()

    def catalogue(self) -> list[DocumentRecord]:
        """Return the documents' records."""
        return [DocumentRecord(d.id, d.source, d.title, d.date, d.content_hash) for d in self.documents]

    def document(self, document_id: str) -> Document | None:
        """Return a document."""
        return next((d for d in self.documents if d.id == document_id), None)

    def search(self, question: str, *, k: int = 10, context: str = "", within: object = None) -> list[RetrievedPassage]:
        """Return the beginnings of the documents, whatever is asked."""
        chunks = [Chunk(f"{d.id}-0", d.id, 0, 0, 40, d.text[:40]) for d in self.documents]
        return [
            RetrievedPassage(chunk, d.title, d.source, d.date, rank, 1 / rank, 0.5, 1.0)
            for rank, (chunk, d) in enumerate(zip(chunks, self.documents, strict=True), 1)
        ][:k]


Script = Sequence[tuple[str, Sequence[tuple[int, str]]]]
"""Sentences, each with the citations it carries: (document number, exact quote). None means: unsupported."""

SCRIPTS: dict[str, Script] = {
    "Who was the first keeper?": [
        (
            "The first keeper was Ingrid Solheim, who tended the lamp for twenty-six years.",
            [(0, "The first keeper was Ingrid Solheim, who tended the lamp for twenty-six years.")],
        ),
        ("Her daughter Marit took over in 1897.", [(0, "Her daughter Marit took over the light in 1897")]),
        ("She was known for her good cooking.", []),
    ],
    "What does a ticket cost?": [
        ("A return ticket costs twelve crowns.", [(1, "A return ticket costs twelve crowns.")])
    ],
    "Spring the trap": [(f"It says {XSS} and more.", [(2, XSS)])],
    f"Ask {XSS}": [("Nothing happened.", [(2, "A trap lies here.")])],
}
REFUSED = {"Who painted the Mona Lisa?": Reason.NOT_IN_SOURCES, "Is it empty?": Reason.NO_DOCUMENTS}
ENDLESS = "Tell me everything"


@dataclass
class ScriptedAssistant:
    """Plays :data:`SCRIPTS` with true offsets, word by word; remembers what it was asked and when it was closed."""

    pause: float = 0.02
    library: ScriptedLibrary = field(default_factory=ScriptedLibrary)
    asked: list[tuple[str, tuple[Message, ...]]] = field(default_factory=list)
    within: list[object] = field(default_factory=list)
    manners: list[tuple[str, AssistantConfig | None]] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    config: AssistantConfig = field(default_factory=AssistantConfig)
    closed_at: list[float] = field(default_factory=list)

    def close(self) -> None:
        """Nothing to let go of."""

    def use_model(self, model: str) -> None:
        """Remember what was asked for."""
        self.models.append(model)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        style: str = "chat",
        within: object = None,
        config: AssistantConfig | None = None,
    ) -> Iterator[Event]:
        """Yield the events of one answer."""
        self.asked.append((question, tuple(history)))
        self.within.append(within)
        self.manners.append((style, config))
        try:
            yield StageStarted(Stage.RETRIEVING)
            passages = () if REFUSED.get(question) is Reason.NO_DOCUMENTS else self._passages()
            yield PassagesFound(question, passages)
            yield StageStarted(Stage.READING)
            time.sleep(5 * self.pause)
            yield StageStarted(Stage.WRITING)
            yield from self._drafts(question)
            yield Finished(self._answer(question, passages))
        finally:
            self.closed_at.append(time.monotonic())

    def _drafts(self, question: str) -> Iterator[Event]:
        words = _text(SCRIPTS.get(question, [("Let me see.", [])]), {}).split(" ")
        count = 0
        while count < len(words) or question == ENDLESS:
            count += 1
            time.sleep(self.pause)
            yield Draft(" ".join(words[:count]) if question != ENDLESS else "word " * count)

    def _passages(self) -> tuple[Passage, ...]:
        spans = [
            (d, m.start(), m.end())
            for d in self.library.documents
            for m in re.finditer(r"(?s).{40,}?(\n\n(?=[A-Z][\w ]+\n\n)|$)", d.text)
        ]
        return tuple(
            Passage(
                d.id,
                f"{d.id}-{s}",
                d.title,
                d.source,
                d.date,
                _heading(d, s),
                rank,
                1 / rank,
                s,
                e,
                d.text[s:e],
                rank < 5,
            )
            for rank, (d, s, e) in enumerate(spans, 1)
        )

    def _answer(self, question: str, passages: tuple[Passage, ...]) -> Answer:
        model = ModelInfo("scripted", "none")
        rest = (passages, Timings(0.0, 0.01, 0.2, 0.4), model, LibrarySummary(1, 3, 3, "scripted"))
        if question in REFUSED:
            return Answer(question, question, "I do not know.", True, REFUSED[question], (), (), *rest)
        script = SCRIPTS[question]
        markers: dict[tuple[int, str], int] = {}
        text = _text(script, markers)
        sentences, position = [], 0
        for body, quotes in script:
            length = len(_text([(body, quotes)], markers))
            numbers = tuple(markers[q] for q in quotes)
            sentences.append(Sentence(position, position + length, bool(quotes), 0.9 if quotes else 0.1, numbers))
            position += length + 1
        citations = tuple(self._citation(number, *quote) for quote, number in markers.items())
        return Answer(question, question, text, False, None, tuple(sentences), citations, *rest)

    def _citation(self, marker: int, number: int, quote: str) -> Citation:
        document = self.library.documents[number]
        start = document.text.index(quote)
        page = 4 if number == 1 else None
        return Citation(
            marker,
            document.id,
            document.title,
            document.source,
            page,
            start,
            start + len(quote),
            quote,
            document.date,
            f"page {page}" if page else None,
        )


def _text(script: Script, markers: dict[tuple[int, str], int]) -> str:
    """Return the sentences joined by blanks, each with its markers; number new quotes on the way."""
    parts = []
    for body, quotes in script:
        numbers = [markers.setdefault(quote, len(markers) + 1) for quote in quotes]
        parts.append(" ".join([body, *(f"[{number}]" for number in numbers)]))
    return " ".join(parts)


def _heading(document: Document, position: int) -> str:
    above = [h.text for h in document.headings if h.start <= position]
    return " > ".join([document.title, *above[-1:]]) if above else ""
