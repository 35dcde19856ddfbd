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
from ui.markup import counted, escape, human_date, shortened
from ui.session import MARKER
from ui.sources import source_column
from ui.types import Overview, Phase, Readiness, Standing, Turn

TITLES_SHOWN = 4

_INLINE = re.compile(r"(\[\d{1,4}\]|\*\*[^*\n]+\*\*|`[^`\n]+`)")

_VERDICT = (
    '<span class="pc-verdict" role="group" aria-label="Was this right?">'
    '<button type="button" class="pc-button" data-pc="verdict" data-good="yes" aria-pressed="false">Right</button>'
    '<button type="button" class="pc-button" data-pc="verdict" data-good="no" aria-pressed="false">Wrong</button>'
    "</span>"
)

REASONS = {
    Reason.NO_DOCUMENTS: "The library is empty. Add files with pincite add, then ask again.",
    Reason.NOTHING_RELEVANT: "Nothing in the library comes close to this question.",
    Reason.NOT_IN_SOURCES: "The nearest passages were read, and the answer is not in them.",
    Reason.UNSUPPORTED_ANSWER: "An answer was drafted, but no passage bears it out, so it was withdrawn.",
}

# --- the page around the conversation -------------------------------------------------------------------------------


def library_line(overview: Overview) -> str:
    """Return one sentence of HTML: how many documents, what they are called, when they date from."""
    records = overview.records
    if not records:
        return "This library is empty."
    named = [_named(record, with_date=len(records) <= TITLES_SHOWN) for record in records[:TITLES_SHOWN]]
    rest = len(records) - len(named)
    names = _listed([*named, f"{rest:,} more"] if rest else named)
    years = sorted({record.date[:4] for record in records if record.date})
    span = f", dated {years[0]} to {years[-1]}" if rest and len(years) > 1 else ""
    return f"This library holds {counted(len(records), 'document')}{escape(span)}: {names}."


def _named(record: DocumentRecord, *, with_date: bool) -> str:
    date = f" ({escape(human_date(record.date))})" if record.date and with_date else ""
    return f'<cite class="pc-title">{escape(shortened(record.title, 80))}</cite>{date}'


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def welcome(readiness: Readiness) -> str:
    """Return the page a person lands on, as HTML."""
    overview = readiness.overview
    problem = f'<p class="pc-problem" role="alert">{escape(readiness.problem)}</p>' if readiness.problem else ""
    if overview is None:
        return _landing(problem or '<p class="pc-lede pc-busy">Opening the library…</p>')
    lede = f'{problem}<p class="pc-lede">{library_line(overview)}</p>'
    if not overview.records:
        return _landing(
            f'{lede}<p class="pc-aside">Drop files here, or <button type="button" class="pc-button" data-pc="panel" '
            'data-panel="pc-documents">add documents</button></p>'
        )
    loading = "" if readiness.is_settled else '<p class="pc-aside pc-busy">The model is loading; ask already.</p>'
    return _landing(lede + _examples(overview.examples) + loading)


def _landing(body: str) -> str:
    return f'<section class="pc-landing" aria-label="Start"><h2>Ask your documents</h2>{body}</section>'


