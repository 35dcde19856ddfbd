"""The support benchmark measures the checker it is given, and nothing but the checker."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval.errors import BrokenTestSet
from eval.support_benchmark import run_support, support_cases
from eval.testset import Evidence, Question, TestSet
from index.types import Document
from rag.context import SourceSentence
from rag.support import Support

TEXT = (
    "In 1854 the reef of Falsterbo was charted by Captain Amundsen and nobody else. "
    "The lighthouse there is 25 metres high and was built before the harbour in Malmo. "
    "Short one. "
    "Storms have never damaged the tower that Engineer Lindqvist designed for Sweden."
)


def lighthouse() -> TestSet:
    quote = "The lighthouse there is 25 metres high"
    start = TEXT.index(quote)
    question = Question(
        "q",
        "How high is it?",
        answerable=True,
        long_answers=("The lighthouse has a height of 25 metres.",),
        evidence=(Evidence("d", quote, ((start, start + len(quote)),)),),
    )
    return TestSet("light", (Document("d", "d", "Falsterbo", TEXT), Document("e", "e", "", "Else.")), (question,))


class Literal:
    """Supports a sentence that stands word for word in a source."""

    def check(
        self, sentence: str, sources: Sequence[SourceSentence], *, question: str = "", titles: Sequence[str] = ()
    ) -> Support:
        assert len(titles) == len(sources)
        held = any(sentence in source.text for source in sources)
        return Support(float(held), held, ())


class Always(Literal):
    """Supports everything."""

    def check(
        self, sentence: str, sources: Sequence[SourceSentence], *, question: str = "", titles: Sequence[str] = ()
    ) -> Support:
        return Support(1.0, True, ())


def test_true_sentences_come_from_the_evidence_and_false_ones_differ_from_all_sources() -> None:
    cases = support_cases(lighthouse())

    (true,) = [case for case in cases if case.kind == "verbatim"]
    assert true.sentence == "The lighthouse there is 25 metres high and was built before the harbour in Malmo."
    assert {case.kind for case in cases} == {"verbatim", "long_answer", "number", "name", "negation", "direction"}
    for case in cases:
        assert all(TEXT[source.start : source.end] == source.text for source in case.sources)
        if not case.true:
            assert case.original == true.sentence
            assert case.sentence != case.original
            assert not any(case.sentence in source.text for source in case.sources)
    (long_answer,) = [case for case in cases if case.kind == "long_answer"]
    assert (long_answer.true, long_answer.question) == (True, "How high is it?")


def test_detection_and_false_alarm_are_shares_of_false_and_true_sentences() -> None:
    literal, _ = run_support(lighthouse(), Literal(), resamples=20)
    always, checked = run_support(lighthouse(), Always(), resamples=20)

    def values(report: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
        return {name: figure["value"] for name, figure in report["metrics"].items()}

    assert values(literal)["support.detection.all"] == 1.0
    assert values(literal)["support.false_alarm.verbatim"] == 0.0
    assert values(literal)["support.false_alarm.long_answer"] == 1.0
    assert values(always)["support.detection.all"] == 0.0
    assert values(always)["support.detection.number"] == 0.0
    assert values(always)["support.false_alarm.verbatim"] == 0.0
    assert [item.right for item in checked] == [item.case.true for item in checked]
    assert always["metrics"]["support.detection.all"]["n"] == 4


def test_the_same_seed_makes_the_same_benchmark() -> None:
    assert support_cases(lighthouse(), seed=3) == support_cases(lighthouse(), seed=3)


def test_a_set_without_prose_is_refused() -> None:
    empty = TestSet("none", (Document("d", "d", "", "Too short."),), (Question("q", "?"),))
    with pytest.raises(BrokenTestSet, match="no sentence"):
        support_cases(empty)
