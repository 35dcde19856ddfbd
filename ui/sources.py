"""Source cards and passages as HTML: what an answer rests on, with the exact words marked. Pure functions."""

from __future__ import annotations

import re

from rag.types import Answer, Citation, Conflict, Passage
from ui.markup import escape, human_date, human_place, shortened
from ui.types import Standing, Turn
from ui.words import ENGLISH, count, phrase, say

CONTEXT_CHARACTERS = 170
"""How much of a passage is shown on either side of a cited span before it is unfolded."""

OPENING_CHARACTERS = 240
"""How much of a passage without a cited span is shown before it is unfolded."""
NEAREST_SHOWN = 3

_BLANKS = " \t\r\n"


def source_column(turn: Turn) -> str:
    """Return what stands beside an answer: the passages considered, then the cards of the cited or nearest ones."""
    if turn.answer is None:
        return _considered(turn)
    if turn.answer.abstained:
        return _nearest(turn.answer, turn.number, turn.language)
    standing = dict(turn.standing)
    cards = [
        source_card(c, _home_of(c, turn.answer), turn.number, standing.get(c.marker, Standing.THERE), turn.language)
        for c in turn.answer.citations
    ]
    label = count(turn.language, len(cards), "{n} source", "{n} sources")
    heading = f'<h3 class="pc-label">{label}</h3><ol class="pc-cards">{"".join(cards)}</ol>'
    return (heading if cards else "") + _others(turn.answer, turn.language)


def _considered(turn: Turn) -> str:
    if not turn.passages:
        return ""
    items = "".join(_glance(passage) for passage in turn.passages)
    found = len(turn.passages)
    if turn.phase.is_over:
        label = count(turn.language, found, "{n} passage found", "{n} passages found")
    else:
        label = count(turn.language, found, "Considering {n} passage", "Considering {n} passages")
    return f'<h3 class="pc-label">{label}</h3><ol class="pc-glances">{items}</ol>'


def _glance(passage: Passage, note: str = "") -> str:
    """Return a passage in two lines: where it is from and how it begins."""
    where = " · ".join(escape(part) for part in (_leaf(passage.heading), note) if part)
    where = f' <span class="pc-meta">{where}</span>' if where else ""
    opening = escape(shortened(" ".join(passage.text.split()), 110))
    return f'<li><cite class="pc-title">{escape(passage.title)}</cite>{where}<p class="pc-opening">{opening}</p></li>'


def _leaf(heading: str) -> str:
    return heading.rsplit(" > ", 1)[-1]


def conflicts(answer: Answer, language: str) -> str:
    """Return what other sources say otherwise, each with its date and the way to it; "" where none does."""
    if not answer.conflicts:
        return ""
    items = "".join(
        f'<li><blockquote class="pc-passage"><mark>{escape(conflict.quote)}</mark></blockquote>'
        f'<p class="pc-meta"><cite class="pc-title">{escape(conflict.title)}</cite>'
        f"{f', {escape(human_date(conflict.date, language))}' if conflict.date else ''}</p>"
        f'<p class="pc-card-actions">{_open_button(conflict, language)}</p></li>'
        for conflict in answer.conflicts
    )
    heading = count(language, len(answer.conflicts), "{n} source says otherwise", "{n} sources say otherwise")
    return f'<section class="pc-conflicts"><h3 class="pc-label">{heading}</h3><ul>{items}</ul></section>'


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


def source_card(
    citation: Citation,
    home: Passage | None,
    turn: int,
    standing: Standing = Standing.THERE,
    language: str = ENGLISH,
) -> str:
    """Return the card of one citation: document, place, and the passage with the cited span in ``<mark>``.

    The text of ``<mark>`` is ``citation.quote``, character for character.
    """
    heading = home.heading if home is not None else ""
    before, after = _around(citation, home)
    label = say(language, "Source {marker}: {title}", marker=citation.marker, title=escape(citation.title))
    back = say(language, "Back to where source {marker} is cited", marker=citation.marker)
    return (
        f'<li class="pc-card" id="src-{turn}-{citation.marker}" tabindex="-1" aria-label="{label}">'
        f'<a class="pc-number" href="#ref-{turn}-{citation.marker}" aria-label="{back}">{citation.marker}</a>'
        f"{_card_head(citation, heading, language)}"
        f'<blockquote class="pc-passage">{_folded_before(before)}<mark>{escape(citation.quote)}</mark>'
        f"{_folded_after(after)}</blockquote>{_changed(standing, language)}{_copies(citation, language)}"
        f'<p class="pc-card-actions">{_unfold(before, after, CONTEXT_CHARACTERS, language)}'
        f"{'' if standing is Standing.REMOVED else _open_button(citation, language)}</p></li>"
    )


