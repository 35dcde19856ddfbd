"""Turns, answers and libraries as HTML. Pure functions; all text from outside passes :func:`ui.markup.escape`.

The page never renders markup of a document, a question or a model: their text is text. The only links are the ones made
here: from a marker in an answer to its source card (``#src-<turn>-<marker>``) and back (``#ref-<turn>-<marker>``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence

from index.types import DocumentRecord
from rag.types import Answer, Citation, Reason
from ui.explain import explanation
from ui.markup import escape, human_date, shortened
from ui.scope import described
from ui.session import MARKER
from ui.sources import conflicts, source_column
from ui.types import Overview, Phase, Readiness, Standing, Turn
from ui.words import ENGLISH, count, number, phrase, restated, say

TITLES_SHOWN = 4

_INLINE = re.compile(r"(\[\d{1,4}\]|\*\*[^*\n]+\*\*|`[^`\n]+`)")

REASONS = {
    Reason.NO_DOCUMENTS: phrase("The library is empty. Add files with pincite add, then ask again."),
    Reason.NOTHING_RELEVANT: phrase("Nothing in the library comes close to this question."),
    Reason.NOT_IN_SOURCES: phrase("The nearest passages were read, and the answer is not in them."),
    Reason.UNSUPPORTED_ANSWER: phrase("An answer was drafted, but no passage bears it out, so it was withdrawn."),
}

# --- the page around the conversation -------------------------------------------------------------------------------


def library_line(overview: Overview, language: str = ENGLISH) -> str:
    """Return one sentence of HTML: how many documents, what they are called, when they date from."""
    records = overview.records
    if not records:
        return say(language, "This library is empty.")
    named = [_named(r, language, with_date=len(records) <= TITLES_SHOWN) for r in records[:TITLES_SHOWN]]
    rest = len(records) - len(named)
    more = [say(language, "{n} more", n=number(language, rest))] if rest else []
    documents = count(language, len(records), "{n} document", "{n} documents")
    holds = {"documents": documents, "names": _listed([*named, *more], language)}
    years = sorted({record.date[:4] for record in records if record.date})
    if not rest or len(years) < 2:
        return say(language, "This library holds {documents}: {names}.", **holds)
    span = {"first": escape(years[0]), "last": escape(years[-1])}
    return say(language, "This library holds {documents}, dated {first} to {last}: {names}.", **holds, **span)


def _named(record: DocumentRecord, language: str, *, with_date: bool) -> str:
    date = f" ({escape(human_date(record.date, language))})" if record.date and with_date else ""
    return f'<cite class="pc-title">{escape(shortened(record.title, 80))}</cite>{date}'


def _listed(items: Sequence[str], language: str) -> str:
    if len(items) == 1:
        return items[0]
    return say(language, "{some} and {last}", some=", ".join(items[:-1]), last=items[-1])


def welcome(readiness: Readiness, language: str = ENGLISH) -> str:
    """Return the page a person lands on, as HTML."""
    overview = readiness.overview
    problem = escape(restated(language, readiness.problem))
    problem = f'<p class="pc-problem" role="alert">{problem}</p>' if problem else ""
    if overview is None:
        opening = f'<p class="pc-lede pc-busy">{say(language, "Opening the library…")}</p>'
        return _landing(problem or opening, language)
    lede = f'{problem}<p class="pc-lede">{library_line(overview, language)}</p>'
    if not overview.records:
        button = (
            '<button type="button" class="pc-button" data-pc="panel" data-panel="pc-documents">'
            f"{say(language, 'add documents')}</button>"
        )
        invitation = say(language, "Drop files here, or {button}", button=button)
        return _landing(f'{lede}<p class="pc-aside">{invitation}</p>', language)
    loading = f'<p class="pc-aside pc-busy">{say(language, "The model is loading; ask already.")}</p>'
    loading = "" if readiness.is_settled else loading
    return _landing(lede + _examples(overview.examples, language) + loading, language)


def _landing(body: str, language: str) -> str:
    return (
        f'<section class="pc-landing" aria-label="{say(language, "Start")}"><h2>{say(language, "Ask your documents")}'
        f"</h2>{body}</section>"
    )


def _examples(questions: Sequence[str], language: str) -> str:
    if not questions:
        return ""
    items = "".join(f"<li>{_ask_button(question, escape(question), 'pc-example')}</li>" for question in questions)
    label = say(language, "Try one of these")
    return f'<h3 class="pc-label" id="pc-examples">{label}</h3><ul aria-labelledby="pc-examples">{items}</ul>'


def _ask_button(question: str, label: str, style: str) -> str:
    return f'<button type="button" class="{style}" data-pc="ask" data-question="{escape(question)}">{label}</button>'


# --- turns ----------------------------------------------------------------------------------------------------------


def thread(turns: Iterable[Turn]) -> str:
    """Return the turns of a conversation as HTML, oldest first."""
    return "".join(turn_html(turn) for turn in turns)


def turn_html(turn: Turn) -> str:
    """Return one turn as HTML: the question, the answer so far or a stated failure, and the sources."""
    busy = "false" if turn.phase.is_over else "true"
    language, name = turn.language, turn.number
    edit = _edit_button(turn, turn.question, say(language, "Edit")) if turn.phase.is_over else ""
    return (
        f'<article class="pc-turn" id="turn-{name}" data-phase="{turn.phase}" '
        f'aria-label="{say(language, "Turn {number}", number=name)}"'
        f'{_exported(turn)} data-conversation="{escape(turn.conversation if turn.is_kept else "")}">'
        f'<div class="pc-asked"><h2 class="pc-question" tabindex="-1">{escape(turn.question)}</h2>{edit}'
        f"{_understood(turn)}</div>"
        f'<div class="pc-answer" aria-busy="{busy}">{_answer_column(turn)}</div>'
        f'<section class="pc-sources" aria-label="{say(language, "Sources of answer {number}", number=name)}">'
        f"{source_column(turn)}</section></article>"
    )


def _understood(turn: Turn) -> str:
    """Return what a question was taken to mean and to be put to, where that is not plain."""
    language, lines = turn.language, []
    if turn.understood and turn.understood.strip() != turn.question.strip():
        label = say(language, "Correct this")
        correct = _edit_button(turn, turn.understood, label, alone=True) if turn.phase.is_over else ""
        lines.append(say(language, "Understood as: {question}", question=f"{escape(turn.understood)} {correct}"))
    if turn.within is not None:
        lines.append(say(language, "Asked of: {documents}", documents=escape(described(turn.within, language))))
    return "".join(f'<p class="pc-understood">{line}</p>' for line in lines)


def _edit_button(turn: Turn, text: str, label: str, *, alone: bool = False) -> str:
    """Return a button that lets a question be asked anew in other words, in place of this turn and those after it."""
    how = ' data-alone="yes"' if alone else ""
    return (
        f'<button type="button" class="pc-quiet-button" data-pc="edit" data-number="{turn.number}"{how} '
        f'data-question="{escape(text)}">{label}</button>'
    )


def _exported(turn: Turn) -> str:
    """Return what the page's export takes of a turn, as an attribute."""
    if turn.answer is None:
        return ""
    said = {
        "question": turn.question,
        "understood": turn.understood or turn.question,
        "answer": turn.answer.text,
        "abstained": turn.answer.abstained,
        "citations": [
            {
                "marker": citation.marker,
                "document": citation.document_id,
                "reference": _reference(citation),
                "source": citation.source,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
            }
            for citation in turn.answer.citations
        ],
    }
    return f' data-export="{escape(json.dumps(said, ensure_ascii=False))}"'


