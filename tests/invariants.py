"""What is true of every answer, whoever wrote it: the promises of ``ask --json``, as one function."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable

from index.types import Document
from rag.types import Answer, Citation, Passage, Reason

MARKER = re.compile(r"\[(\d+)\]")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
KEYS = {
    "answer": "question standalone_question text abstained reason sentences citations passages timings model library",
    "sentence": "start end supported support citations",
    "citation": "marker document_id title source page start end quote",
    "passage": "document_id chunk_id rank score start end text in_context",
    "timings": "rewrite_s retrieve_s first_token_s total_s",
    "library": "generation documents chunks embedder",
}
"""Keys that are promised; there may be more."""


def check_answer(answer: Answer, document_of: Callable[[str], Document | None]) -> None:
    """Assert everything that is promised of an answer.

    Args:
        answer: any answer, abstentions included.
        document_of: returns the document of an id, as it was when the answer was made.
    """
    _check_json(answer)
    _check_passages(answer, document_of)
    _check_citations(answer, document_of)
    _check_sentences(answer)
    _check_abstention(answer)
    _check_timings(answer)


def _check_json(answer: Answer) -> None:
    data = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    plain = json.dumps(answer.to_dict(), ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert json.loads(plain.decode("utf-8")) == data
    assert set(KEYS["answer"].split()) <= set(data)
    for name, items in (("sentence", "sentences"), ("citation", "citations"), ("passage", "passages")):
        for item in data[items]:
            assert set(KEYS[name].split()) <= set(item)
    assert set(KEYS["timings"].split()) <= set(data["timings"])
    assert set(KEYS["library"].split()) <= set(data["library"])


def _check_passages(answer: Answer, document_of: Callable[[str], Document | None]) -> None:
    assert [passage.rank for passage in answer.passages] == list(range(1, len(answer.passages) + 1))
    assert len({passage.chunk_id for passage in answer.passages}) == len(answer.passages)
    scores = [passage.score for passage in answer.passages]
    assert scores == sorted(scores, reverse=True)
    for passage in answer.passages:
        document = document_of(passage.document_id)
        assert document is not None
        assert passage.text == document.text[passage.start : passage.end]
        assert passage.title == document.title


def _check_citations(answer: Answer, document_of: Callable[[str], Document | None]) -> None:
    used = list(dict.fromkeys(int(number) for number in MARKER.findall(answer.text)))
    assert used == list(range(1, len(answer.citations) + 1)), "markers are 1..n in order of first use"
    assert [citation.marker for citation in answer.citations] == used
    spans = {(citation.document_id, citation.start, citation.end) for citation in answer.citations}
    assert len(spans) == len(answer.citations), "one span, one marker"
    for citation in answer.citations:
        document = document_of(citation.document_id)
        assert document is not None
        assert citation.quote == document.text[citation.start : citation.end]
        assert citation.quote.strip()
        assert any(_holds(passage, citation) for passage in answer.passages if passage.in_context)


def _holds(passage: Passage, citation: Citation) -> bool:
    return (
        passage.document_id == citation.document_id and passage.start <= citation.start and citation.end <= passage.end
    )


def _check_sentences(answer: Answer) -> None:
    assert not CONTROL.search(answer.text)
    position = 0
    for sentence in answer.sentences:
        assert position <= sentence.start < sentence.end <= len(answer.text)
        assert not answer.text[position : sentence.start].strip(), "what is between sentences is white space"
        text = answer.text[sentence.start : sentence.end]
        assert text == text.strip()
        assert list(sentence.citations) == [int(number) for number in MARKER.findall(text)]
        assert len(set(sentence.citations)) == len(sentence.citations)
        assert sentence.supported == bool(sentence.citations)
        assert 0.0 <= sentence.support <= 1.0
        position = sentence.end
    assert not answer.text[position:].strip()


def _check_abstention(answer: Answer) -> None:
    assert answer.text.strip()
    assert answer.abstained == (answer.reason is not None) == (not answer.citations)
    if answer.abstained:
        assert answer.reason in set(Reason)
    if answer.reason is Reason.NO_DOCUMENTS:
        assert answer.library.documents == 0


def _check_timings(answer: Answer) -> None:
    timings = answer.timings
    first = timings.first_token_s or 0.0
    assert all(math.isfinite(s) and s >= 0 for s in (timings.rewrite_s, timings.retrieve_s, first, timings.total_s))
    assert max(first, timings.rewrite_s, timings.retrieve_s) <= timings.total_s
