"""Reading SQuAD 1.1 and 2.0 files: every paragraph becomes a document, every marked answer span a gold quote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.errors import BrokenTestSet
from eval.fields import Record, read_bytes
from eval.testset import Evidence, Question, TestSet
from index.types import Document


def read_squad(path: Path) -> TestSet:
    """Read and validate a SQuAD JSON file.

    Raises:
        BrokenTestSet: if it is malformed, an id is used twice, or an answer is not where the file says it is.
    """
    articles = Record(path, None, _parse(path))
    if "data" not in articles.data:
        raise articles.error('"data" is missing', "give a SQuAD 1.1 or 2.0 file")
    documents: list[Document] = []
    questions: dict[str, Question] = {}
    for number, article in enumerate(articles.records("data")):
        title = article.string("title", "") or f"article {number}"
        for paragraph in article.records("paragraphs"):
            document = _document(paragraph, title, len(documents))
            documents.append(document)
            for question in _questions(paragraph, document):
                if question.id in questions:
                    raise paragraph.error(f'the question id "{question.id}" is used twice', "give each its own id")
                questions[question.id] = question
    if not questions:
        raise articles.error("no question in it", "give a SQuAD 1.1 or 2.0 file")
    return TestSet(path.stem, tuple(documents), tuple(questions.values()))


def _parse(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(read_bytes(path).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BrokenTestSet.at(path, None, "not UTF-8", "save the file in UTF-8") from None
    except json.JSONDecodeError as error:
        raise BrokenTestSet.at(path, error.lineno, f"bad JSON ({error.msg})", "mend it there") from None
    if not isinstance(value, dict):
        raise BrokenTestSet.at(path, None, "not a JSON object", "give a SQuAD 1.1 or 2.0 file")
    return value


def _document(paragraph: Record, title: str, number: int) -> Document:
    """Make a paragraph a document. Its number runs through the whole file, as two articles may share a title."""
    key, text = f"{title}-{number}", paragraph.string("context")
    shown = title.replace("_", " ")
    content = hashlib.sha256(f"{shown}\0{text}".encode()).hexdigest()
    return Document(id=key, source=key, title=shown, text=text, content_hash=content)


def _questions(paragraph: Record, document: Document) -> Iterator[Question]:
    for item in paragraph.records("qas"):
        key = item.identifier("id")
        impossible = item.flag("is_impossible") or False
        answers = [] if impossible else list(item.records("answers"))
        if not impossible and not answers:
            raise item.error(f'question "{key}" has no answer', 'add one, or "is_impossible": true')
        spans = dict.fromkeys(_span(answer, key, document.text) for answer in answers)
        yield Question(
            id=key,
            text=item.string("question"),
            answerable=not impossible,
            answers=tuple(dict.fromkeys(answer.string("text") for answer in answers)),
            evidence=_evidence(document, tuple(spans)),
            relevant={} if impossible else {document.id: 1},
        )


def _evidence(document: Document, spans: tuple[tuple[int, int], ...]) -> tuple[Evidence, ...]:
    """Return one piece of evidence: annotators marked alternatives, any of which is right."""
    if not spans:
        return ()
    start, end = spans[0]
    return (Evidence(document.id, document.text[start:end], spans),)


def _span(answer: Record, question_id: str, text: str) -> tuple[int, int]:
    gold, start = answer.string("text"), answer.integer("answer_start")
    if start is None or start < 0 or not gold or text[start : start + len(gold)] != gold:
        problem = f'question "{question_id}": the answer "{gold[:60]}" is not at character {start} of its paragraph'
        raise answer.error(problem, "correct answer_start or the answer")
    return start, start + len(gold)
