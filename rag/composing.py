"""From what a model wrote to an answer: its sentences, each with its proof, or the sources' own in their place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace

from index.sentences import Span, split_sentences
from index.text import one_line
from rag import abstention
from rag.citations import CitedText
from rag.conflicts import conflicts
from rag.context import Reading, SourceSentence
from rag.phrasing import as_listed, as_sentence, capitalised, without_repeats
from rag.questions import is_closed, wants_description
from rag.rows import is_misplaced, look_up
from rag.support import Support, SupportChecker, says_most_of, says_something
from rag.text import clean, restore_initials, terse
from rag.types import Style

_YES_OR_NO = re.compile(r"\W*(?:yes|no)\W*", re.IGNORECASE)
"""A bare yes or no claims what was asked."""
_FEWEST_WORDS = 5
"""A shorter sentence ("Dear guests,") adds nothing to an answer that it does not carry."""
_NEARLY = 0.15
"""Beside the sentence that decides a yes or no, another is quoted if its relevance is no more than this below."""


@dataclass(slots=True)
class Composer:
    """For one question. ``raw`` is what the model has written (so far), ``prose`` the answer in it; ``is_sure`` tells
    whether the sources quite certainly state the answer.

    Attributes:
        question: as it was asked.
        standalone: the question that is answered.
        reading: what was chosen; an answer is checked against all of it, whether the model came to it or not.
        quoted: how many source sentences may be quoted (style ``chat``).
    """

    question: str
    standalone: str
    style: Style
    reading: Reading
    checker: SupportChecker
    quoted: int
    _checked: dict[str, Support] = field(default_factory=dict)

    def refuses(self, raw: str) -> bool:
        """Tell whether the model wrote that it has no answer."""
        return self._declines(raw, self._prose(raw))

    def draft(self, raw: str, *, is_sure: bool) -> str:
        """Return what can be shown of an answer while it is written."""
        prose = self._prose(raw)
        return "" if self._is_idle(prose, is_sure=is_sure) else self._compose(prose, finished=False).text

    def held(self, raw: str, *, is_sure: bool) -> CitedText | None:
        """Return what the model wrote with its proof; None where it refuses, nothing is proven, or nothing said.

        A bare yes or no becomes the sentences that decide (style ``chat``): "Parking costs 4 euros a day."
        """
        prose = self._prose(raw)
        if self.style == "chat" and _YES_OR_NO.fullmatch(prose) and (is_sure or is_closed(self.standalone)):
            return self._closest(within=_NEARLY if is_closed(self.standalone) else math.inf)
        if self._declines(raw, prose) or self._is_idle(prose, is_sure=is_sure):
            return None
        cited = self._compose(prose, finished=True)
        carried = " ".join(source.text for source in cited.evidence)
        holds = cited.citations and says_something(prose, self.standalone, carried)
        return cited if holds else None

    def from_sources(self, raw: str, *, is_sure: bool) -> CitedText | None:
        """Return what may stand in for an answer that does not hold, or None: a cell of a table that the question names
        by its row and column, or the closest sentences.

        Asked what something is, or why, a small model that is made to be brief says a word that says nothing. Where it
        is quite sure that the sources state the answer, they do so better. A lone name or number is not guessed so.
        Nor is a yes or no, but who asked for one sees what the sources say.
        """
        found = look_up(self.standalone, self._proving)
        if found is not None:
            row, cell = found
            cited = CitedText(self.reading.passages)
            text = cell.value if self.style == "short" else as_sentence(f"{cell.header}: {cell.value}")
            cited.append(text, support=1.0, evidence=[row])
            return cited
        if self.style != "chat":
            return None
        if _YES_OR_NO.fullmatch(self._prose(raw)):
            return None
        return self._closest() if is_sure and wants_description(self.standalone) else None

    def quote(self, cited: CitedText) -> None:
        """Let the sources speak: behind a terse answer stand the sentences that carry it, and the closest one."""
        closest = [s for s in self._quotable()[:1] if len(s.text.split()) >= _FEWEST_WORDS]
        for source in list(dict.fromkeys((*cited.evidence, *closest)))[: self.quoted]:
            if not says_most_of(cited.text, source.text):
                cited.quote(source)

    def _declines(self, raw: str, prose: str) -> bool:
        return not abstention.split_reply(raw)[0] or abstention.is_refusal(prose)

    def _is_idle(self, prose: str, *, is_sure: bool) -> bool:
        """Tell whether all that is written is a yes or no that nobody asked for, or that is no better than a guess.

        A small model says yes to nearly everything, and a yes alone proves nothing.
        """
        is_asked_for = self.style == "short" and is_sure and is_closed(self.standalone)
        return _YES_OR_NO.fullmatch(prose) is not None and not is_asked_for

    def _closest(self, *, within: float = math.inf) -> CitedText:
        """Return the sentences closest to the question that say something, in the order in which they were read.

        ``within`` is by how much the relevance of a further one may stay below that of the closest.
        """
        taken: list[SourceSentence] = []
        for source in self._quotable():
            if len(taken) == self.quoted or (taken and source.relevance < taken[0].relevance - within):
                break
            if (
                says_something(clean(source.text), self.standalone)
                and not says_most_of(" ".join(other.text for other in taken), source.text)
                and source not in conflicts(taken, self.reading)
            ):
                taken.append(source)
        cited = CitedText(self.reading.passages)
        for source in self.reading.sentences:
            if source in taken:
                cited.quote(source)
        return cited

    def _quotable(self) -> list[SourceSentence]:
        """Return what may be quoted, the closest to the question first; headings only where there is nothing else."""
        prose = [source for source in self._proving if not self.reading.is_heading(source)]
        return sorted(prose or self._proving, key=lambda source: -source.relevance)

    def _compose(self, prose: str, *, finished: bool) -> CitedText:
        """Return the answer so far: each finished sentence with its markers, the one being written without."""
        whole = [Span(0, len(prose))] if prose else []
        spans = whole if self.style == "short" else without_repeats(prose, split_sentences(prose))
        cited = CitedText(self.reading.passages)
        previous: Span | None = None
        for i, span in enumerate(spans):
            text = one_line(prose[span.start : span.end])
            gap = prose[previous.end : span.start] if previous else ""
            if self.style == "chat" and self.quoted:  # in drafts, too: the answer goes on from them
                text = as_sentence(text) if finished and i == len(spans) - 1 else capitalised(text)
            support = self._check(text) if finished or i < len(spans) - 1 else Support(0.0, False, ())
            evidence = [self._proving[e] for e in support.evidence] if support.supported else []
            cited.append(text, support=support.score, evidence=evidence, separator="\n" if "\n" in gap else " ")
            previous = span
        return cited

    def _prose(self, raw: str) -> str:
        """Return what the model has written, made safe, with initials as the sources write them."""
        answer = clean(abstention.split_reply(raw)[1]).strip()
        source = " ".join(sentence.text for sentence in self.reading.sentences)
        if self.style == "short":
            answer = terse(answer, self.standalone)
        return restore_initials(as_listed(answer, source), f"{self.question} {source}")

    def _check(self, sentence: str) -> Support:
        if sentence not in self._checked:
            read = [self.reading.passages[source.passage] for source in self._proving]
            claim = self.standalone if _YES_OR_NO.fullmatch(sentence) else sentence
            support = self.checker.check(
                claim,
                self._proving,
                question=self.standalone,
                titles=[f"{passage.title} {passage.chunk.heading}".strip() for passage in read],
                dates=[passage.date or "" for passage in read],
            )
            self._checked[sentence] = self._in_place(claim, support)
        return self._checked[sentence]

    @property
    def _proving(self) -> list[SourceSentence]:
        """What may prove something: all that is read but the questions of a source."""
        return [source for source in self.reading.sentences if not source.is_question]

    def _in_place(self, claim: str, support: Support) -> Support:
        """Return the support of a claim without rows whose value is another's; none left, none at all."""
        kept = tuple(
            e
            for e in support.evidence
            if not is_misplaced(claim, self.standalone, self._proving[e], self.reading.candidates)
        )
        return support if kept == support.evidence else replace(support, supported=False, evidence=kept)