def _answer_column(turn: Turn) -> str:
    match turn.phase:
        case Phase.DONE if turn.answer is not None:
            return _declined(turn) if turn.answer.abstained else _answered(turn)
        case Phase.STOPPED:
            if turn.draft:
                note = say(turn.language, "Stopped. This text is unfinished and was not checked against the sources.")
            else:
                note = say(turn.language, "Stopped before anything was written.")
            return f'{_draft(turn.draft)}<p class="pc-note">{note}</p>{_retry(turn)}'
        case Phase.FAILED:
            return f'<p class="pc-problem">{escape(restated(turn.language, turn.error))}</p>{_retry(turn)}'
        case _:
            stage = f'<p class="pc-stage" aria-hidden="true">{status_text(turn)}</p>'
            return stage if not turn.draft else f"{_draft(turn.draft)}{stage}"


def _retry(turn: Turn) -> str:
    return f'<p class="pc-actions">{_again_button(turn)}</p>'


def _again_button(turn: Turn) -> str:
    return (
        f'<button type="button" class="pc-button" data-pc="again" data-number="{turn.number}" '
        f'data-question="{escape(turn.question)}">{say(turn.language, "Ask again")}</button>'
    )


def _verdict(language: str) -> str:
    label, right, wrong = say(language, "Was this right?"), say(language, "Right"), say(language, "Wrong")
    button = '<button type="button" class="pc-button" data-pc="verdict" aria-pressed="false" data-good'
    return (
        f'<span class="pc-verdict" role="group" aria-label="{label}">'
        f'{button}="yes">{right}</button>{button}="no">{wrong}</button></span>'
    )


