"""Does a source say this? Numbers, names and negations that no source holds make a sentence unsupported."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fakes import WordCountEmbedder

from rag.context import SourceSentence
from rag.support import MAX_EVIDENCE, Support, SupportChecker, says_something

STRIKES = "The strikes targeted over 85 facilities in Iraq and Syria."
BIDEN = "President Biden attended the transfer of the soldiers in Dover."
GROUP = "The group did not stop its attacks."
SOURCES = [STRIKES, BIDEN, GROUP]


def check(
    sentence: str, *sources: str, question: str = "", titles: Sequence[str] = (), dates: Sequence[str] = ()
) -> Support:
    """Check one sentence against source sentences (those above unless told)."""
    said = [SourceSentence(0, "d", 0, len(text), text, 0.0) for text in sources or SOURCES]
    return SupportChecker(WordCountEmbedder()).check(sentence, said, question=question, titles=titles, dates=dates)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        (STRIKES, (0,)),
        ("Over 85 facilities were targeted by the strikes.", (0,)),
        ("The strikes targeted facilities in Iraq.", (0,)),
        ("President Biden attended the transfer.", (1,)),
        ("The group did not stop its attacks.", (2,)),
        ("85 facilities", (0,)),
        ("Eighty-five facilities were targeted in strikes.", (0,)),
    ],
)
def test_what_a_source_says_is_supported_by_it(sentence: str, evidence: tuple[int, ...]) -> None:
    support = check(sentence)
    assert support.supported
    assert support.evidence == evidence
    assert support.missing == ()
    assert 0.45 <= support.score <= 1.0


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("The strikes targeted over 86 facilities in Iraq and Syria.", "86"),
        ("The strikes targeted over 850 facilities in Iraq and Syria.", "850"),
        ("The strikes targeted over 8.5 facilities in Iraq and Syria.", "8.5"),
        ("The strikes targeted twelve facilities in Iraq and Syria.", "12"),
        ("The strikes targeted over 85 facilities in Iraq and Iran.", "Iran"),
        ("President Obama attended the transfer of the soldiers in Dover.", "Obama"),
        ("The strikes did not target over 85 facilities in Iraq and Syria.", "not"),
        ("The strikes never targeted the 85 facilities in Iraq and Syria.", "not"),
        ("The strikes didn't target the 85 facilities in Iraq and Syria.", "not"),
    ],
)
def test_a_number_name_or_negation_that_no_source_holds_is_missed(sentence: str, missing: str) -> None:
    support = check(sentence)
    assert not support.supported
    assert missing in support.missing


@pytest.mark.parametrize(
    "sentence", ["Penguins swim in cold water.", "Nobody was hurt at all.", "The museum opens daily.", "Paris"]
)
def test_what_no_source_says_is_unsupported(sentence: str) -> None:
    assert not check(sentence).supported


@pytest.mark.parametrize("sentence", ["", "?", "It is.", "…", "He did so."])
def test_a_sentence_without_content_is_unsupported(sentence: str) -> None:
    support = check(sentence)
    assert (support.supported, support.score) == (False, 0.0)


def test_without_sources_nothing_is_supported() -> None:
    checker = SupportChecker(WordCountEmbedder())
    assert checker.check("Anything.", []) == Support(0.0, False, ())


def test_several_sources_may_carry_one_sentence() -> None:
    support = check("The strikes targeted facilities in Syria, and President Biden attended the transfer in Dover.")
    assert support.supported
    assert set(support.evidence) == {0, 1}
    assert len(support.evidence) <= MAX_EVIDENCE


def test_a_name_is_supplied_by_a_source_about_the_same_and_by_no_other() -> None:
    sentence = "The strikes targeted facilities in Iraq and Iran."
    first = "The strikes targeted facilities in Iraq."
    support = check(sentence, first, "Further strikes targeted facilities in Iran.")
    assert support.supported
    assert set(support.evidence) == {0, 1}
    support = check(sentence, first, "Iran exports oil, carpets, saffron and pistachios.")
    assert not support.supported
    assert "Iran" in support.missing


def test_the_better_source_comes_first() -> None:
    support = check("The strikes targeted facilities.", "Strikes happen.", "The strikes targeted facilities there.")
    assert support.evidence[0] == 1


def test_names_and_dates_of_the_title_count_as_said() -> None:
    sentence = "The Halden lighthouse was built in 1871."
    source = "The lighthouse was built after the wreck."
    assert not check(sentence, source).supported
    assert check(sentence, source, titles=["Halden lighthouse 1871"]).missing == ()


def test_names_of_the_question_need_no_proof() -> None:
    sentence = "Biden attended the transfer."
    source = "The president attended the transfer of soldiers."
    assert "Biden" not in check(sentence, source, question="What did Biden attend?").missing


@pytest.mark.parametrize("form", ["U.S.", "US", "U. S.", "United States"])
def test_initials_and_what_they_stand_for_are_one(form: str) -> None:
    support = check(f"The strikes of the {form} hit bases.", "Strikes of the United States hit bases in Iraq.")
    assert support.missing == ()


@pytest.mark.parametrize(
    ("said", "source"),
    [("1,000", "1000"), ("twenty", "20"), ("3", "three"), ("10:30", "10:30"), ("2024", "2024-02-03"), ("2.5", "2.5")],
)
def test_numbers_may_be_written_in_other_ways(said: str, source: str) -> None:
    support = check(f"It counted {said} birds there.", f"It counted {source} birds there.")
    assert support.missing == ()


def test_scores_are_the_same_each_time() -> None:
    assert check("The strikes targeted facilities.") == check("The strikes targeted facilities.")


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("The strikes targeted 85 facilities.", "How many facilities did the strikes target?", True),
        ("The strikes targeted facilities.", "How many facilities did the strikes target?", False),
        ("Facilities.", "How many facilities did the strikes target?", False),
        ("Yes, the strikes targeted facilities.", "Did the strikes target facilities?", True),
        ("Cats.", "Are these cats or dogs?", True),
        ("", "What is it?", False),
    ],
)
def test_an_echo_of_the_question_says_nothing(text: str, question: str, expected: bool) -> None:
    assert says_something(text, question) == expected


@pytest.mark.parametrize("unit", ["A", "A-", "A.", "Aa ", "a", "1", "1.", "Aa of ", "'", "not ", "A'", "Aa-"])
def test_a_long_sentence_is_checked_in_no_time(unit: str) -> None:
    assert isinstance(check((unit * 2000)[:2000]), Support)
    assert isinstance(check("The strikes.", (unit * 2000)[:2000]), Support)


def test_a_title_says_who_its_sentences_are_about() -> None:
    told = "He arrived at Valley Forge and trained the army."
    question = "Who trained the army at Valley Forge?"
    support = check("Friedrich von Steuben", told, question=question, titles=["Friedrich von Steuben"])
    assert support.supported
    assert not check("Friedrich von Steuben", told, question=question, titles=["Halden lighthouse"]).supported


def test_of_sentences_that_hold_the_answer_the_one_about_the_question_is_cited() -> None:
    sources = ["At least 85 fighters are said to have been killed.", STRIKES]
    for question, evidence in (("How many facilities did the strikes target?", 1), ("How many fighters died?", 0)):
        assert check("At least 85", *sources, question=question).evidence[0] == evidence
        assert check("At least 85", *reversed(sources), question=question).evidence[0] == 1 - evidence


def test_neither_a_date_nor_a_title_that_is_a_sentence_answers_when() -> None:
    told = "Three soldiers were killed at a base in Jordan."
    question = "When were the soldiers killed in Jordan?"
    title = "On February 8 the capital of the region saw a wave of strikes by a movement"
    assert not check("February 8", told, question=question, titles=[title]).supported
    assert not check("2024", told, question=question, dates=["2024-02-03"]).supported
    assert check(
        "Three soldiers were killed in Jordan in 2024.", told, question=question, dates=["2024-02-03"]
    ).supported


@pytest.mark.parametrize(
    ("text", "question", "evidence", "expected"),
    [
        ("3", "How many were hurt?", "On February 3, the town was hit.", False),
        ("3", "How many were hurt?", "On 3 Feb. the town was hit.", False),
        ("2024", "How many drones came?", "Drones came on 2024-02-03 and on May 5th, 2024.", False),
        ("3", "How many were hurt?", "On February 3, 3 people were hurt.", True),
        ("three", "How many were hurt?", "On February 4, three people were hurt.", True),
        ("18", "How many were hurt?", "The raid of May 2 hurt 18.", True),
        ("40", "How many died?", "As many as 40 may have died.", True),
        ("3000", "How many fled?", "On May 2, 3000 people fled.", True),
        ("1500", "How many landed?", "On 3 February 1500 soldiers landed.", True),
        ("18", "How many were hurt?", "In May 18 people were hurt.", True),
        ("1,300", "How many left?", "In May 1,300 left.", True),
        ("2024", "How many were hurt?", "In February 2024 they were hurt.", False),
        ("2024", "How many were hurt?", "It began in 2024 and went on.", False),
        ("2000", "How many landed?", "A fleet of 2000 ships landed.", True),
        ("3", "How many were hurt?", "It was hit on 3–5 February.", False),
        ("3 February", "When were they hurt?", "On February 3, the town was hit.", True),
        ("4 May 1871", "How old is it?", "It was lit on 4 May 1871.", True),
        ("several", "How many were hurt?", "On February 3, several were hurt.", True),
    ],
)
def test_the_number_of_a_date_counts_nothing(text: str, question: str, evidence: str, expected: bool) -> None:
    assert says_something(text, question, evidence) == expected
