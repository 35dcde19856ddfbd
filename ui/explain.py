"""Why an answer is as it is: what was understood, found, read and left out, how long it took. Pure functions."""

from __future__ import annotations

from rag.types import Answer, Passage
from ui.markup import escape, shortened

_TIMES = (("rewrite_s", "understanding"), ("retrieve_s", "searching"), ("read_s", "reading"), ("total_s", "in all"))


def explanation(answer: Answer) -> str:
    """Return "Why this answer" as HTML, folded away."""
    return (
        '<details class="pc-others pc-why"><summary>Why this answer</summary>'
        f'<dl class="pc-facts">{_facts(answer)}</dl>{_passages(answer)}</details>'
    )


def _facts(answer: Answer) -> str:
    times = [
        f"{label} {value:.1f} s"
        for field, label in _TIMES
        if (value := getattr(answer.timings, field)) is not None and value >= 0.05
    ]
    library = answer.library
    facts = {
        "Understood as": answer.standalone_question,
        "Confidence": "" if answer.confidence is None else f"{100 * answer.confidence:.0f} % that the sources hold it",
        "Declined because": answer.reason.value.replace("_", " ") if answer.reason is not None else "",
        "Time": ", ".join(times),
        "Model": _model(answer),
        "Library": f"generation {library.generation}, {library.documents:,} documents, {library.chunks:,} passages",
        "Embedder": library.embedder,
    }
    return "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)


def _model(answer: Answer) -> str:
    if answer.model is None:
        return ""
    digest = f", sha256 {answer.model.sha256[:12]}…" if answer.model.sha256 else ""
    return f"{answer.model.name} ({answer.model.runtime}{digest})"


def _passages(answer: Answer) -> str:
    if not answer.passages:
        return ""
    heads = ("", "Passage", "Score", "Meaning", "Words", "Became")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "".join(_row(passage, answer) for passage in answer.passages)
    return (
        '<div class="pc-scroll" tabindex="0" role="region" aria-label="Passages and their scores">'
        f'<table class="pc-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(passage: Passage, answer: Answer) -> str:
    heading = passage.heading.removeprefix(passage.title).removeprefix(" > ")
    where = shortened(" · ".join(filter(None, (passage.title, passage.locator, heading))), 80)
    named = f" (named by {shortened(passage.named_by, 40)})" if passage.named_by else ""
    cells = (f"{passage.score:.3f}", f"{passage.cosine:.2f}", f"{passage.bm25:.1f}", _fate(passage, answer) + named)
    numbers = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><td>{passage.rank}</td><th scope="row">{escape(where)}</th>{numbers}</tr>'


def _fate(passage: Passage, answer: Answer) -> str:
    """Return what became of a passage: cited, read, or why it was not."""
    markers = [
        str(citation.marker)
        for citation in answer.citations
        if citation.document_id == passage.document_id and passage.start <= citation.start < passage.end
    ]
    if markers:
        return f"cited as {', '.join(markers)}"
    return "read" if passage.in_context else "not read: others came closer"
