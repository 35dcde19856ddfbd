"""One question on its way to a checked answer, as a stream of events."""

from __future__ import annotations

import time
from collections import abc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from index.library import Library
from index.sentences import split_sentences
from index.types import LibraryInfo, RetrievedPassage, Selection
from rag import abstention, prompts
from rag.calibration import Calibration, load_calibration
from rag.citations import CitedText
from rag.composing import Composer
from rag.config import AssistantConfig
from rag.conflicts import conflicts, is_as_close, precedence
from rag.context import Reading, SourceSentence, select
from rag.passages import shown
from rag.phrasing import repeats, said_last, said_otherwise
from rag.rewrite import asked_before, needs_rewrite, rewrite
from rag.signals import Signals, log_odds, measure
from rag.support import SupportChecker
from rag.types import (
    Answer,
    Conflict,
    Draft,
    Event,
    Finished,
    GenerationRequest,
    Generator,
    LibrarySummary,
    Message,
    Passage,
    PassagesFound,
    Reason,
    Sentence,
    Stage,
    StageStarted,
    Style,
    Timings,
)

_CHARS_PER_TOKEN = 12
"""A model that writes more than this for each token it was allowed does not count its tokens; it is cut off."""
_PROMPT_TOKENS = 800
"""Room for the system's message, the worked examples and what surrounds them."""
_MAX_PIECES = 20_000
"""Pieces a model may write, signs of life included; one that says nothing for ever is ended."""
_SEARCH_TRIES = 5
"""A library that changes while it is searched is searched again, so that the answer can say what it was made from."""
_STOPS = ("\n\n", "\nQuestion:")
"""A small model that has answered may go on with a question of its own."""