def _draft(text: str) -> str:
    return f'<p class="pc-text pc-draft">{_inline(text, _pending_marker)}</p>' if text else ""


def _pending_marker(marker: int) -> str:
    return f'<sup class="pc-marker pc-pending">{marker}</sup>'


def _answered(turn: Turn) -> str:
    answer, language = turn.answer, turn.language
    assert answer is not None
    return (
        f'<div class="pc-text">{answer_text(answer, turn.number, language)}</div>{_support_note(answer, language)}'
        f"{conflicts(answer, language)}"
        f'{_standing_note(turn)}<p class="pc-actions"><button type="button" class="pc-button" data-pc="copy" '
        f'data-copy="{escape(answer_markdown(answer))}">{say(language, "Copy with sources")}</button>'
        f"{_again_button(turn)}{_verdict(language)}{_made_by(answer, language)}</p>{explanation(answer, language)}"
    )


def _standing_note(turn: Turn) -> str:
    """Return a word on a kept answer whose documents have changed since."""
    gone = [how for _, how in turn.standing if how is not Standing.MOVED]
    if not gone:
        return ""
    note = count(
        turn.language,
        len(gone),
        "Since this was answered, a document it cites has changed. Ask again for an answer of today.",
        "Since this was answered, documents it cites have changed. Ask again for an answer of today.",
    )
    return f'<p class="pc-note">{note}</p>'


def _made_by(answer: Answer, language: str) -> str:
    model = f" · {escape(answer.model.name)}" if answer.model is not None else ""
    seconds = say(language, "{n} s", n=number(language, answer.timings.total_s, 1))
    return f'<span class="pc-made">{seconds}{model}</span>'


def _support_note(answer: Answer, language: str) -> str:
    unsupported = sum(not sentence.supported for sentence in answer.sentences)
    if not unsupported:
        return ""
    if unsupported == len(answer.sentences):
        what = say(language, "No passage was found that bears this answer out.")
    else:
        what = count(
            language,
            unsupported,
            "{n} sentence marked “unsupported”: no passage was found that bears it out.",
            "{n} sentences marked “unsupported”: no passage was found that bears them out.",
        )
    return f'<p class="pc-note">{what} {say(language, "Check before you rely on it.")}</p>'


def answer_text(answer: Answer, turn: int, language: str = ENGLISH) -> str:
    """Return the text of an answer as HTML: markers as links to cards, sentences without support marked in words.

    The text between sentences stays as it is; a number in brackets that is no citation stays plain text.
    """
    titles = {citation.marker: citation.title for citation in answer.citations}
    linked: set[int] = set()

    def marker_link(marker: int) -> str:
        if marker not in titles:
            return f"[{marker}]"
        anchor = "" if marker in linked else f' id="ref-{turn}-{marker}"'
        linked.add(marker)
        label = say(language, "Source {marker}: {title}", marker=marker, title=escape(titles[marker]))
        return f'<a class="pc-marker"{anchor} href="#src-{turn}-{marker}" aria-label="{label}">{marker}</a>'

    parts: list[str] = []
    position = 0
    for sentence in answer.sentences:
        parts.append(_inline(answer.text[position : sentence.start], marker_link))
        body = _inline(answer.text[sentence.start : sentence.end], marker_link)
        parts.append(body if sentence.supported else _unsupported(body, language))
        position = sentence.end
    parts.append(_inline(answer.text[position:], marker_link))
    return "".join(parts)


