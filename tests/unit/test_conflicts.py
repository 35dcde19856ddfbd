"""Sources that say otherwise, and those that merely speak of something else."""

from __future__ import annotations

from typing import Any

import pytest
from asking import NewAssistant
from fakes import make_document
from invariants import check_answer

from index.types import Chunk, RetrievedPassage
from rag.conflicts import conflicts
from rag.context import Reading, SourceSentence

CLAIM = "The Varn lighthouse is 31 metres tall and was first lit in 1871."


def shown(
    new_assistant: NewAssistant,
    other: str,
    *,
    title: str = "Varn",
    style: str = "chat",
    question: str = "How tall is the Varn lighthouse?",
    dates: tuple[str | None, str | None] = ("2023-05-06", "2020-01-01"),
    **settings: Any,
) -> tuple[str, list[str]]:
    documents = [
        make_document(CLAIM, "a.txt", title="Varn", date=dates[0]),
        make_document(other, "b.txt", title=title, date=dates[1]),
    ]
    assistant = new_assistant(CLAIM, *documents, **settings)
    answer = assistant.ask(question, style=style)  # type: ignore[arg-type]
    check_answer(answer, assistant.document)
    return answer.text, [conflict.quote for conflict in answer.conflicts]


@pytest.mark.parametrize(
    "other",
    [
        "The Varn lighthouse is 41 metres tall and was first lit in 1871.",
        "The Varn lighthouse is 31 metres tall and was first lit in 1917.",
        "The Varn lighthouse is not 31 metres tall and was first lit in 1871.",
    ],
)
def test_a_source_that_says_otherwise_is_shown_with_its_date(new_assistant: NewAssistant, other: str) -> None:
    text, quotes = shown(new_assistant, other)
    assert quotes == [other]
    assert text == f"{CLAIM} [1] An older source (Varn, 2020-01-01) says otherwise: “{other}” [2]"


def test_of_sources_that_disagree_the_newest_comes_first_with_its_date(new_assistant: NewAssistant) -> None:
    other = "The Varn lighthouse is 41 metres tall and was first lit in 1871."
    text, quotes = shown(new_assistant, other, dates=("2020-01-01", "2023-05-06"))
    assert quotes == [other]
    assert text == f"{other} (Varn, 2023-05-06) [1] An older source (Varn, 2020-01-01) says otherwise: “{CLAIM}” [2]"


def test_without_dates_neither_source_is_called_older(new_assistant: NewAssistant) -> None:
    other = "The Varn lighthouse is 41 metres tall and was first lit in 1871."
    text, _ = shown(new_assistant, other, dates=(None, None))
    assert text == f"{CLAIM} [1] Another source (Varn) says otherwise: “{other}” [2]"


@pytest.mark.parametrize("title", ["Varn, amendment", "Correction: Varn", "Nachtrag Varn"])
def test_an_amendment_beats_what_it_amends_whatever_the_dates(new_assistant: NewAssistant, title: str) -> None:
    other = "The Varn lighthouse is 41 metres tall and was first lit in 1871."
    text, _ = shown(new_assistant, other, title=title)
    assert text.startswith(f"{other} ({title}, 2020-01-01) [1]")


def test_a_source_that_says_otherwise_is_not_quoted_as_if_it_agreed(new_assistant: NewAssistant) -> None:
    other = "The Varn lighthouse is 41 metres tall and was first lit in 1871."
    text, _ = shown(new_assistant, other, question="Is the Varn lighthouse 41 metres tall?", quoted_sentences=2)
    assert text == f"{CLAIM} [1] An older source (Varn, 2020-01-01) says otherwise: “{other}” [2]"


def test_a_bare_answer_stays_bare(new_assistant: NewAssistant) -> None:
    text, quotes = shown(
        new_assistant, "The Varn lighthouse is 41 metres tall and was first lit in 1871.", style="short"
    )
    assert text == f"{CLAIM} [1]"
    assert len(quotes) == 1


