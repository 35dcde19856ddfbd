"""The parts a run is put together from. A run of the product takes :func:`product_bench`; tests bring their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eval.baselines import BM25Ranker, DenseRanker, FusedRanker, Ranker, document_vectors
from eval.corpora import corpus_folder, corpus_key, open_corpus
from eval.remembered import RememberedQuestions
from eval.support_benchmark import Checker
from eval.systems import (
    Asked,
    AssistantSystem,
    BaselineSystem,
    ClosedBookSystem,
    OracleSystem,
    RetrievalSystem,
    System,
)
from eval.testset import TestSet
from index.config import load_settings
from index.library import Library
from index.progress import Progress, silent
from index.types import Embedder
from rag.prompts import opening
from rag.types import GenerationRequest, Generator, Message, Style


class Mode(StrEnum):
    """What is measured."""

    ANSWER = "answer"
    RETRIEVAL = "retrieval-only"
    ORACLE = "oracle"
    CLOSED_BOOK = "closed-book"
    BM25 = "baseline-bm25"
    DENSE = "baseline-dense"
    RRF = "baseline-rrf"

    @property
    def writes(self) -> bool:
        """Whether a language model answers."""
        return self in (Mode.ANSWER, Mode.ORACLE, Mode.CLOSED_BOOK)

    @property
    def searches_library(self) -> bool:
        """Whether the product's index is used."""
        return self in (Mode.ANSWER, Mode.ORACLE, Mode.RETRIEVAL)


def _product_checker(embedder: Embedder) -> Checker:
    from rag.config import AssistantConfig
    from rag.support import SupportChecker

    return SupportChecker(embedder, AssistantConfig().min_support)


@dataclass(frozen=True, slots=True)
class Bench:
    """How to get at the parts; each is called only where the mode needs it.

    Attributes:
        embedder: loads the embedder.
        generator: loads the language model.
        assistant: makes an assistant over a library and a language model.
        checker: makes the check of support.
        config: everything else that decides what an assistant answers.
    """

    embedder: Callable[[], Embedder]
    generator: Callable[[], Generator]
    assistant: Callable[[Library, Generator], Asked]
    checker: Callable[[Embedder], Checker] = _product_checker
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setup:
    """A system ready to be asked, and what it is made of.

    ``model`` and ``index`` go into the report; ``close`` frees what was opened.
    """

    system: System
    model: Mapping[str, Any] | None
    index: Mapping[str, Any] | None
    close: Callable[[], None]


def product_bench(model: str | None = None) -> Bench:
    """Return the product's parts, with the language model of that name (the settings' one if None)."""
    from rag.config import AssistantConfig

    config = AssistantConfig.with_caution(load_settings().caution)

    def generator() -> Generator:
        from rag.generators import load_generator

        settings = load_settings(model=model)
        return load_generator(settings.model, api_key=settings.api_key)[0]

    def assistant(library: Library, writer: Generator) -> Asked:
        from rag import Assistant

        return Assistant(library, writer, config=config)

    return Bench(_product_embedder, generator, assistant, config=dataclasses.asdict(config))


def _product_embedder() -> Embedder:
    from index.embedders import load_embedder
    from index.weights import ensure

    name = load_settings().embedder
    return load_embedder(ensure(name), name=name)


def prepare(bench: Bench, mode: Mode, testset: TestSet, style: Style, *, progress: Progress = silent) -> Setup:
    """Open what ``mode`` needs and return it ready to be asked, warmed up."""
    generator = bench.generator() if mode.writes else None
    if generator is not None:
        _warm_up(generator, mode)
    model = dataclasses.asdict(generator.info) if generator is not None else None
    if mode.searches_library:
        embedder = bench.embedder()
        questions: RememberedQuestions | None = None
        if mode is Mode.RETRIEVAL:
            questions = RememberedQuestions(embedder, corpus_folder(testset, embedder) / "questions.sqlite3")
        library = open_corpus(testset, questions or embedder, progress=progress)
        library.search("warm up", k=1)
        system = _over_library(bench, mode, library, generator, style, questions)
        return Setup(system, model, _described(testset, library), _closing(library, generator, questions))
    if mode is Mode.CLOSED_BOOK:
        assert generator is not None
        return Setup(ClosedBookSystem(generator, style), model, None, generator.close)
    ranker, index = _baseline(bench, mode, testset)
    return Setup(BaselineSystem(ranker), model, index, _nothing)


def _over_library(
    bench: Bench,
    mode: Mode,
    library: Library,
    generator: Generator | None,
    style: Style,
    questions: RememberedQuestions | None,
) -> System:
    if generator is None:
        return RetrievalSystem(library, questions)
    writer = generator
    if mode is Mode.ORACLE:
        return OracleSystem(library, lambda view: bench.assistant(view, writer), style)
    return AssistantSystem(bench.assistant(library, writer), library, style)


def _baseline(bench: Bench, mode: Mode, testset: TestSet) -> tuple[Ranker, dict[str, Any]]:
    lexical = BM25Ranker(testset.documents) if mode in (Mode.BM25, Mode.RRF) else None
    dense: DenseRanker | None = None
    index: dict[str, Any] = {"documents": len(testset.documents)}
    if mode in (Mode.DENSE, Mode.RRF):
        embedder = bench.embedder()
        cache = corpus_folder(testset, embedder) / "documents.npy"
        vectors = document_vectors(testset.documents, embedder, cache)
        dense = DenseRanker([document.id for document in testset.documents], vectors, embedder)
        index["embedder"] = embedder.fingerprint
    rankers = [ranker for ranker in (dense, lexical) if ranker is not None]
    return (rankers[0] if len(rankers) == 1 else FusedRanker(rankers)), index


def _described(testset: TestSet, library: Library) -> dict[str, Any]:
    info = library.info()
    key = corpus_key(testset, library.embedder)
    return {"embedder": info.embedder, "documents": info.documents, "chunks": info.chunks, "sha256": key}


def _warm_up(generator: Generator, mode: Mode) -> None:
    """Load the weights, and read what comes before every question, so that the first question's time is not theirs."""
    for _ in generator.stream(GenerationRequest((Message("user", "Hello"),), max_tokens=1)):
        pass
    if mode is not Mode.CLOSED_BOOK:
        generator.prepare(opening())


def _closing(
    library: Library, generator: Generator | None, questions: RememberedQuestions | None
) -> Callable[[], None]:
    def close() -> None:
        for opened in (library, generator, questions):
            if opened is not None:
                opened.close()

    return close


def _nothing() -> None:
    pass
