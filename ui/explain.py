"""Why an answer is as it is: what was understood, found, read and left out, how long it took. Pure functions."""

from __future__ import annotations

from rag.types import Answer, Passage, Reason
from ui.markup import escape, human_place, shortened
from ui.words import ENGLISH, count, number, phrase, say

_TIMES = {
    "rewrite_s": phrase("understanding {n} s"),
    "retrieve_s": phrase("searching {n} s"),
    "read_s": phrase("reading {n} s"),
    "total_s": phrase("in all {n} s"),
}
_REASONS = {
    Reason.NO_DOCUMENTS: phrase("no documents"),
    Reason.NOTHING_RELEVANT: phrase("nothing relevant"),
    Reason.NOT_IN_SOURCES: phrase("not in sources"),
    Reason.UNSUPPORTED_ANSWER: phrase("unsupported answer"),
}


def explanation(answer: Answer, language: str = ENGLISH) -> str:
    """Return "Why this answer" as HTML, folded away."""
    return (
        f'<details class="pc-others pc-why"><summary>{say(language, "Why this answer")}</summary>'
        f'<dl class="pc-facts">{_facts(answer, language)}</dl>{_passages(answer, language)}</details>'
    )


def _facts(answer: Answer, language: str) -> str:
    times = [
        say(language, text, n=number(language, value, 1))
        for field, text in _TIMES.items()
        if (value := getattr(answer.timings, field)) is not None and value >= 0.05
    ]
    facts = {
        say(language, "Understood as"): answer.standalone_question,
        say(language, "Confidence"): _confidence(answer, language),
        say(language, "Declined because"): say(language, _REASONS[answer.reason]) if answer.reason is not None else "",
        say(language, "Time"): ", ".join(times),
        say(language, "Model"): _model(answer),
        say(language, "Library"): _library(answer, language),
        say(language, "Embedder"): answer.library.embedder,
    }
    return "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)


def _confidence(answer: Answer, language: str) -> str:
    if answer.confidence is None:
        return ""
    return say(language, "{n} % that the sources hold it", n=number(language, 100 * answer.confidence))


def _library(answer: Answer, language: str) -> str:
    library = answer.library
    generation = say(language, "generation {n}", n=library.generation)
    documents = count(language, library.documents, "{n} document", "{n} documents")
    return f"{generation}, {documents}, {count(language, library.chunks, '{n} passage', '{n} passages')}"


def _model(answer: Answer) -> str:
    if answer.model is None:
        return ""
    digest = f", sha256 {answer.model.sha256[:12]}…" if answer.model.sha256 else ""
    return f"{answer.model.name} ({answer.model.runtime}{digest})"


def _passages(answer: Answer, language: str) -> str:
    if not answer.passages:
        return ""
    named = (say(language, "Passage"), say(language, "Score"), say(language, "Meaning"), say(language, "Words"))
    heads = ("", *named, say(language, "Became"))
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "".join(_row(passage, answer, language) for passage in answer.passages)
    label = say(language, "Passages and their scores")
    return (
        f'<div class="pc-scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="pc-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(passage: Passage, answer: Answer, language: str) -> str:
    heading = passage.heading.removeprefix(passage.title).removeprefix(" > ")
    place = human_place(passage.locator or "", language)
    where = shortened(" · ".join(filter(None, (passage.title, place, heading))), 80)
    fate = _fate(passage, answer, language)
    if passage.named_by:
        fate = say(language, "{fate} (named by {title})", fate=fate, title=shortened(passage.named_by, 40))
    scores = ((passage.score, 3), (passage.cosine, 2), (passage.bm25, 1))
    cells = (*(number(language, score, digits) for score, digits in scores), fate)
    numbers = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><td>{passage.rank}</td><th scope="row">{escape(where)}</th>{numbers}</tr>'


def _fate(passage: Passage, answer: Answer, language: str) -> str:
    """Return what became of a passage: cited, read, or why it was not."""
    markers = [
        str(citation.marker)
        for citation in answer.citations
        if citation.document_id == passage.document_id and passage.start <= citation.start < passage.end
    ]
    if markers:
        return say(language, "cited as {markers}", markers=", ".join(markers))
    if passage.spared:
        return say(language, "not read: the answer was found before")
    return say(language, "read") if passage.in_context else say(language, "not read: others came closer")