@pytest.mark.parametrize(
    ("other", "title"),
    [
        (CLAIM, "Copy"),
        ("The Varn lighthouse is tall.", "Varn"),
        ("The Torsk lighthouse is 41 metres tall and was first lit in 1902.", "Torsk"),
        ("Nobody lives on the island.", "Varn"),
    ],
)
def test_the_same_and_other_matters_are_no_conflict(new_assistant: NewAssistant, other: str, title: str) -> None:
    assert shown(new_assistant, other, title=title)[1] == []


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("Ada Holm built the tower on Varn.", "Bell built the tower on Varn.", True),
        (
            "The tower on Varn was built by Ada Holm.",
            "The tower on Varn was built by the North Coast Road Company.",
            True,
        ),
        ("Tesla met Robert Lane in 1886 and sold the mill.", "Tesla met Oscar Fell in 1887 and sold the mill.", True),
        ("Kiev is the process of making a building.", "Construction is the process of making a building.", True),
        ("The reactor has a capacity of 900 MW.", "The reactor has a capacity of 950 MW.", True),
        ("Holm was born in Ulm in 1840 and died in Varn.", "Bell was born in Bonn in 1850 and died in Varn.", False),
        ("Holm was born in 1840 in the north.", "Bell was born in 1850 in the north.", False),
        ("Reactor A has a capacity of 900 MW.", "Reactor B has a capacity of 950 MW.", False),
        ("President Holm opened 12 schools in the north.", "President Bell opened 14 schools in the north.", False),
        ("Chapter 3 is 12 pages long in print.", "Chapter 4 is 15 pages long in print.", False),
        ("In 1886 the last ferry sank in the sound.", "In 1887 the last ferry sank in the sound.", True),
        ("The tower is 31 metres tall and red.", "The tower is 31 metres high and red.", False),
        ("The tower is 31 metres tall and red.", "The tower is 31 metres tall, and red it is.", False),
        (
            "The road from the port to the old dam was built in 1886 by Ada Holm and her sister Eve and their two sons.",
            "The road from the port to the old dam was built in 1886 by Fell.",
            False,
        ),
        (
            "Varn is a film of 1983 made by the studio of Carl Ball.",
            "Torsk is a film of 2014 made for children by Fell.",
            False,
        ),
    ],
)
def test_one_thing_that_differs_is_a_conflict_and_two_things_are_not(one: str, two: str, expected: bool) -> None:
    sentences = (source(0, 0, one), source(1, 0, two))
    reading = Reading(passages("Varn", "Varn"), sentences, (0, 1), sentences)
    assert bool(conflicts(sentences[:1], reading)) == expected
    assert bool(conflicts(sentences[1:], reading)) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("The last ferry sank in 1886 in the sound.", "The last ferry sank in 1887 in the sound.", True),
        ("In 1886 the last ferry sank in the sound.", "In 1887 the last ferry sank in the sound.", True),
        ("Reactor A has a capacity of 900 MW.", "Reactor B has a capacity of 950 MW.", False),
        ("Sophie is a person in the play of the year.", "Max is a person in the play of the year.", False),
        (
            "The team of the year 2003 had its ninth win in Varn.",
            "The team of the year 1997 had its sixth win in Varn.",
            False,
        ),
        (
            "The 2003 season was the 15th season for the Varn team.",
            "The 1997 season was the 9th season for the Varn team.",
            False,
        ),
    ],
)
def test_documents_of_other_titles_may_speak_of_other_things(one: str, two: str, expected: bool) -> None:
    sentences = (source(0, 0, one), source(1, 0, two))
    assert bool(conflicts(sentences[:1], Reading(passages("c0", "c1"), sentences, (0, 1), sentences))) == expected


def passages(*titles: str) -> tuple[RetrievedPassage, ...]:
    """Return one passage of a document of its own for each title."""
    chunks = [Chunk(f"c{i}", f"d{i}", 0, 0, 200, "x" * 200) for i in range(len(titles))]
    return tuple(RetrievedPassage(c, t, "", None, 1, 1.0, 0.5, 0.0, ()) for c, t in zip(chunks, titles, strict=True))


def source(passage: int, start: int, text: str) -> SourceSentence:
    return SourceSentence(passage, f"d{passage}", start, start + len(text), text, relevance=0.5)


def test_a_sentence_that_was_not_read_contradicts_all_the_same() -> None:
    """What stands beside the sentences that were read counts; a passage of which none was read cannot be cited."""
    cited, beside = source(0, 0, CLAIM), source(1, 0, "It is white.")
    unlike = source(1, 20, "The Varn lighthouse is 41 metres tall and was first lit in 1871.")
    unread = source(2, 0, "The Varn lighthouse is 51 metres tall and was first lit in 1871.")
    reading = Reading(passages("Varn", "Varn", "Varn"), (cited, beside), (0, 1), (cited, beside, unlike, unread))
    assert conflicts([cited], reading) == [unlike]