def _unsupported(body: str, language: str) -> str:
    return f'<span class="pc-unsupported">{body}</span> <span class="pc-flag">{say(language, "unsupported")}</span>'


def _inline(text: str, render_marker: Callable[[int], str]) -> str:
    """Return ``text`` escaped, with markers rendered and the two kinds of emphasis small models like to write."""
    parts: list[str] = []
    for index, piece in enumerate(_INLINE.split(text)):
        if index % 2 == 0:
            parts.append(escape(piece))
        elif match := MARKER.fullmatch(piece):
            parts.append(render_marker(int(match[1])))
        elif piece.startswith("**"):
            parts.append(f"<strong>{escape(piece[2:-2])}</strong>")
        else:
            parts.append(f"<code>{escape(piece[1:-1])}</code>")
    return "".join(parts)


def _declined(turn: Turn) -> str:
    answer, language = turn.answer, turn.language
    assert answer is not None
    reason = say(language, REASONS[answer.reason]) if answer.reason is not None else ""
    return (
        f'<p class="pc-declined"><strong>{say(language, "The documents do not say.")}</strong> {reason}</p>'
        f'<p class="pc-actions">{_again_button(turn)}{_verdict(language)}</p>{explanation(answer, language)}'
    )


def answer_markdown(answer: Answer) -> str:
    """Return an answer as Markdown for the clipboard: the text, then each citation with its exact words."""
    sources = [f"[{citation.marker}] {_reference(citation)}: “{citation.quote}”" for citation in answer.citations]
    return "\n\n".join([answer.text, *sources])


def _reference(citation: Citation) -> str:
    return ", ".join(filter(None, (citation.title, citation.date, citation.locator)))


# --- status ---------------------------------------------------------------------------------------------------------


def status_text(turn: Turn) -> str:
    """Return in words where ``turn`` is; plain text without anything to escape."""
    language = turn.language
    match turn.phase:
        case Phase.LOADING:
            return say(language, "Loading the model… your question comes next")
        case Phase.WAITING if turn.ahead:
            return count(
                language,
                turn.ahead,
                "Waiting: {n} question ahead of yours",
                "Waiting: {n} questions ahead of yours",
            )
        case Phase.WAITING:
            return say(language, "Starting…")
        case Phase.REWRITING:
            return say(language, "Understanding the question…")
        case Phase.RETRIEVING:
            return say(language, "Searching the documents…")
        case Phase.READING if turn.passages:
            return count(language, len(turn.passages), "Reading {n} passage…", "Reading {n} passages…")
        case Phase.READING:
            return say(language, "Reading…")
        case Phase.WRITING:
            return say(language, "Writing…")
        case Phase.STOPPED:
            return say(language, "Stopped.")
        case Phase.FAILED:
            return say(language, "The question could not be answered.")
        case Phase.DONE:
            return _outcome(turn.answer, language)


def _outcome(answer: Answer | None, language: str) -> str:
    if answer is None or answer.abstained:
        return say(language, "The documents do not say.")
    sources = count(language, len(answer.citations), "{n} source", "{n} sources")
    unsupported = sum(not sentence.supported for sentence in answer.sentences)
    if not unsupported:
        return say(language, "Answered with {sources}.", sources=sources)
    doubts = count(language, unsupported, "{n} sentence unsupported", "{n} sentences unsupported")
    return say(language, "Answered with {sources}, {doubts}.", sources=sources, doubts=doubts)


def status(text: str, *, notice: bool = False) -> str:
    """Return a line that screen readers announce; eyes see it only as a ``notice``, as the turn shows the rest."""
    style = "pc-status pc-notice" if notice else "pc-status pc-quiet"
    return f'<p class="{style}" role="status" aria-live="polite">{escape(text)}</p>'
