"""How well the check of support tells true sentences from false ones: a benchmark that code makes from a test set.

True sentences are taken from the documents word for word, and from gold long answers, which say the same in other
words. False ones are the same sentences with one thing changed. The sources are the sentences around the true one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tqdm import tqdm

from eval.errors import BrokenTestSet
from eval.perturb import CHANGES, names_in
from eval.report import as_plain
from eval.statistics import RESAMPLES, bootstrap
from eval.testset import Question, TestSet
from index.sentences import Span, split_sentences
from index.types import Document
from rag.context import SourceSentence
from rag.support import Support

VERBATIM = "verbatim"
LONG_ANSWER = "long_answer"
_NEIGHBOURS = 4
_WORDS = range(6, 46)
"""Shorter pieces are headings and lists, longer ones several sentences in one."""


class Checker(Protocol):
    """The part of the product that is measured."""

    def check(
        self, sentence: str, sources: Sequence[SourceSentence], *, question: str = "", titles: Sequence[str] = ()
    ) -> Support:
        """Decide whether the sources carry a sentence."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, what it is checked against, and whether it is true.

    ``kind`` says where a true sentence is from, or what was made false in ``original``.
    """

    kind: str
    sentence: str
    sources: tuple[SourceSentence, ...]
    title: str
    true: bool
    original: str
    question: str = ""

    def put_to(self, checker: Checker) -> Support:
        """Return what the check makes of the sentence."""
        titles = [self.title] * len(self.sources)
        return checker.check(self.sentence, self.sources, question=self.question, titles=titles)


@dataclass(frozen=True, slots=True)
class Checked:
    """A case and what the check made of it."""

    case: Case
    support: Support

    @property
    def right(self) -> bool:
        """Whether the check told true from false."""
        return self.support.supported == self.case.true

    def to_dict(self) -> dict[str, Any]:
        """Return the case without its sources, as plain data."""
        case = {key: getattr(self.case, key) for key in ("kind", "sentence", "original", "true")}
        return case | {"supported": self.support.supported, "support": self.support.score, "right": self.right}


def support_cases(testset: TestSet, *, limit: int = 150, seed: int = 0) -> list[Case]:
    """Return the benchmark: ``limit`` true sentences from the documents, those of long answers, and all changed ones.

    Raises:
        BrokenTestSet: if the set's documents hold no usable sentence.
    """
    chance = random.Random(seed)
    pool = list(_pool(testset))
    if not pool:
        raise BrokenTestSet(f"{testset.name}: no sentence to make a benchmark from; use a set with prose in it")
    picked = chance.sample(pool, min(limit, len(pool)))
    cases = [case for document, spans, i in picked for case in _cases_of(document, spans, i, chance)]
    return cases + _long_answer_cases(testset, limit, chance)


def run_support(
    testset: TestSet, checker: Checker, *, limit: int = 150, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[dict[str, Any], list[Checked]]:
    """Check every case; return the report and the cases.

    In the report ``support.detection.KIND`` is the share of false sentences found unsupported, and
    ``support.false_alarm.KIND`` that of true ones found so; ``all`` is every kind of false sentence together.
    """
    cases = support_cases(testset, limit=limit, seed=seed)
    checked = [Checked(case, case.put_to(checker)) for case in tqdm(cases, unit="sentence", disable=None)]
    flagged: dict[str, list[float]] = {}
    for item in checked:
        family = "false_alarm" if item.case.true else "detection"
        for kind in (item.case.kind,) if item.case.true else (item.case.kind, "all"):
            flagged.setdefault(f"support.{family}.{kind}", []).append(float(not item.support.supported))
    estimates = {
        name: bootstrap(values, name=name, seed=seed, resamples=resamples) for name, values in sorted(flagged.items())
    }
    identity = {"name": testset.name, "sha256": testset.content_hash}
    report = {"testset": identity, "limit": limit, "seed": seed, "metrics": as_plain(estimates)}
    return report, checked


def _pool(testset: TestSet) -> Iterator[tuple[Document, list[Span], int]]:
    """Yield usable sentences: those of gold evidence where the set has some, else of gold documents, else of all."""
    quoted: dict[str, list[tuple[int, int]]] = {}
    for item in (item for question in testset.questions for item in question.evidence):
        quoted.setdefault(item.document_id, []).extend(item.spans)
    gold = {key for question in testset.questions for key in question.gold_documents}
    for document in testset.documents:
        if (quoted and document.id not in quoted) or (gold and document.id not in gold):
            continue
        spans = split_sentences(document.text, document.body_start)
        for i, span in enumerate(spans):
            near = not quoted or any(a < span.end and span.start < b for a, b in quoted[document.id])
            if near and len(document.text[span.start : span.end].split()) in _WORDS:
                yield document, spans, i


def _cases_of(document: Document, spans: Sequence[Span], i: int, chance: random.Random) -> Iterator[Case]:
    """Yield a true sentence and every way of making it false that it allows."""
    true = document.text[spans[i].start : spans[i].end]
    sources = _sources(document, spans[max(0, i - _NEIGHBOURS) : i + _NEIGHBOURS + 1])
    yield Case(VERBATIM, true, sources, document.title, True, true)
    names = names_in(document.text)
    for kind, change in CHANGES.items():
        changed = change(true, names, chance)
        if changed is not None and not any(changed in source.text for source in sources):
            yield Case(kind, changed, sources, document.title, False, true)


def _long_answer_cases(testset: TestSet, limit: int, chance: random.Random) -> list[Case]:
    documents = {document.id: document for document in testset.documents}
    cases = [
        Case(LONG_ANSWER, sentence, sources, title, True, sentence, question.text)
        for question in testset.questions
        for sources, title in [_evidence_sources(question, documents)]
        if sources
        for sentence in _answer_sentences(question)
    ]
    return chance.sample(cases, min(limit, len(cases)))


def _answer_sentences(question: Question) -> Iterator[str]:
    for answer in question.long_answers if question.answerable else ():
        for span in split_sentences(answer):
            if span.end > span.start and len(answer[span.start : span.end].split()) in _WORDS:
                yield answer[span.start : span.end]


def _evidence_sources(question: Question, documents: Mapping[str, Document]) -> tuple[tuple[SourceSentence, ...], str]:
    """Return the sentences of the evidence and their neighbours, all of the first document that is quoted."""
    if not question.evidence:
        return (), ""
    document = documents[question.evidence[0].document_id]
    quotes = [item.spans[0] for item in question.evidence if item.document_id == document.id]
    spans = split_sentences(document.text, document.body_start)
    quoted = [i for i, span in enumerate(spans) if any(a < span.end and span.start < b for a, b in quotes)]
    near = sorted({j for i in quoted for j in range(max(0, i - 1), min(len(spans), i + 2))})
    return _sources(document, [spans[j] for j in near]), document.title


def _sources(document: Document, spans: Iterable[Span]) -> tuple[SourceSentence, ...]:
    return tuple(
        SourceSentence(0, document.id, span.start, span.end, document.text[span.start : span.end], 1.0)
        for span in spans
    )
