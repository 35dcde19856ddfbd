"""JATS, the XML of scientific articles: title, authors, abstract, sections, tables, notes and references."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from index.readers.base import TextBuilder
from index.readers.html import append_html
from index.readers.xml_prose import Prose, elements, local, person, text_of
from index.text import one_line

_IDS = {"doi": "DOI", "pmid": "PMID", "pmc": "PMCID", "pmcid": "PMCID", "arxiv": "arXiv"}
_LAST = ("author-notes", "funding-group", "permissions", "history", "custom-meta-group", "related-article")
_MONTHS = {name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}


def is_jats(root: Any) -> bool:
    """Tell whether an element is an article of JATS (DocBook has articles, too)."""
    return local(root) in ("article", "sub-article", "response") and any(
        local(child) in ("front", "front-stub", "body") for child in elements(root)
    )


def append_article(article: Any, builder: TextBuilder) -> None:
    """Append an article."""
    prose = Prose(builder)
    append_html("".join(_article(article, prose, 1)), builder)


def title_of(article: Any) -> str | None:
    """Return the title of an article."""
    title = article.find(".//{*}front//{*}title-group/{*}article-title")
    return text_of(title) or None if title is not None else None


def date_of(article: Any) -> str | None:
    """Return the day on which an article was published; a date without a day is none."""
    dates = []
    for date in article.iterfind("./{*}front/{*}article-meta/{*}pub-date"):
        parts = [
            text_of(part) if (part := date.find(f"{{*}}{name}")) is not None else ""
            for name in ("year", "month", "day")
        ]
        month = parts[1] if parts[1].isdigit() else str(_MONTHS.get(parts[1][:3].lower(), ""))
        if parts[0].isdigit() and month and parts[2].isdigit():
            dates.append(f"{int(parts[0]):04}-{int(month):02}-{int(parts[2]):02}")
    return min(dates, default=None)


def _article(article: Any, prose: Prose, level: int) -> Iterator[str]:
    for child in elements(article):
        match local(child):
            case "front" | "front-stub":
                yield from _front(child, prose, level)
            case "back":
                yield from _back(child, prose, level)
            case "sub-article" | "response":
                yield from _article(child, prose, min(level + 1, 5))
            case _:
                yield prose.html(child, level)
    meta = article.find("{*}front/{*}article-meta")
    for name in _LAST if meta is not None else ():
        for part in meta.iterfind(f"{{*}}{name}"):
            yield _facts(part) if name in ("history", "custom-meta-group", "funding-group") else prose.html(part, level)


def _front(front: Any, prose: Prose, level: int) -> Iterator[str]:
    meta = front.find("{*}article-meta") if local(front) == "front" else front
    if meta is None:
        meta = front
    for group in meta.iterfind("{*}title-group"):
        for part in elements(group):
            is_main = local(part) == "article-title"
            shown = escape(text_of(part))
            yield f"<h{level}>{shown}</h{level}>" if is_main else f"<div>{shown}</div>"
    people = [name for name in map(_contributor, meta.iterfind("{*}contrib-group/{*}contrib")) if name]
    if people:
        yield f"<div>Authors: {escape(', '.join(people))}</div>"
    for place in meta.iter("{*}aff", "{*}corresp"):
        yield f"<div>{escape(_spaced(place))}</div>"
    yield _publication(front, meta)
    for part in meta.iterfind("{*}abstract"):
        yield _abstract(part, prose, level)
    for part in meta.iterfind("{*}trans-abstract"):
        yield _abstract(part, prose, level)
    for group in meta.iterfind("{*}kwd-group"):
        title = group.find("{*}title")
        words = ", ".join(filter(None, (text_of(word) for word in group.iter("{*}kwd", "{*}compound-kwd"))))
        yield f"<div>{escape(text_of(title) if title is not None else 'Keywords')}: {escape(words)}</div>"


def _abstract(part: Any, prose: Prose, level: int) -> str:
    titled = part.find("{*}title") is not None
    heading = "" if titled else f"<h{level + 1}>Abstract</h{level + 1}>"
    return heading + prose.html(part, level)


def _contributor(contrib: Any) -> str:
    for name in contrib.iter("{*}name", "{*}string-name", "{*}collab"):
        if local(name) != "name":
            return text_of(name)
        given, surname, suffix = (name.find(f"{{*}}{part}") for part in ("given-names", "surname", "suffix"))
        return " ".join(text_of(part) for part in (given, surname, suffix) if part is not None)
    return ""


def _publication(front: Any, meta: Any) -> str:
    """Return where and when an article was published, and by what it can be found."""
    facts = []
    journal = front.find(".//{*}journal-title")
    publisher = front.find(".//{*}publisher-name")
    for name, node in (("Journal", journal), ("Publisher", publisher)):
        if node is not None:
            facts.append(f"{name}: {text_of(node)}")
    for date in list(meta.iterfind("{*}pub-date"))[:1]:
        parts = [text_of(part) for name in ("day", "month", "year") if (part := date.find(f"{{*}}{name}")) is not None]
        facts.append(f"Published: {' '.join(parts)}")
    for name in ("volume", "issue", "fpage", "lpage", "elocation-id"):
        if (node := meta.find(f"{{*}}{name}")) is not None:
            facts.append(
                f"{ {'fpage': 'First page', 'lpage': 'Last page'}.get(name, name.capitalize()) }: {text_of(node)}"
            )
    facts += [
        f"{_IDS[kind]}: {text_of(node)}"
        for node in meta.iterfind("{*}article-id")
        if (kind := str(node.get("pub-id-type")).lower()) in _IDS
    ]
    subjects = [text_of(node) for node in meta.iter("{*}subject")]
    if subjects:
        facts.append(f"Subjects: {', '.join(dict.fromkeys(subjects))}")
    return f"<div>{escape(' | '.join(facts))}</div>" if facts else ""


def _facts(node: Any) -> str:
    """Return lines such as ``Received: 8 11 2019`` and ``Funding: a foundation, grant 12``."""
    lines = []
    for part in elements(node):
        kind = one_line(part.get("date-type") or "").capitalize()
        if local(part) == "award-group":
            values = (text_of(value) for value in part.iter("*") if not len(value) and local(value) != "institution-id")
            lines.append(f"Funding: {', '.join(filter(None, values))}")
        else:
            lines.append(f"{kind}: {_spaced(part)}" if kind else _spaced(part))
    return "".join(f"<div>{escape(line)}</div>" for line in lines)


def _back(back: Any, prose: Prose, level: int) -> Iterator[str]:
    for part in elements(back):
        if local(part) != "ref-list":
            is_thanks = local(part) == "ack" and part.find("{*}title") is None
            yield f"<h{level + 1}>Acknowledgments</h{level + 1}>" if is_thanks else ""
            yield prose.html(part, level)
            continue
        title = part.find("{*}title")
        yield f"<h{level + 1}>{escape(text_of(title)) if title is not None else 'References'}</h{level + 1}>"
        for child in elements(part):
            if local(child) == "ref":
                yield f"<div>{escape(_reference(child))}</div>"
            elif child is not title:
                yield prose.html(child, level)


def _reference(ref: Any) -> str:
    label = ref.find("{*}label")
    parts = [text_of(label)] if label is not None else []
    for citation in elements(ref):
        if local(citation) in ("label", "x"):
            continue
        if local(citation) == "citation-alternatives":
            citation = next(elements(citation), citation)
        parts.append(_citation(citation))
    return one_line(" ".join(parts))


def _citation(citation: Any) -> str:
    """Return an entry of a list of sources: as it stands, or its parts one after the other."""
    texts = [citation.text, *(child.tail for child in citation)]
    if local(citation) != "element-citation" and any(text and text.strip() for text in texts):
        return _with_names(citation)
    parts = []
    for part in elements(citation):
        if local(part) in ("person-group", "collab", "name"):
            names = [person(name) if local(name) == "name" else text_of(name) for name in _names(part)]
            parts.append(", ".join(filter(None, names)))
        else:
            parts.append(text_of(part))
    return ". ".join(filter(None, (part.rstrip(".") for part in parts)))


def _names(part: Any) -> list[Any]:
    return list(elements(part)) if local(part) == "person-group" else [part]


def _with_names(node: Any) -> str:
    """Return text in which the parts of a name stand apart even where only tags part them."""
    pieces = []

    def visit(item: Any, depth: int) -> None:
        if local(item) == "name" or depth > 50:
            pieces.append(person(item) if local(item) == "name" else text_of(item))
        else:
            pieces.append(item.text or "")
            for child in item:
                if isinstance(child.tag, str):
                    visit(child, depth + 1)
                pieces.append(child.tail or "")

    visit(node, 0)
    return one_line("".join(pieces))


def _spaced(node: Any) -> str:
    """Return the texts of an element, with space between parts that only tags part."""
    return one_line(" ".join(filter(None, (text.strip() for text in node.itertext())))).replace(" ,", ",")