@dataclass(slots=True)
class Answering:
    """The state of one question. :meth:`events` may be run once; closing it stops the model."""

    question: str
    history: Sequence[Message]
    style: Style
    library: Library
    generator: Generator
    checker: SupportChecker
    config: AssistantConfig
    within: Selection | None = None
    _started: float = field(default_factory=time.perf_counter)
    _standalone: str = ""
    _passages: tuple[Passage, ...] = ()
    _rewrite_s: float = 0.0
    _retrieve_s: float = 0.0
    _read_s: float | None = None
    _first_token_s: float | None = None
    _raw: str = ""
    _info: LibraryInfo = field(default_factory=lambda: LibraryInfo(0, 0, 0, ""))
    _conflicts: list[SourceSentence] = field(default_factory=list)
    _confidence: float | None = None
    _calibration: Calibration = field(default_factory=load_calibration)

    def events(self) -> Iterator[Event]:
        """Yield what happens, :class:`Finished` last."""
        self._standalone = self.question
        self._info = self.library.info()
        if not self._info.documents:
            yield self._declined(Reason.NO_DOCUMENTS)
            return
        yield from self._understand()
        yield StageStarted(Stage.RETRIEVING)
        begun = time.perf_counter()
        retrieved = self._search()
        reading = self._select(retrieved)
        self._retrieve_s = time.perf_counter() - begun
        self._passages = shown(reading)
        yield PassagesFound(self._standalone, self._passages)
        signals = measure(reading) if retrieved else None
        self._confidence = self._calibration.highest(signals) if signals else 0.0
        if signals is None or self._confidence < self._needed:
            yield self._declined(Reason.NOTHING_RELEVANT)
            return
        yield from self._answer(reading, signals)

    def assess(self) -> Signals | None:
        """Return what speaks for an answer, without writing one; None where nothing is found."""
        self._standalone = self.question
        for _ in self._understand():
            pass
        retrieved = self._search()
        if not retrieved:
            return None
        reading = self._select(retrieved)
        signals = measure(reading)
        if not self.generator.continues:
            return signals
        return self._heard(signals, self._probe(reading))

    def _heard(self, signals: Signals, probe: tuple[Message, ...]) -> Signals:
        """Return the signals with what the model says of its reading."""
        probability = abstention.stated_probability(self.generator, probe)
        return replace(signals, stated=None if probability is None else log_odds(probability))

    def _understand(self) -> Iterator[Event]:
        if needs_rewrite(self.question, self.history):
            yield StageStarted(Stage.REWRITING)
            begun = time.perf_counter()
            self._standalone = rewrite(self.question, self.history, self.generator)
            self._rewrite_s = time.perf_counter() - begun

    def _search(self) -> list[RetrievedPassage]:
        """Search one generation of the library, and note which."""
        for _ in range(_SEARCH_TRIES):
            retrieved = self.library.search(
                self._standalone,
                k=self.config.passages,
                context=asked_before(self.history),
                within=self.within,
                look_closer=self.config.read_passages,
                margin=self.config.read_margin,
            )
            before, self._info = self._info, self.library.info()
            if before.generation == self._info.generation:
                break
        return retrieved

    def _select(self, retrieved: Sequence[RetrievedPassage]) -> Reading:
        room = self.generator.context_tokens - self.config.answer_tokens - 2 * len(self._standalone) - _PROMPT_TOKENS
        return select(
            self._standalone,
            retrieved,
            count_tokens=self.generator.count_tokens,
            budget=max(1, min(self.config.read_tokens, room)),
            depth=self.config.read_passages,
            margin=self.config.read_margin,
            sentence_margin=self.config.sentence_margin,
        )

    def _answer(self, chosen: Reading, signals: Signals) -> Iterator[Event]:
        """Read the closest sentences and write; read all where the model is unsure, or what it wrote does not hold."""
        steps = list(chosen.steps()) if self.generator.continues else [chosen]
        composer = Composer(
            self.question, self._standalone, self.style, chosen, self.checker, self.config.quoted_sentences
        )
        for read in steps:
            is_last = read is steps[-1]
            yield StageStarted(Stage.READING)
            self._confidence = yield from self._read(read, signals)
            if self._confidence < (self._needed if is_last else max(self.config.sure, self._needed)):
                continue
            yield from self._draft(composer, read)
            held = composer.held(self._raw, is_sure=self._is_sure)
            if is_last or held is not None:
                self._passages = shown(chosen, read)
                yield self._conclude(composer, held)
                return
            self._raw, self._first_token_s = "", None
            yield Draft("")
        yield self._declined(Reason.NOT_IN_SOURCES)

    def _read(self, reading: Reading, signals: Signals) -> abc.Generator[Event, None, float]:
        """Have the model read; return the probability that what it read states the answer."""
        if not self.generator.continues:
            return self._calibration.probability(signals)
        begun = time.perf_counter()
        probe = self._probe(reading)
        yield from self._take_in(probe)
        probability = self._calibration.probability(self._heard(signals, probe))
        self._read_s = (self._read_s or 0.0) + time.perf_counter() - begun
        return probability

    def _draft(self, composer: Composer, read: Reading) -> Iterator[Draft]:
        """Have an answer written from what was read, and tell how far it is."""
        asked = self._messages(read)
        if self.generator.continues:
            asked = (*asked, Message("assistant", prompts.ANSWER))
        tokens = self.config.short_tokens if self.style == "short" else self.config.answer_tokens
        draft, drafted = Draft(""), ""
        for _ in self._write(GenerationRequest(asked, max_tokens=tokens, stop=_STOPS)):
            if self._raw != drafted:
                draft, drafted = Draft(composer.draft(self._raw, is_sure=self._is_sure)), self._raw
            yield draft

    def _take_in(self, messages: tuple[Message, ...]) -> Iterator[Event]:
        """Have a long prompt read with signs of life, so that a reader who leaves meanwhile can stop the model."""
        if self.generator.keeps_prompt:
            for _ in self.generator.stream(GenerationRequest(messages, max_tokens=1)):
                yield StageStarted(Stage.READING)

    def _write(self, request: GenerationRequest) -> Iterator[None]:
        """Collect what the model writes; ends with the model, at the length limit, or when it repeats itself."""
        pieces = self.generator.stream(request)
        most = _CHARS_PER_TOKEN * request.max_tokens
        try:
            for piece in islice(pieces, _MAX_PIECES):
                if piece and self._first_token_s is None:
                    self._first_token_s = time.perf_counter() - self._started
                self._raw = (self._raw + piece)[:most]
                yield
                if len(self._raw) == most or (piece and repeats(self._raw)):
                    break
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _conclude(self, composer: Composer, cited: CitedText | None) -> Event:
        if cited is None and composer.refuses(self._raw):
            return self._declined(Reason.NOT_IN_SOURCES)
        if cited is None:
            cited = composer.from_sources(self._raw, is_sure=self._is_sure)
        if cited is None or not cited.citations:
            return self._declined(Reason.UNSUPPORTED_ANSWER)
        reading = composer.reading
        self._conflicts = conflicts(cited.evidence, reading)
        if self.style == "chat":
            cited = self._with_conflicts(composer, cited)
        return self._finished(cited.text, tuple(cited.sentences), cited=cited, reading=reading)

    def _with_conflicts(self, composer: Composer, cited: CitedText) -> CitedText:
        """Return the answer with its quotations and the sources that say otherwise; of these the newest comes first."""
        reading = composer.reading
        ranked = sorted([*cited.evidence, *self._conflicts], key=lambda s: precedence(s, reading), reverse=True)
        newest = precedence(ranked[0], reading)
        is_newer = all(precedence(source, reading) < newest for source in cited.evidence)
        if is_newer and is_as_close(ranked[0], cited.evidence[0], reading):
            others = [source for source in ranked if precedence(source, reading) < newest]
            cited = CitedText(reading.passages)
            cited.append(said_last(ranked[0], reading), support=1.0, evidence=[ranked[0]])
        else:
            composer.quote(cited)
            others = self._conflicts
        for other in others:
            is_older = precedence(other, reading) < newest
            cited.append(said_otherwise(other, reading, is_older=is_older), support=1.0, evidence=[other])
        return cited

    @property
    def _is_sure(self) -> bool:
        """Whether the sources quite certainly state the answer, however cautious it is set to be."""
        return self._confidence is not None and self._confidence >= self._calibration.thresholds["strict"]

    def _probe(self, reading: Reading) -> tuple[Message, ...]:
        """Return what is asked with the reply begun, up to its yes or no."""
        return (*self._messages(reading), Message("assistant", prompts.STATED))

    def _messages(self, reading: Reading) -> tuple[Message, ...]:
        asked = prompts.render("sources", sources=reading.as_read(), question=self._standalone)
        return (*prompts.opening(), Message("user", asked))

    @property
    def _needed(self) -> float:
        """The confidence from which an answer is given."""
        chosen = self.config.min_confidence
        return self._calibration.thresholds[self.config.caution] if chosen is None else chosen

    def _declined(self, reason: Reason) -> Event:
        text = abstention.MESSAGES[reason]
        sentences = tuple(Sentence(span.start, span.end, False, 0.0) for span in split_sentences(text))
        return self._finished(text, sentences, reason=reason)

    def _finished(
        self,
        text: str,
        sentences: tuple[Sentence, ...],
        *,
        cited: CitedText | None = None,
        reading: Reading | None = None,
        reason: Reason | None = None,
    ) -> Event:
        info = self._info
        timings = Timings(
            rewrite_s=self._rewrite_s,
            retrieve_s=self._retrieve_s,
            first_token_s=self._first_token_s,
            total_s=time.perf_counter() - self._started,
            read_s=self._read_s,
        )
        answer = Answer(
            question=self.question,
            standalone_question=self._standalone,
            text=text,
            abstained=reason is not None,
            reason=reason,
            sentences=sentences,
            citations=tuple(cited.citations) if cited else (),
            passages=self._passages,
            timings=timings,
            model=self.generator.info,
            library=LibrarySummary(info.generation, info.documents, info.chunks, info.embedder),
            conflicts=tuple(_conflict(other, reading) for other in self._conflicts) if reading else (),
            confidence=None if self._confidence is None else round(self._confidence, 4),
            raw_text=self._raw,
        )
        return Finished(answer)


def _conflict(sentence: SourceSentence, reading: Reading) -> Conflict:
    passage = reading.passages[sentence.passage]
    return Conflict(
        document_id=sentence.document_id,
        title=passage.title,
        source=passage.source,
        date=passage.date,
        start=sentence.start,
        end=sentence.end,
        quote=sentence.text,
    )