_STANDING = {
    Standing.MOVED: phrase("The document has changed since; these words are still in it."),
    Standing.CHANGED: phrase("The document has changed since, and these words are no longer in it."),
    Standing.REMOVED: phrase("This document is no longer in the library."),
}


def _changed(standing: Standing, language: str) -> str:
    if standing is Standing.THERE:
        return ""
    style = "pc-meta" if standing is Standing.MOVED else "pc-note"
    return f'<p class="{style}">{say(language, _STANDING[standing])}</p>'


def _open_button(span: Citation | Conflict | Passage, language: str) -> str:
    """Return the button that opens the document at a span."""
    quote = f' data-quote="{escape(span.quote)}"' if not isinstance(span, Passage) else ""
    return (
        f'<button type="button" class="pc-more" data-pc="read" data-document="{escape(span.document_id)}" '
        f'data-start="{span.start}" data-end="{span.end}"{quote}>{say(language, "Open in document")}</button>'
    )


def _copies(citation: Citation, language: str) -> str:
    if not citation.copies:
        return ""
    return f'<p class="pc-meta">{say(language, "Also in {names}", names=escape(", ".join(citation.copies)))}</p>'


def _card_head(span: Citation | Passage, heading: str, language: str) -> str:
    title, locator = span.title, span.locator or ""
    path = heading.removeprefix(title).removeprefix(" > ").replace(" > ", " / ")
    date = human_date(span.date, language) if span.date else ""
    parts = [date, human_place(locator, language), path if path != locator else ""]
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


def _unfold(before: str, after: str, limit: int, language: str) -> str:
    if max(len(before), len(after)) <= limit:
        return ""
    label = say(language, "Show the whole passage")
    return f'<button type="button" class="pc-more" data-pc="unfold" aria-expanded="false">{label}</button>'


def _nearest(answer: Answer, turn: int, language: str) -> str:
    shown = answer.passages[:NEAREST_SHOWN]
    if not shown:
        return ""
    cards = "".join(_passage_card(passage, turn, language) for passage in shown)
    return f'<h3 class="pc-label">{say(language, "Nearest passages")}</h3><ol class="pc-cards">{cards}</ol>'


def _passage_card(passage: Passage, turn: int, language: str) -> str:
    text = _without_blank_lines(passage.text).strip(_BLANKS)
    return (
        f'<li class="pc-card" id="near-{turn}-{passage.rank}">'
        f"{_card_head(passage, passage.heading, language)}"
        f'<blockquote class="pc-passage">{_folded_after(text, OPENING_CHARACTERS)}</blockquote>'
        f'<p class="pc-card-actions">{_unfold("", text, OPENING_CHARACTERS, language)}'
        f"{_open_button(passage, language)}</p></li>"
    )


def _others(answer: Answer, language: str) -> str:
    """Return the passages that were found but not cited, folded away."""
    cited = {(home.document_id, home.chunk_id) for home in (_home_of(c, answer) for c in answer.citations) if home}
    others = [passage for passage in answer.passages if (passage.document_id, passage.chunk_id) not in cited]
    if not others:
        return ""
    read, unread = say(language, "read"), say(language, "not read")
    items = "".join(
        _glance(passage, read if passage.in_context and not passage.spared else unread) for passage in others
    )
    summary = count(language, len(others), "{n} other passage considered", "{n} other passages considered")
    return f'<details class="pc-others"><summary>{summary}</summary><ol class="pc-glances">{items}</ol></details>'