def _examples(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    items = "".join(f"<li>{_ask_button(question, escape(question), 'pc-example')}</li>" for question in questions)
    return f'<h3 class="pc-label" id="pc-examples">Try one of these</h3><ul aria-labelledby="pc-examples">{items}</ul>'


def _ask_button(question: str, label: str, style: str) -> str:
    return f'<button type="button" class="{style}" data-pc="ask" data-question="{escape(question)}">{label}</button>'


# --- turns ----------------------------------------------------------------------------------------------------------


def thread(turns: Iterable[Turn]) -> str:
    """Return the turns of a conversation as HTML, oldest first."""
    return "".join(turn_html(turn) for turn in turns)


def turn_html(turn: Turn) -> str:
    """Return one turn as HTML: the question, the answer so far or a stated failure, and the sources."""
    busy = "false" if turn.phase.is_over else "true"
    understood = ""
    if turn.understood and turn.understood.strip() != turn.question.strip():
        correct = _edit_button(turn, turn.understood, "Correct this", alone=True) if turn.phase.is_over else ""
        understood = f'<p class="pc-understood">Understood as: {escape(turn.understood)} {correct}</p>'
    if turn.scope:
        understood += f'<p class="pc-understood">Asked of: {escape(turn.scope)}</p>'
    edit = _edit_button(turn, turn.question, "Edit") if turn.phase.is_over else ""
    return (
        f'<article class="pc-turn" id="turn-{turn.number}" data-phase="{turn.phase}" aria-label="Turn {turn.number}"'
        f'{_exported(turn)} data-conversation="{escape(turn.conversation if turn.is_kept else "")}">'
        f'<div class="pc-asked"><h2 class="pc-question" tabindex="-1">{escape(turn.question)}</h2>{edit}'
        f"{understood}</div>"
        f'<div class="pc-answer" aria-busy="{busy}">{_answer_column(turn)}</div>'
        f'<section class="pc-sources" aria-label="Sources of answer {turn.number}">{source_column(turn)}</section>'
        "</article>"
    )


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
            note = '<p class="pc-note">Stopped. This text is unfinished and was not checked against the sources.</p>'
            note = note if turn.draft else '<p class="pc-note">Stopped before anything was written.</p>'
            return f"{_draft(turn.draft)}{note}{_retry(turn)}"
        case Phase.FAILED:
            return f'<p class="pc-problem">{escape(turn.error)}</p>{_retry(turn)}'
        case _:
            stage = f'<p class="pc-stage" aria-hidden="true">{status_text(turn)}</p>'
            return stage if not turn.draft else f"{_draft(turn.draft)}{stage}"


def _retry(turn: Turn) -> str:
    return f'<p class="pc-actions">{_again_button(turn)}</p>'


def _again_button(turn: Turn) -> str:
    return (
        f'<button type="button" class="pc-button" data-pc="again" data-number="{turn.number}" '
        f'data-question="{escape(turn.question)}">Ask again</button>'
    )


def _draft(text: str) -> str:
    return f'<p class="pc-text pc-draft">{_inline(text, _pending_marker)}</p>' if text else ""


def _pending_marker(marker: int) -> str:
    return f'<sup class="pc-marker pc-pending">{marker}</sup>'


def _answered(turn: Turn) -> str:
    answer = turn.answer
    assert answer is not None
    return (
        f'<div class="pc-text">{answer_text(answer, turn.number)}</div>{_support_note(answer)}{_standing_note(turn)}'
        f'<p class="pc-actions"><button type="button" class="pc-button" data-pc="copy" '
        f'data-copy="{escape(answer_markdown(answer))}">Copy with sources</button>{_again_button(turn)}{_VERDICT}'
        f"{_made_by(answer)}</p>{explanation(answer)}"
    )


def _standing_note(turn: Turn) -> str:
    """Return a word on a kept answer whose documents have changed since."""
    gone = [how for _, how in turn.standing if how is not Standing.MOVED]
    if not gone:
        return ""
    which = "a document it cites has" if len(gone) == 1 else "documents it cites have"
    return f'<p class="pc-note">Since this was answered, {which} changed. Ask again for an answer of today.</p>'


def _made_by(answer: Answer) -> str:
    model = f" · {escape(answer.model.name)}" if answer.model is not None else ""
    return f'<span class="pc-made">{answer.timings.total_s:.1f} s{model}</span>'


def _support_note(answer: Answer) -> str:
    unsupported = sum(not sentence.supported for sentence in answer.sentences)
    if not unsupported:
        return ""
    if unsupported == len(answer.sentences):
        what = "No passage was found that bears this answer out"
    else:
        which = "it" if unsupported == 1 else "them"
        what = f"{counted(unsupported, 'sentence')} marked “unsupported”: no passage was found that bears {which} out"
    return f'<p class="pc-note">{what}. Check before you rely on it.</p>'


def answer_text(answer: Answer, turn: int) -> str:
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
        label = f"Source {marker}: {escape(titles[marker])}"
        return f'<a class="pc-marker"{anchor} href="#src-{turn}-{marker}" aria-label="{label}">{marker}</a>'

    parts: list[str] = []
    position = 0
    for sentence in answer.sentences:
        parts.append(_inline(answer.text[position : sentence.start], marker_link))
        body = _inline(answer.text[sentence.start : sentence.end], marker_link)
        parts.append(body if sentence.supported else _unsupported(body))
        position = sentence.end
    parts.append(_inline(answer.text[position:], marker_link))
    return "".join(parts)


def _unsupported(body: str) -> str:
    return f'<span class="pc-unsupported">{body}</span> <span class="pc-flag">unsupported</span>'


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
    answer = turn.answer
    assert answer is not None
    reason = REASONS[answer.reason] if answer.reason is not None else ""
    return (
        f'<p class="pc-declined"><strong>The documents do not say.</strong> {escape(reason)}</p>'
        f'<p class="pc-actions">{_again_button(turn)}{_VERDICT}</p>{explanation(answer)}'
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
    match turn.phase:
        case Phase.LOADING:
            return "Loading the model… your question comes next"
        case Phase.WAITING:
            return f"Waiting: {counted(turn.ahead, 'question')} ahead of yours" if turn.ahead else "Starting…"
        case Phase.REWRITING:
            return "Understanding the question…"
        case Phase.RETRIEVING:
            return "Searching the documents…"
        case Phase.READING:
            return f"Reading {counted(len(turn.passages), 'passage')}…" if turn.passages else "Reading…"
        case Phase.WRITING:
            return "Writing…"
        case Phase.STOPPED:
            return "Stopped."
        case Phase.FAILED:
            return "The question could not be answered."
        case Phase.DONE:
            return _outcome(turn.answer)


def _outcome(answer: Answer | None) -> str:
    if answer is None or answer.abstained:
        return "The documents do not say."
    unsupported = sum(not sentence.supported for sentence in answer.sentences)
    warning = f", {counted(unsupported, 'sentence')} unsupported" if unsupported else ""
    return f"Answered with {counted(len(answer.citations), 'source')}{warning}."


def status(text: str, *, notice: bool = False) -> str:
    """Return a line that screen readers announce; eyes see it only as a ``notice``, as the turn shows the rest."""
    style = "pc-status pc-notice" if notice else "pc-status pc-quiet"
    return f'<p class="{style}" role="status" aria-live="polite">{escape(text)}</p>'
