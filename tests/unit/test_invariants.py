"""The checker of answers is itself checked: each promise that is broken is noticed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest
from invariants import check_answer

from index.types import Document
from rag.types import Answer, Citation, LibrarySummary, ModelInfo, Passage, Reason, Sentence, Timings

DOCUMENT = Document("d", "a.txt", "Title", "Ice is cold. A walrus sleeps. Sand is dry.")
OTHER = Document("e", "b.txt", "Other", "Storms come.")


def document_of(document_id: str) -> Document | None:
    return {"d": DOCUMENT, "e": OTHER}.get(document_id)


def citation(marker: int, start: int, end: int) -> Citation:
    return Citation(marker, "d", "Title", "a.txt", None, start, end, DOCUMENT.text[start:end])


def passage(document: Document, rank: int, in_context: bool) -> Passage:
    end = len(document.text)
    identity = f"{document.id}-0"
    return Passage(
        document.id,
        identity,
        document.title,
        document.source,
        None,
        "",
        rank,
        1 / rank,
        0,
        end,
        document.text,
        in_context,
    )


GOOD = Answer(
    question="?",
    standalone_question="?",
    text="Ice. [1] Sand and ice. [2] [1] Maybe.",
    abstained=False,
    reason=None,
    sentences=(Sentence(0, 8, True, 0.9, (1,)), Sentence(9, 30, True, 0.8, (2, 1)), Sentence(31, 37, False, 0.1, ())),
    citations=(citation(1, 0, 12), citation(2, 30, 42)),
    passages=(passage(DOCUMENT, 1, True), passage(OTHER, 2, False)),
    timings=Timings(0.0, 0.1, 0.5, 1.0),
    model=ModelInfo("m", "r"),
    library=LibrarySummary(1, 2, 2, "e"),
)
DECLINED = dataclasses.replace(
    GOOD, text="I don't know.", abstained=True, reason=Reason.NOT_IN_SOURCES, citations=(),
    sentences=(Sentence(0, 13, False, 0.0, ()),),
)  # fmt: skip


def changed(name: str, index: int, **changes: Any) -> dict[str, Any]:
    """Return the good answer's list ``name`` with one of its items changed."""
    items = list(getattr(GOOD, name))
    items[index] = dataclasses.replace(items[index], **changes)
    return {name: tuple(items)}


@pytest.mark.parametrize("answer", [GOOD, DECLINED])
def test_a_good_answer_passes(answer: Answer) -> None:
    check_answer(answer, document_of)


@pytest.mark.parametrize(
    "breaks",
    [
        lambda: changed("citations", 0, quote="Ice is cold"),
        lambda: changed("citations", 0, start=1),
        lambda: changed("citations", 0, marker=2),
        lambda: changed("citations", 1, document_id="e", start=0, end=12, quote="Storms come."),
        lambda: changed("citations", 0, document_id="unknown"),
        lambda: changed("citations", 1, start=0, end=12, quote="Ice is cold."),
        lambda: {"citations": GOOD.citations[:1]},
        lambda: {"citations": (*GOOD.citations, citation(3, 13, 29))},
        lambda: {"citations": GOOD.citations[::-1]},
        lambda: {"text": "Ice. [2] Sand and ice. [1] [2] Maybe."},
        lambda: {"text": "Ice. [1] Sand and ice. [3] [1] Maybe."},
        lambda: {"text": "Ice. [1] Sand and ice. [2] [1] Maybe. No."},
        lambda: {"text": "Ice. [1] Sand and\x00ice. [2] [1] Maybe."},
        lambda: changed("passages", 0, in_context=False),
        lambda: changed("passages", 0, end=20, text=DOCUMENT.text[:20]),
        lambda: changed("passages", 0, text="Something else."),
        lambda: changed("passages", 0, rank=2),
        lambda: changed("passages", 1, chunk_id="d-0"),
        lambda: changed("passages", 1, score=2.0),
        lambda: changed("passages", 1, score=math.nan),
        lambda: changed("passages", 1, title="Wrong"),
        lambda: changed("sentences", 0, end=7),
        lambda: changed("sentences", 0, start=-1),
        lambda: changed("sentences", 1, start=8),
        lambda: changed("sentences", 1, start=3),
        lambda: changed("sentences", 1, citations=(2,)),
        lambda: changed("sentences", 1, citations=(1, 2)),
        lambda: changed("sentences", 0, supported=False),
        lambda: changed("sentences", 2, supported=True),
        lambda: changed("sentences", 2, support=1.1),
        lambda: {"sentences": GOOD.sentences[1:]},
        lambda: {"sentences": GOOD.sentences[:2]},
        lambda: {"abstained": True},
        lambda: {"reason": Reason.NOT_IN_SOURCES},
        lambda: {"abstained": True, "reason": Reason.NOT_IN_SOURCES},
        lambda: {"text": DECLINED.text, "sentences": DECLINED.sentences, "citations": ()},
        lambda: {"timings": Timings(0.0, 0.1, 2.0, 1.0)},
        lambda: {"timings": Timings(0.0, -0.1, 0.5, 1.0)},
        lambda: {"timings": Timings(0.0, 0.1, math.inf, math.inf)},
        lambda: {"question": "\ud800"},
    ],
)
def test_a_broken_promise_is_noticed(breaks: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises((AssertionError, ValueError)):
        check_answer(dataclasses.replace(GOOD, **breaks()), document_of)


@pytest.mark.parametrize(
    "changes", [{"reason": None}, {"abstained": False}, {"text": " "}, {"reason": Reason.NO_DOCUMENTS}]
)
def test_a_broken_abstention_is_noticed(changes: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        check_answer(dataclasses.replace(DECLINED, **changes), document_of)
