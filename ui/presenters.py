"""Turns, answers and libraries as HTML. Pure functions; every character that is not ours passes :func:`escape`.

The page never renders markup of a document, a question or a model: their text is text. The only links are the ones made
here: from a marker in an answer to its source card (``#src-<turn>-<marker>``) and back (``#ref-<turn>-<marker>``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from index.types import DocumentRecord
from rag.types import Answer, Citation, Passage, Reason
from ui.session import MARKER
from ui.types import Overview, Phase, Readiness, Turn

CONTEXT_CHARACTERS = 170
"""How much of a passage is shown on either side of a cited span before it is unfolded."""

OPENING_CHARACTERS = 240
"""How much of a passage without a cited span is shown before it is unfolded."""

TITLES_SHOWN = 4
NEAREST_SHOWN = 3

_ENTITIES = {ord(character): f"&#{ord(character)};" for character in "&<>\"'`${}\r"}
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BLANKS = " \t\r\n"
_INLINE = re.compile(r"(\[\d{1,4}\]|\*\*[^*\n]+\*\*|`[^`\n]+`)")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

REASONS = {
    Reason.NO_DOCUMENTS: "The library is empty. Add files with pincite add, then ask again.",
    Reason.NOTHING_RELEVANT: "Nothing in the library comes close to this question.",
    Reason.NOT_IN_SOURCES: "The nearest passages were read, and the answer is not in them.",
    Reason.UNSUPPORTED_ANSWER: "An answer was drafted, but no passage bears it out, so it was withdrawn.",
}


def escape(text: str) -> str:
    """Return ``text`` as HTML text or attribute value that no parser and no template engine takes for markup.

    Control characters and lone surrogates, which cannot be shown or sent, become the replacement character.
    """
    return _UNSHOWABLE.sub("\ufffd", text).translate(_ENTITIES)


def counted(number: int, noun: str) -> str:
    """Return ``number`` with its noun: ``1 document``, ``1,234 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def human_date(date: str) -> str:
    """Return an ISO date as ``3 February 2024``; anything else as it is."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", date)
    if match is None or not 1 <= int(match[2]) <= 12:
        return date
    return f"{int(match[3])} {_MONTHS[int(match[2]) - 1]} {match[1]}"


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
    return f'<cite class="pc-title">{escape(_shortened(record.title, 80))}</cite>{date}'


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def welcome(readiness: Readiness) -> str:
    """Return the page a person lands on, as HTML."""
    if readiness.problem:
        return _landing(f'<p class="pc-problem" role="alert">{escape(readiness.problem)}</p>')
    if readiness.overview is None:
        return _landing(
            '<p class="pc-lede pc-busy">Loading the model…</p>'
            '<p class="pc-aside">You can type a question already: it is answered as soon as the model is there.</p>'
        )
    lede = f'<p class="pc-lede">{library_line(readiness.overview)}</p>'
    if not readiness.overview.records:
        hint = "Add files or folders in a terminal, then reload this page:"
        return _landing(f'{lede}<p class="pc-aside">{hint} <code>pincite add PATH</code></p>')
    return _landing(lede + _examples(readiness.overview.examples))


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
        understood = f'<p class="pc-understood">Understood as: {escape(turn.understood)}</p>'
    return (
        f'<article class="pc-turn" id="turn-{turn.number}" data-phase="{turn.phase}" aria-label="Turn {turn.number}">'
        f'<div class="pc-asked"><h2 class="pc-question" tabindex="-1">{escape(turn.question)}</h2>{understood}</div>'
        f'<div class="pc-answer" aria-busy="{busy}">{_answer_column(turn)}</div>'
        f'<section class="pc-sources" aria-label="Sources of answer {turn.number}">{_source_column(turn)}</section>'
        "</article>"
    )


def _answer_column(turn: Turn) -> str:
    match turn.phase:
        case Phase.DONE if turn.answer is not None:
            return _declined(turn.answer) if turn.answer.abstained else _answered(turn.answer, turn.number)
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
    return f'<p class="pc-actions">{_ask_button(turn.question, "Ask again", "pc-button")}</p>'


def _draft(text: str) -> str:
    return f'<p class="pc-text pc-draft">{_inline(text, _pending_marker)}</p>' if text else ""


def _pending_marker(marker: int) -> str:
    return f'<sup class="pc-marker pc-pending">{marker}</sup>'


def _answered(answer: Answer, turn: int) -> str:
    return (
        f'<div class="pc-text">{answer_text(answer, turn)}</div>{_support_note(answer)}'
        f'<p class="pc-actions"><button type="button" class="pc-button" data-pc="copy" '
        f'data-copy="{escape(answer_markdown(answer))}">Copy with sources</button>{_made_by(answer)}</p>'
    )


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


def _declined(answer: Answer) -> str:
    reason = REASONS[answer.reason] if answer.reason is not None else ""
    return f'<p class="pc-declined"><strong>The documents do not say.</strong> {escape(reason)}</p>'


def answer_markdown(answer: Answer) -> str:
    """Return an answer as Markdown for the clipboard: the text, then each citation with its exact words."""
    sources = [f"[{citation.marker}] {_reference(citation)}: “{citation.quote}”" for citation in answer.citations]
    return "\n\n".join([answer.text, *sources])


def _reference(citation: Citation) -> str:
    page = f"p. {citation.page}" if citation.page is not None else ""
    return ", ".join(filter(None, (citation.title, citation.date, page)))


# --- sources --------------------------------------------------------------------------------------------------------


def _source_column(turn: Turn) -> str:
    if turn.answer is None:
        return _considered(turn)
    if turn.answer.abstained:
        return _nearest(turn.answer, turn.number)
    cards = [source_card(citation, _home_of(citation, turn.answer), turn.number) for citation in turn.answer.citations]
    heading = f'<h3 class="pc-label">{counted(len(cards), "source")}</h3><ol class="pc-cards">{"".join(cards)}</ol>'
    return (heading if cards else "") + _others(turn.answer)


def _considered(turn: Turn) -> str:
    if not turn.passages:
        return ""
    items = "".join(_glance(passage) for passage in turn.passages)
    found = counted(len(turn.passages), "passage")
    label = f"{found} found" if turn.phase.is_over else f"Considering {found}"
    return f'<h3 class="pc-label">{label}</h3><ol class="pc-glances">{items}</ol>'


def _glance(passage: Passage, note: str = "") -> str:
    """Return a passage in two lines: where it is from and how it begins."""
    where = " · ".join(escape(part) for part in (_leaf(passage.heading), note) if part)
    where = f' <span class="pc-meta">{where}</span>' if where else ""
    opening = escape(_shortened(" ".join(passage.text.split()), 110))
    return f'<li><cite class="pc-title">{escape(passage.title)}</cite>{where}<p class="pc-opening">{opening}</p></li>'


def _leaf(heading: str) -> str:
    return heading.rsplit(" > ", 1)[-1]


def _home_of(citation: Citation, answer: Answer) -> Passage | None:
    """Return the passage that ``citation`` lies in, one that was read if there is a choice."""
    homes = [
        passage
        for passage in answer.passages
        if passage.document_id == citation.document_id
        and passage.start <= citation.start
        and citation.end <= passage.end
    ]
    return min(homes, key=lambda passage: (not passage.in_context, passage.rank), default=None)


def source_card(citation: Citation, home: Passage | None, turn: int) -> str:
    """Return the card of one citation: document, place, and the passage with the cited span in ``<mark>``.

    The text of ``<mark>`` is ``citation.quote``, character for character.
    """
    page = f"page {citation.page}" if citation.page is not None else ""
    heading = home.heading if home is not None else ""
    before, after = _around(citation, home)
    return (
        f'<li class="pc-card" id="src-{turn}-{citation.marker}" tabindex="-1" '
        f'aria-label="Source {citation.marker}: {escape(citation.title)}">'
        f'<a class="pc-number" href="#ref-{turn}-{citation.marker}" '
        f'aria-label="Back to where source {citation.marker} is cited">{citation.marker}</a>'
        f"{_card_head(citation.title, citation.date, page, heading)}"
        f'<blockquote class="pc-passage">{_folded_before(before)}<mark>{escape(citation.quote)}</mark>'
        f"{_folded_after(after)}</blockquote>{_unfold(before, after, CONTEXT_CHARACTERS)}</li>"
    )


def _card_head(title: str, date: str | None, page: str, heading: str) -> str:
    path = heading.removeprefix(title).removeprefix(" > ").replace(" > ", " / ")
    parts = [human_date(date) if date else "", page, path]
    meta = " · ".join(escape(part) for part in parts if part and part != title)
    meta = f'<p class="pc-meta">{meta}</p>' if meta else ""
    return f'<div class="pc-card-head"><h4 class="pc-title">{escape(title)}</h4>{meta}</div>'


def _around(citation: Citation, home: Passage | None) -> tuple[str, str]:
    if home is None:
        return "", ""
    before, after = home.text[: citation.start - home.start], home.text[citation.end - home.start :]
    return _without_blank_lines(before).lstrip(_BLANKS), _without_blank_lines(after).rstrip(_BLANKS)


def _without_blank_lines(text: str) -> str:
    """Return ``text`` with its paragraphs on lines of their own: cards are narrow, blank lines cost room."""
    return re.sub(r"\n[ \t\r\n]*\n", "\n", text)


def _folded_before(text: str) -> str:
    cut = len(text) - CONTEXT_CHARACTERS
    if cut <= 0:
        return escape(text)
    cut = _next_blank(text, cut)
    return f"{_far('before', text[:cut])}{escape(text[cut:])}"


def _folded_after(text: str, limit: int = CONTEXT_CHARACTERS) -> str:
    if len(text) <= limit:
        return escape(text)
    cut = text.rfind(" ", 0, limit)
    cut = limit if cut < 0 else cut
    return f"{escape(text[:cut])}{_far('after', text[cut:])}"


def _far(side: str, text: str) -> str:
    """Return what a card shows only when unfolded; an ellipsis stands in its place (see the style sheet)."""
    return f'<span class="pc-far pc-far-{side}"><span>{escape(text)}</span></span>'


def _next_blank(text: str, position: int) -> int:
    blank = text.find(" ", position)
    return position if blank < 0 else blank + 1


def _unfold(before: str, after: str, limit: int) -> str:
    if max(len(before), len(after)) <= limit:
        return ""
    label = "Show the whole passage"
    return f'<button type="button" class="pc-more" data-pc="unfold" aria-expanded="false">{label}</button>'


def _nearest(answer: Answer, turn: int) -> str:
    shown = answer.passages[:NEAREST_SHOWN]
    if not shown:
        return ""
    cards = "".join(_passage_card(passage, turn) for passage in shown)
    return f'<h3 class="pc-label">Nearest passages</h3><ol class="pc-cards">{cards}</ol>'


def _passage_card(passage: Passage, turn: int) -> str:
    text = _without_blank_lines(passage.text).strip(_BLANKS)
    return (
        f'<li class="pc-card" id="near-{turn}-{passage.rank}">'
        f"{_card_head(passage.title, passage.date, '', passage.heading)}"
        f'<blockquote class="pc-passage">{_folded_after(text, OPENING_CHARACTERS)}</blockquote>'
        f"{_unfold('', text, OPENING_CHARACTERS)}</li>"
    )


def _others(answer: Answer) -> str:
    """Return the passages that were found but not cited, folded away."""
    cited = {(home.document_id, home.chunk_id) for home in (_home_of(c, answer) for c in answer.citations) if home}
    others = [passage for passage in answer.passages if (passage.document_id, passage.chunk_id) not in cited]
    if not others:
        return ""
    items = "".join(_glance(passage, "read" if passage.in_context else "not read") for passage in others)
    summary = f"{counted(len(others), 'other passage')} considered"
    return f'<details class="pc-others"><summary>{summary}</summary><ol class="pc-glances">{items}</ol></details>'


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
