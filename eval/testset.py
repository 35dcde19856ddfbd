"""Test sets: what an evaluation asks, about which documents, with which gold answers. See ``eval.loading``."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from index.types import Document
from rag.types import Message

KIND_KEYS = ("kind", "answerability", "turn_type")
"""Metadata keys that may name what kind of question it is; the first that holds a string counts."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A gold quote. ``spans`` are all the places where the document holds it: citing any one of them is right."""

    document_id: str
    quote: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question with whatever gold the set has for it.

    Attributes:
        answerable: whether the documents hold the answer, or None where the set does not say.
        answers: short gold answers, any of which is right.
        long_answers: gold answers in sentences, any of which is right.
        evidence: the quotes an answer rests on.
        history: the turns before this question, oldest first.
        choices: the options of a multiple-choice question; ``answer_choice`` is the index of the right one.
        fake_answers: wrong answers that planted documents may suggest.
        relevant: judged documents by id; a grade above 0 means relevant.
        metadata: every key of the query's metadata, known or not.
    """

    id: str
    text: str
    answerable: bool | None = None
    answers: tuple[str, ...] = ()
    long_answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    history: tuple[Message, ...] = ()
    choices: tuple[str, ...] = ()
    answer_choice: int | None = None
    fake_answers: tuple[str, ...] = ()
    relevant: Mapping[str, int] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What kind of question it is, as the set names it, else whether it can be answered."""
        for key in KIND_KEYS:
            value = self.metadata.get(key)
            if isinstance(value, str) and value:
                return value
        return {True: "answerable", False: "unanswerable", None: "question"}[self.answerable]

    @property
    def relevant_documents(self) -> frozenset[str]:
        """Ids of the documents judged relevant."""
        return frozenset(document_id for document_id, grade in self.relevant.items() if grade > 0)

    @property
    def gold_documents(self) -> frozenset[str]:
        """Ids of the documents that hold the answer: judged relevant, or quoted as evidence."""
        return self.relevant_documents | {item.document_id for item in self.evidence}


@dataclass(frozen=True, slots=True)
class TestSet:
    """A loaded test set: its documents and its questions, in the order of the files."""

    __test__: ClassVar[bool] = False  # keeps pytest from taking it for a test case

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]

    @property
    def corpus_hash(self) -> str:
        """sha256 over everything of every document that the index gets to see."""
        return _digest(_document_row(item) for item in self.documents)

    @property
    def content_hash(self) -> str:
        """sha256 over documents and questions: two sets of the same hash measure the same thing."""
        rows = ([item.id, item.text, dict(item.metadata), sorted(item.relevant.items())] for item in self.questions)
        return _digest([[self.corpus_hash], *rows])

    def document(self, document_id: str) -> Document | None:
        """Return the document of that id, or None."""
        return next((item for item in self.documents if item.id == document_id), None)

    def sample(self, limit: int | None, seed: int) -> TestSet:
        """Return the set with ``limit`` of its questions, in their order; the same ones for the same seed.

        Samples are nested: with one seed, a smaller limit asks a subset of what a larger one asks.
        """
        if limit is None or limit >= len(self.questions):
            return self
        ids = sorted(item.id for item in self.questions)
        random.Random(seed).shuffle(ids)
        kept = set(ids[:limit])
        return replace(self, questions=tuple(item for item in self.questions if item.id in kept))


def find_quote(quote: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return every span of ``text`` that holds ``quote``; white space may differ in kind and amount.

    Text extracted from pages is broken into lines at other places than in the author's copy, hence the tolerance.
    """
    if not quote.strip():
        return ()
    return tuple(_occurrences(quote, text)) or _loose_occurrences(quote, text)


def _occurrences(quote: str, text: str) -> Iterable[tuple[int, int]]:
    start = text.find(quote)
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + 1)


def _loose_occurrences(quote: str, text: str) -> tuple[tuple[int, int], ...]:
    pattern = r"\s+".join(re.escape(word) for word in quote.split())
    return tuple(match.span() for match in re.finditer(pattern, text))


def _document_row(item: Document) -> list[Any]:
    headings = [[heading.level, heading.start, heading.end] for heading in item.headings]
    return [item.id, item.title, item.date, item.text, item.body_start, headings]


def _digest(rows: Iterable[Any]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, ensure_ascii=True, sort_keys=True).encode("ascii") + b"\n")
    return digest.hexdigest()
