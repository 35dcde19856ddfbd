"""Markers: numbered by first use, one a span, each with its exact quote."""

from __future__ import annotations

from index.types import Chunk, RetrievedPassage
from rag.citations import CitedText
from rag.context import SourceSentence
from rag.types import Citation, Sentence

TEXT = "Ice is cold. A walrus sleeps. Sand is dry."
PASSAGES = [
    RetrievedPassage(Chunk("d-0", "d", 0, 0, 29, TEXT[:29]), "One", "a.txt", "2024-02-03", 1, 0.5, 0.5, None),
    RetrievedPassage(Chunk("e-0", "e", 0, 30, 42, TEXT[30:]), "Two", "b.txt", None, 2, 0.4, 0.4, None),
]


def source(passage: int, document: str, start: int, end: int) -> SourceSentence:
    return SourceSentence(passage, document, start, end, TEXT[start:end], 0.5)


ICE, WALRUS, SAND = source(0, "d", 0, 12), source(0, "d", 13, 29), source(1, "e", 30, 42)


def test_markers_follow_the_order_of_first_use() -> None:
    cited = CitedText(PASSAGES)
    cited.append("Sand.", support=0.9, evidence=[SAND])
    cited.append("Ice and a walrus.", support=0.8, evidence=[WALRUS, ICE])
    cited.append("Sand and ice.", support=0.7, evidence=[ICE, SAND])
    assert cited.text == "Sand. [1] Ice and a walrus. [2] [3] Sand and ice. [3] [1]"
    assert [(c.marker, c.quote) for c in cited.citations] == [
        (1, "Sand is dry."),
        (2, "A walrus sleeps."),
        (3, "Ice is cold."),
    ]


def test_sentences_hold_their_markers() -> None:
    cited = CitedText(PASSAGES)
    cited.append("Ice.", support=0.9, evidence=[ICE])
    cited.append("Nobody knows.", support=0.1, evidence=[])
    cited.append("Sand.", support=0.5, evidence=[SAND], separator="\n")
    assert cited.text == "Ice. [1] Nobody knows.\nSand. [2]"
    assert cited.sentences == [
        Sentence(0, 8, True, 0.9, (1,)),
        Sentence(9, 22, False, 0.1, ()),
        Sentence(23, 32, True, 0.5, (2,)),
    ]
    assert [cited.text[s.start : s.end] for s in cited.sentences] == ["Ice. [1]", "Nobody knows.", "Sand. [2]"]


def test_a_span_is_cited_once_a_sentence() -> None:
    cited = CitedText(PASSAGES)
    cited.append("Ice.", support=0.9, evidence=[ICE, ICE])
    assert cited.text == "Ice. [1]"


def test_a_citation_carries_what_a_reader_needs() -> None:
    cited = CitedText(PASSAGES)
    cited.append("Ice.", support=0.9, evidence=[ICE])
    assert cited.citations == [Citation(1, "d", "One", "a.txt", None, 0, 12, "Ice is cold.", "2024-02-03")]


def test_nothing_appended_is_nothing_said() -> None:
    cited = CitedText(PASSAGES)
    assert (cited.text, cited.sentences, cited.citations) == ("", [], [])
