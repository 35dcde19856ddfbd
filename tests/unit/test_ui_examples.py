"""Example questions: asked of what a document states, in its own names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.types import Document, Heading
from ui.examples import MAX_LENGTH, example_questions


def document(text: str, title: str = "doc.txt", *headings: str) -> Document:
    return Document(title, title, title, text, headings=tuple(Heading(0, 0, 1, heading) for heading in headings))


def ask(text: str, title: str = "doc", *headings: str) -> tuple[str, ...]:
    return example_questions([document(text, title, *headings)])


def test_definition_is_asked_for() -> None:
    assert ask("The Halden Point lighthouse is a stone tower.") == ("What is the Halden Point lighthouse?",)
    assert ask("Photosynthesis (from Greek) is the process.") == ("What is Photosynthesis?",)


def test_person_is_asked_who() -> None:
    assert ask("Marie Curie was a physicist and chemist.") == ("Who was Marie Curie?",)


def test_beginning_is_asked_when_also_through_it() -> None:
    assert ask("Acme Works was founded by two sisters in 1912.") == ("When was Acme Works founded?",)
    text = "Acme Works is a mill. It was built in 1912."
    assert ask(text) == ("What is Acme Works?", "When was Acme Works built?")


def test_statement_of_somebody_is_asked_for() -> None:
    assert ask("Meanwhile, President Ann Lee has vowed to respond.") == ("What has President Ann Lee vowed?",)
    assert ask("She has announced it.") == ()


def test_beginning_without_a_year_is_not_asked() -> None:
    assert ask("Acme Works was founded by two sisters.") == ()


def test_sentence_about_a_pronoun_is_no_definition() -> None:
    assert ask("It is a mill. This was the end. Several people were the first. There is one of them.") == ()


def test_sections_are_asked_in_running_case() -> None:
    text = "Escalation of Tensions\nMore tensions in Iraq followed.\n"
    assert ask(text, "doc", "Escalation of Tensions") == ("What is said about escalation of tensions?",)
    assert ask("Life in Iraq\nThey lived in Iraq.", "doc", "Life in Iraq") == ("What is said about life in Iraq?",)


def test_section_number_goes_and_generic_sections_are_left_out() -> None:
    questions = ask("", "doc", "3.2 Installation", "References", "See also", "2", "12 monkeys")
    assert questions == ("What is said about installation?", "What is said about monkeys?")


def test_section_that_is_no_noun_phrase_is_left_out() -> None:
    assert ask("", "doc", "On the Brink of Further Conflict", "From A to B") == ()


def test_section_that_is_a_question_is_asked_as_it_is() -> None:
    assert ask("", "doc", "How do I reset it?") == ("How do I reset it?",)


def test_several_documents_take_turns_and_are_named() -> None:
    documents = [document("", title, f"First {title}", f"Second {title}") for title in ("alpha", "beta")]
    assert example_questions(documents, 3) == (
        "What does “alpha” say about first alpha?",
        "What does “beta” say about first beta?",
        "What does “alpha” say about second alpha?",
    )


def test_title_is_the_last_resort_and_a_file_name_is_none() -> None:
    assert ask("", "Annual report") == ("What is “Annual report” about?",)
    assert ask("", "000_e34c276ad7d2c778.txt") == ()


@given(st.lists(st.builds(document, st.text(), st.text(), st.text(), st.text())), st.integers(0, 5))
def test_any_text_gives_few_short_different_questions(documents: list[Document], limit: int) -> None:
    questions = example_questions(documents, limit)
    assert len(questions) <= limit
    assert len(set(questions)) == len(questions)
    assert all(question.endswith("?") and len(question) <= MAX_LENGTH for question in questions)
