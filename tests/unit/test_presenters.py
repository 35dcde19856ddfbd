"""Presenters: right text in the right place, and nothing of a document, question or model ever becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inert import ATTACKS, Page, assert_inert

from index.types import DocumentRecord, LibraryInfo
from rag.types import (
    Answer,
    Citation,
    Conflict,
    LibrarySummary,
    ModelInfo,
    Passage,
    Reason,
    Sentence,
    Timings,
)
from ui.markup import escape, human_date
from ui.presenters import (
    REASONS,
    answer_markdown,
    answer_text,
    library_line,
    status,
    status_text,
    thread,
    turn_html,
    welcome,
)
from ui.sources import source_card
from ui.types import Overview, Phase, Readiness, Turn


def make_passage(text: str, *, title: str = "A title", heading: str = "", start: int = 100, rank: int = 1) -> Passage:
    end = start + len(text)
    return Passage("d", f"c{rank}", title, "d.txt", "2024-02-03", heading, rank, 0.5, start, end, text, True)


def make_answer(
    text: str = "It rained. [1] It snowed.",
    *,
    sentences: tuple[Sentence, ...] | None = None,
    citations: tuple[Citation, ...] | None = None,
    passages: tuple[Passage, ...] | None = None,
    reason: Reason | None = None,
    title: str = "A title",
) -> Answer:
    if sentences is None:
        sentences = (Sentence(0, 14, True, 0.9, (1,)), Sentence(15, 25, False, 0.1))
    if citations is None:
        citations = (Citation(1, "d", title, "d.txt", 7, 106, 112, "rained", "2024-02-03", "page 7"),)
    if passages is None:
        passages = (make_passage("There rained much."), make_passage("Other.", rank=2))
    return Answer(
        "Did it rain?",
        "Did it rain?",
        text,
        reason is not None,
        reason,
        sentences,
        citations,
        passages,
        Timings(0.0, 0.1, 0.5, 1.25),
        ModelInfo("small", "none"),
        LibrarySummary(1, 1, 2, "e"),
    )


def done(answer: Answer, number: int = 1) -> Turn:
    return Turn(number, answer.question, Phase.DONE, answer=answer, passages=answer.passages)


def overview(*records: DocumentRecord, examples: tuple[str, ...] = ()) -> Overview:
    return Overview(LibraryInfo(1, len(records), 1, "e"), records, examples)


def record(title: str, date: str | None = None) -> DocumentRecord:
    return DocumentRecord(title, title, title, date, "")


# --- escaping -------------------------------------------------------------------------------------------------------


@given(st.text())
def test_escaped_text_reads_as_it_was(text: str) -> None:
    shown = Page(f"<p>{escape(text)}</p>")
    assert len(shown.elements) == 1
    assert shown.text == re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


@given(st.text())
def test_escaped_text_is_one_attribute_value(text: str) -> None:
    assert Page(f'<p class="{escape(text)}">x</p>').text == "x"


@given(st.text(alphabet="&<>\"'`${}ab;#39lt"))
def test_no_template_engine_sees_its_signs(text: str) -> None:
    assert not set("<>\"'`${}") & set(escape(text))


def all_pages(hostile: str) -> Iterator[str]:
    """Yield every page there is, with ``hostile`` in every place that takes text from outside."""
    around = f"{hostile} before {hostile} after {hostile}"
    start = 100 + len(hostile) + len(" before ")
    citation = Citation(1, "d", hostile, hostile, 1, start, start + len(hostile), hostile, hostile, hostile, (hostile,))
    passage = Passage("d", hostile, hostile, hostile, hostile, hostile, 1, 1.0, 100, 100 + len(around), around, True)
    other = make_passage(hostile, title=hostile, heading=hostile, start=9000, rank=2)
    text = f"{hostile} [1] {hostile}"
    cut = len(hostile) + 4
    sentences = (Sentence(0, cut, True, 1.0, (1,)), Sentence(cut, len(text), False, 0.0))
    answer = make_answer(text, sentences=sentences, citations=(citation,), passages=(passage, other))
    declined = make_answer(hostile, sentences=(), citations=(), passages=(passage,), reason=Reason.NOT_IN_SOURCES)
    turns = [
        Turn(1, hostile, Phase.WRITING, understood=hostile, passages=(passage, other), draft=f"{hostile} [1]"),
        Turn(2, hostile, Phase.STOPPED, draft=hostile),
        Turn(3, hostile, Phase.FAILED, error=hostile),
        Turn(4, hostile, Phase.DONE, understood=hostile, answer=answer, passages=answer.passages),
        Turn(5, hostile, Phase.DONE, answer=declined),
    ]
    yield thread(turns)
    yield status(hostile)
    yield welcome(Readiness(problem=hostile))
    yield welcome(Readiness(overview(record(hostile, hostile), examples=(hostile,))))


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_shown_not_obeyed(attack: str) -> None:
    for html in all_pages(attack):
        assert_inert(html)


@given(st.text(alphabet=st.characters(), max_size=60) | st.lists(st.sampled_from(ATTACKS), max_size=3).map("".join))
def test_no_text_becomes_markup_or_a_foreign_link(hostile: str) -> None:
    for html in all_pages(hostile):
        assert_inert(html)


# --- answers --------------------------------------------------------------------------------------------------------


def test_markers_link_to_the_cards_of_their_turn() -> None:
    page = assert_inert(turn_html(done(make_answer(), 7)))
    assert "#src-7-1" in page.attributes("a", "href")
    assert "src-7-1" in page.attributes("li", "id")
    assert page.attributes("a", "aria-label")[0] == "Source 1: A title"


def test_number_in_brackets_that_is_no_citation_stays_text() -> None:
    html = answer_text(make_answer("See [9] or [1].", sentences=(Sentence(0, 15, True, 1.0, (1,)),)), 1)
    assert "See [9] or <a" in html


def test_marker_used_twice_links_twice_and_is_one_place_to_come_back_to() -> None:
    html = answer_text(make_answer("A. [1] B. [1]", sentences=()), 1)
    page = Page(html)
    assert page.attributes("a", "href") == ["#src-1-1", "#src-1-1"]
    assert page.attributes("a", "id") == ["ref-1-1"]


def test_unsupported_sentence_is_marked_in_words() -> None:
    page = Page(answer_text(make_answer(), 1))
    assert page.text == "It rained. 1 It snowed. unsupported"


def test_text_outside_sentences_is_kept() -> None:
    answer = make_answer("- One.\n\n- Two.\n", sentences=(Sentence(2, 6, True, 1.0), Sentence(10, 14, True, 1.0)))
    assert Page(answer_text(answer, 1)).text == "- One.\n\n- Two.\n"


def test_emphasis_of_small_models_is_shown() -> None:
    assert answer_text(make_answer("**A** `b`", sentences=()), 1) == "<strong>A</strong> <code>b</code>"


def test_note_counts_unsupported_sentences() -> None:
    assert "1 sentence marked “unsupported”" in turn_html(done(make_answer()))
    nothing = make_answer("It snowed.", sentences=(Sentence(0, 10, False, 0.0),), citations=())
    assert "No passage was found that bears this answer out" in turn_html(done(nothing))
    all_good = make_answer("It rained. [1]", sentences=(Sentence(0, 14, True, 1.0, (1,)),))
    assert "unsupported" not in turn_html(done(all_good))


@pytest.mark.parametrize("reason", list(Reason))
def test_abstention_says_so_with_its_reason_and_without_links(reason: Reason) -> None:
    answer = make_answer("I do not know.", sentences=(), citations=(), reason=reason)
    page = assert_inert(turn_html(done(answer)))
    assert "The documents do not say." in page.text
    assert REASONS[reason] in page.text
    assert "Nearest passages" in page.text
    assert page.attributes("a", "href") == []


def test_copied_answer_carries_the_exact_words() -> None:
    copied = answer_markdown(make_answer())
    assert copied == "It rained. [1] It snowed.\n\n[1] A title, 2024-02-03, page 7: “rained”"
    assert copied in Page(turn_html(done(make_answer()))).attributes("button", "data-copy")


# --- sources --------------------------------------------------------------------------------------------------------


@given(before=st.text(max_size=600), quote=st.text(min_size=1, max_size=300), after=st.text(max_size=600))
def test_mark_is_the_quote_and_the_rest_surrounds_it(before: str, quote: str, after: str) -> None:
    home = make_passage(before + quote + after)
    start = home.start + len(before)
    card = source_card(Citation(1, "d", "T", "s", None, start, start + len(quote), quote), home, 1)
    assert_inert(card)
    assert f"<mark>{escape(quote)}</mark>" in card
    passage = re.search(r"<blockquote[^>]*>(.*)</blockquote>", card, re.DOTALL)
    assert passage is not None
    shown_before, _, shown_after = passage[1].partition("<mark>")
    shown_after = shown_after.partition("</mark>")[2]
    for shown, original in ((shown_before, before), (shown_after, after)):
        assert Page(shown).text.split() == Page(f"<p>{escape(original)}</p>").text.split()


def test_card_names_title_date_page_and_heading() -> None:
    home = make_passage("It rained.", heading="A title > Weather > Spring")
    card = source_card(Citation(3, "d", "A title", "s", 7, 103, 109, "rained", "2024-02-03", "page 7"), home, 2)
    page = Page(card)
    assert page.attributes("li", "id") == ["src-2-3"]
    assert "A title3 February 2024 · page 7 · Weather / Spring" in page.text
    assert page.attributes("a", "href") == ["#ref-2-3"]


def test_citation_without_its_passage_still_shows_its_words() -> None:
    assert "<mark>rained</mark>" in source_card(make_answer().citations[0], None, 1)


def test_long_context_is_folded_and_short_is_not() -> None:
    long = make_passage("word " * 100 + "rained")
    citation = Citation(1, "d", "T", "s", None, 600, 606, "rained")
    assert "Show the whole passage" in source_card(citation, long, 1)
    short = make_passage("It rained.")
    assert "Show the whole" not in source_card(Citation(1, "d", "T", "s", None, 103, 109, "rained"), short, 1)


def test_card_prefers_the_passage_that_was_read() -> None:
    unread = Passage("d", "c0", "A title", "s", None, "Unread", 1, 0.9, 100, 118, "There rained much.", False)
    read = Passage("d", "c1", "A title", "s", None, "Read", 2, 0.8, 100, 118, "There rained much.", True)
    page = Page(turn_html(done(make_answer(passages=(unread, read)))))
    assert "page 7 · Read" in page.text


def test_passages_that_were_not_cited_are_listed_with_their_fate() -> None:
    page = Page(turn_html(done(make_answer())))
    assert "1 other passage considered" in page.text
    assert "Other." in page.text


def test_passages_are_shown_as_soon_as_they_are_found() -> None:
    turn = Turn(1, "Q?", Phase.READING, passages=(make_passage("Some text.", heading="A > Part"),))
    page = assert_inert(turn_html(turn))
    assert "Considering 1 passage" in page.text
    assert "Part" in page.text
    assert "Some text." in page.text


# --- status and welcome ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_has_its_words_and_says_whether_it_is_over(phase: Phase) -> None:
    turn = Turn(1, "Q?", phase, answer=make_answer() if phase is Phase.DONE else None, error="Broken.")
    assert status_text(turn)
    busy = Page(turn_html(turn)).attributes("div", "aria-busy")
    assert busy == ["false" if phase in (Phase.DONE, Phase.STOPPED, Phase.FAILED) else "true"]


def test_waiting_counts_those_ahead() -> None:
    assert status_text(Turn(1, "Q?", Phase.WAITING, ahead=1)) == "Waiting: 1 question ahead of yours"
    assert status_text(Turn(1, "Q?", Phase.WAITING, ahead=2)) == "Waiting: 2 questions ahead of yours"


def test_outcome_is_announced_with_sources_and_doubts() -> None:
    assert status_text(done(make_answer())) == "Answered with 1 source, 1 sentence unsupported."


def test_question_is_shown_as_it_was_understood_only_when_that_differs() -> None:
    assert "Understood as: How high is it?" in turn_html(Turn(1, "And how high?", understood="How high is it?"))
    assert "Understood as" not in turn_html(Turn(1, "How high?", understood="How high? "))


def test_library_line_names_few_documents_with_dates() -> None:
    line = Page(library_line(overview(record("A", "2024-02-03"), record("B")))).text
    assert line == "This library holds 2 documents: A (3 February 2024) and B."


def test_library_line_sums_up_many() -> None:
    records = [record(f"T{number}", f"{2000 + number}-01-01") for number in range(1200)]
    line = Page(library_line(overview(*records))).text
    assert line == "This library holds 1,200 documents, dated 2000 to 3199: T0, T1, T2, T3 and 1,196 more."


def test_sources_that_say_otherwise_are_shown_as_such() -> None:
    attack = ATTACKS[0]
    other = Conflict("e", f"Other {attack}", "e.txt", "2024-03-01", 5, 20, f"It stayed dry {attack}.")
    undated = Conflict("f", "Third", "f.txt", attack, 0, 4, "Dry.")
    answer = replace(make_answer(), conflicts=(other, undated))
    page = assert_inert(turn_html(Turn(1, "Did it rain?", Phase.DONE, answer=answer)))
    assert "2 sources say otherwise" in page.text
    assert f"It stayed dry {attack}." in page.text
    assert f"Other {attack}, 1 March 2024" in page.text
    assert ("e", "5", "20", other.quote) in list(
        zip(*(page.attributes("button", f"data-{n}") for n in ("document", "start", "end", "quote")), strict=True)
    )
    assert "otherwise" not in Page(turn_html(Turn(1, "Did it rain?", Phase.DONE, answer=make_answer()))).text


def test_welcome_follows_loading_failure_and_emptiness() -> None:
    assert "Opening the library" in welcome(Readiness())
    assert "No weights." in welcome(Readiness(problem="No weights."))
    assert "add documents" in Page(welcome(Readiness(overview()))).text
    loading, ready = (welcome(Readiness(overview(record("A")), is_ready=is_ready)) for is_ready in (False, True))
    assert "The model is loading" in loading
    assert "loading" not in ready
    assert "No weights." in welcome(Readiness(overview(record("A")), problem="No weights."))
    assert Page(welcome(Readiness(overview(record("A"), examples=("Why?",))))).attributes(
        "button", "data-question"
    ) == ["Why?"]


@pytest.mark.parametrize(
    ("date", "shown"), [("2024-02-03", "3 February 2024"), ("2024-13-03", "2024-13-03"), ("spring", "spring")]
)
def test_dates_are_written_out(date: str, shown: str) -> None:
    assert human_date(date) == shown
