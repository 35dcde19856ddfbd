"""Example questions made from what documents are called and say, without a language model.

Each template asks for something that a sentence or a section of the document states, so that the first question a
person tries finds an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from index.types import Document

MAX_LENGTH = 90
"""Characters. Longer questions do not read as examples."""

_GENERIC = frozenset(
    {
        *("abstract", "acknowledgements", "acknowledgments", "appendix", "background", "bibliography", "conclusion"),
        *("conclusions", "contents", "discussion", "external links", "footnotes", "further reading", "index"),
        *("introduction", "notes", "overview", "preface", "references", "results", "see also", "sources", "summary"),
        "table of contents",
    }
)
_PREPOSITIONS = frozenset(
    {"about", "after", "at", "before", "beyond", "by", "for", "from", "in", "into", "on", "to", "toward", "towards"}
    | {"under", "with", "without"}
)
_LETTERS = "[\\w'\u2019.-]*"
_NAME = rf"(?P<name>(?:The )?[A-Z]{_LETTERS}(?: (?:of|the|and|de|van|von|[A-Z]{_LETTERS})){{0,5}}(?: [a-z]+)?)"
_DEFINITION = re.compile(rf"^{_NAME}(?: \([^()]{{1,80}}\))?,? (?P<verb>is|was|are|were) (?:an?|the|one of) ")
_BEGINNING = re.compile(
    rf"^{_NAME},? (?P<verb>was|were) (?:first |originally )?"
    r"(?P<deed>founded|established|born|built|opened|published|invented|discovered|created|introduced)\b[^.]*\b\d{4}\b"
)
_STATEMENT = re.compile(
    rf"^(?:[A-Z][a-z]+, )?{_NAME} (?P<verb>has|have) "
    r"(?P<deed>announced|claimed|declared|denied|promised|proposed|said|vowed|warned)\b"
)
_PERSON_HINT = re.compile(
    r"\b(actor|actress|artist|author|chemist|composer|engineer|footballer|inventor|king|lawyer|leader|mathematician"
    r"|painter|philosopher|physicist|player|poet|politician|president|queen|scientist|singer|writer)\b"
)
_NOT_NAMES = frozenset(
    {
        *("A", "After", "All", "An", "And", "Another", "As", "At", "But", "By", "Each", "Every", "For", "He", "Her"),
        *("His", "I", "If", "In", "It", "Its", "Many", "Most", "My", "On", "One", "Our", "Several", "She", "Some"),
        *("That", "Their", "There", "These", "They", "This", "Those", "We", "What", "When", "Where", "While", "Who"),
    }
)
"""Words that begin sentences with a capital and name nothing."""


def example_questions(documents: Sequence[Document], limit: int = 4) -> tuple[str, ...]:
    """Return up to ``limit`` questions about ``documents``, each different, spread over the documents.

    Facts come before sections and sections before titles, as the former have the surest answers.
    """
    several = len(documents) > 1
    makers: tuple[Callable[[Document], Iterator[str]], ...] = (
        _about_facts,
        lambda document: _about_sections(document, several),
        _about_title,
    )
    found: list[str] = []
    for make in makers:
        for question in _in_turns(make(document) for document in documents):
            if len(found) == limit:
                return tuple(found)
            if len(question) <= MAX_LENGTH and question not in found:
                found.append(question)
    return tuple(found)


def _in_turns(lists: Iterable[Iterator[str]]) -> list[str]:
    """Return the first of each list, then the second of each, and so on."""
    return [item for item in chain.from_iterable(zip_longest(*lists)) if item is not None]


def _about_facts(document: Document) -> Iterator[str]:
    """Yield at most two questions that a sentence of ``document`` answers outright."""
    found: dict[str, None] = {}
    subject = ""
    for sentence in _sentences(document.text):
        if match := _DEFINITION.match(sentence):
            subject = match["name"] if _is_name(match["name"]) else ""
        question = _of_sentence(sentence, subject)
        if question is not None and len(found) < 2:
            found[question] = None
    yield from found


def _sentences(text: str) -> list[str]:
    """Return what begins like a sentence in the first pages of ``text``; good enough to look for patterns."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text[:20_000])]


def _of_sentence(sentence: str, subject: str) -> str | None:
    """Return a question that ``sentence`` answers, or None; ``subject`` is what a leading "It" may stand for."""
    if match := _BEGINNING.match(sentence):
        name = subject if match["name"] == "It" else match["name"]
        return f"When {match['verb']} {_lower_article(name)} {match['deed']}?" if _is_name(name) else None
    if (match := _STATEMENT.match(sentence)) and _is_name(match["name"]) and " " in match["name"]:
        return f"What {match['verb']} {_lower_article(match['name'])} {match['deed']}?"
    if (match := _DEFINITION.match(sentence)) and _is_name(match["name"]):
        asked = "Who" if _PERSON_HINT.search(sentence) and match["verb"] in ("is", "was") else "What"
        return f"{asked} {match['verb']} {_lower_article(match['name'])}?"
    return None


def _is_name(name: str) -> bool:
    """Return whether ``name`` names something; a common noun may end it only after a further capital."""
    words = name.split()
    if not words or words[0] in _NOT_NAMES or words == ["The"] or words[-1] in ("of", "the", "and", "The"):
        return False
    return not words[-1].islower() or any(word[0].isupper() for word in words[1:])


def _lower_article(name: str) -> str:
    return f"the {name[4:]}" if name.startswith("The ") else name


def _about_sections(document: Document, several: bool) -> Iterator[str]:
    for heading in document.headings:
        topic = re.sub(r"^[\s#*]*(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+)?|[\s:.#*]+$", "", heading.text)
        if topic.endswith("?"):
            yield topic
        elif _is_topic(topic, document.title):
            topic = _in_running_text(topic, document.text.replace(heading.text, " "))
            yield f"What does “{document.title}” say about {topic}?" if several else f"What is said about {topic}?"


def _is_topic(text: str, title: str) -> bool:
    """Return whether one can ask what is said about ``text``: a noun phrase, not all too long, not a stock heading."""
    if text.partition(" ")[0].lower() in _PREPOSITIONS:
        return False
    letters = sum(character.isalpha() for character in text)
    is_generic = " ".join(text.lower().split()) in _GENERIC
    return letters >= 4 and len(text) <= 60 and not is_generic and text != title and "\n" not in text


def _in_running_text(heading: str, body: str) -> str:
    """Return ``heading`` with capitals only where ``body`` shows that a word keeps its capital."""
    return re.sub(rf"[^\W\d_]{_LETTERS}", lambda word: _usual_case(word.group(), body), heading)


def _usual_case(word: str, body: str) -> str:
    if not word[1:].islower() and len(word) > 1:
        return word  # An acronym, or a name such as McKay.
    lowered = word.lower()
    if re.search(rf"\b{re.escape(lowered)}\b", body):
        return lowered
    return word if re.search(rf"\b{re.escape(word)}\b", body) else lowered


def _about_title(document: Document) -> Iterator[str]:
    """Yield a question about a document that is called something a person would say."""
    if " " in document.title and sum(character.isdigit() for character in document.title) < 5:
        yield f"What is “{document.title}” about?"
