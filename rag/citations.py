"""Numbered markers for an answer: which span each stands for, in order of first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index.types import RetrievedPassage
from rag.context import SourceSentence
from rag.passages import cited_place
from rag.phrasing import quotation
from rag.types import Citation, Sentence


@dataclass(slots=True)
class CitedText:
    """An answer under construction: sentences are appended, markers are numbered as their spans are first used."""

    passages: Sequence[RetrievedPassage]
    text: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    evidence: list[SourceSentence] = field(default_factory=list)
    """The source sentences that are cited; ``evidence[i]`` is that of ``citations[i]``."""
    _markers: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def append(
        self, sentence: str, *, support: float, evidence: Sequence[SourceSentence], separator: str = " "
    ) -> None:
        """Append a sentence and, behind it, one marker for each distinct span of its evidence (none: unsupported)."""
        if self.text:
            self.text += separator
        start = len(self.text)
        markers = tuple(dict.fromkeys(self._marker(source, sentence) for source in evidence))
        self.text += sentence + "".join(f" [{marker}]" for marker in markers)
        self.sentences.append(Sentence(start, len(self.text), bool(markers), support, markers))

    def quote(self, source: SourceSentence) -> None:
        """Append a source sentence as it stands, cited."""
        self.append(quotation(source.text), support=1.0, evidence=[source])

    def _marker(self, source: SourceSentence, answer: str) -> int:
        key = (source.document_id, source.start, source.end)
        if key not in self._markers:
            self._markers[key] = len(self._markers) + 1
            self.evidence.append(source)
            self.citations.append(self._citation(self._markers[key], source, answer))
        return self._markers[key]

    def _citation(self, marker: int, source: SourceSentence, answer: str) -> Citation:
        passage = self.passages[source.passage]
        place = cited_place(passage.chunk, source.start, source.text, answer)
        return Citation(
            marker=marker,
            document_id=source.document_id,
            title=passage.title,
            source=passage.source,
            page=place.page if place else None,
            start=source.start,
            end=source.end,
            quote=source.text,
            date=passage.date,
            locator=place.label if place else None,
            copies=passage.copies,
            place=place,
        )
