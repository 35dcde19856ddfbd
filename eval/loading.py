"""Reading and validating test sets: BEIR folders, with answers in the metadata, and SQuAD files.

What cannot be trusted is refused with file, line and remedy: a figure from a broken set is worse than none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import get_args

from eval.errors import BrokenTestSet
from eval.fields import Record, read_lines, read_records
from eval.squad import read_squad
from eval.testset import Evidence, Question, TestSet, find_quote
from index.errors import UnreadableDocument
from index.readers import FileReader, read_file
from index.types import Document
from rag.types import Message, Role

Qrels = Mapping[str, Mapping[str, int]]
"""Grades by question id, then document id; a grade above 0 means relevant."""


def load_testset(path: str | Path) -> TestSet:
    """Read and validate the test set at ``path``, a folder or a SQuAD JSON file.

    Raises:
        BrokenTestSet: if anything in it is missing, malformed or contradicts something else in it.
    """
    path = Path(path)
    if path.is_dir():
        return _read_folder(path)
    if path.is_file() and path.suffix.lower() == ".json":
        return read_squad(path)
    problem = "not a test set" if path.exists() else "no such test set"
    raise BrokenTestSet.at(path, None, problem, "give a folder in BEIR layout or a SQuAD .json file")


def _read_folder(folder: Path) -> TestSet:
    documents = _read_corpus(folder)
    texts = {item.id: item.text for item in documents}
    queries = folder / "queries.jsonl"
    records = _by_id(read_records(queries))
    if not records:
        raise BrokenTestSet.at(queries, None, "no question in it", "write one JSON object a line")
    qrels = _read_qrels(folder / "qrels" / "test.tsv", records, texts)
    questions = tuple(_question(record, texts, qrels.get(key, {})) for key, record in records.items())
    if not any(item.relevant or item.metadata for item in questions):
        problem = "no judgement in it, and no gold in any question's metadata"
        raise BrokenTestSet.at(folder / "qrels" / "test.tsv", None, problem, "add one of the two")
    return TestSet(folder.resolve().name, documents, questions)


def _by_id(records: Iterable[Record]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for record in records:
        key = record.identifier()
        if key in found:
            first = found[key].line
            raise record.error(f'the id "{key}" was already used on line {first}', "give each line an id of its own")
        found[key] = record
    return found


def _read_corpus(folder: Path) -> tuple[Document, ...]:
    file, ordinary = folder / "corpus.jsonl", folder / "corpus"
    if file.exists() and ordinary.is_dir():
        raise BrokenTestSet.at(folder, None, "both corpus.jsonl and corpus/ are there", "keep one of the two")
    if ordinary.is_dir():
        return _read_ordinary(ordinary)
    if not file.exists():
        raise BrokenTestSet.at(folder, None, "no corpus.jsonl and no corpus/ folder", "add one of the two")
    documents = tuple(_document(key, record) for key, record in _by_id(read_records(file)).items())
    if not documents:
        raise BrokenTestSet.at(file, None, "no document in it", "write one JSON object a line")
    return documents


def _document(document_id: str, record: Record) -> Document:
    title, text = record.string("title", ""), record.string("text")
    metadata = record.within(record.data.get("metadata") or {}, "metadata")
    stated = _iso_date(metadata.string("date")) if metadata.data.get("date") is not None else None
    content = hashlib.sha256("\0".join((title, text, stated or "")).encode("utf-8")).hexdigest()
    return Document(id=document_id, source=document_id, title=title, text=text, date=stated, content_hash=content)


def _iso_date(stated: str) -> str | None:
    """Return the day, or None where the set writes dates in a way of its own."""
    try:
        return datetime.fromisoformat(stated.strip()).date().isoformat()
    except ValueError:
        return None


def _read_ordinary(corpus: Path) -> tuple[Document, ...]:
    """Read the documents under ``corpus`` as the product would; the id is the path inside it."""
    documents = []
    with FileReader() as reader:
        for path in sorted(item for item in corpus.rglob("*") if item.is_file() and not item.name.startswith(".")):
            documents += _ordinary_documents(path, path.relative_to(corpus).as_posix(), reader)
    if not documents:
        raise BrokenTestSet.at(corpus, None, "no document in it", "put documents there")
    return tuple(documents)


def _ordinary_documents(path: Path, name: str, reader: FileReader) -> list[Document]:
    try:
        return [replace(document, id=document.source) for document in read_file(path, source=name, reader=reader)]
    except UnreadableDocument as error:
        raise BrokenTestSet(f"{path}: cannot become a document; mend or remove it ({error})") from None


def _read_qrels(path: Path, questions: Mapping[str, object], documents: Mapping[str, object]) -> Qrels:
    """Read judgements. A set without the file has none, unless another split of them is there by mistake."""
    if not path.exists():
        if path.parent.is_dir() and any(path.parent.glob("*.tsv")):
            raise BrokenTestSet.at(path, None, "missing, but other splits are there", "copy one of them to test.tsv")
        return {}
    grades: dict[str, dict[str, int]] = {}
    for number, text in read_lines(path):
        columns = text.split("\t")
        if number == 1 and not _is_integer(columns[-1]):
            continue  # the header
        question_id, document_id, grade = _judgement(path, number, columns)
        _known(path, number, question_id, questions, "question", "queries.jsonl")
        _known(path, number, document_id, documents, "document", "the corpus")
        row = grades.setdefault(question_id, {})
        if document_id in row:
            raise BrokenTestSet.at(path, number, "this pair was judged on an earlier line", "keep one of the two lines")
        row[document_id] = grade
    return grades


def _judgement(path: Path, number: int, columns: list[str]) -> tuple[str, str, int]:
    if len(columns) != 3 or not _is_integer(columns[2]):
        raise BrokenTestSet.at(path, number, "not a judgement", "write query-id <TAB> corpus-id <TAB> whole number")
    return columns[0], columns[1], int(columns[2])


def _is_integer(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def _known(path: Path, number: int, key: str, known: Mapping[str, object], what: str, where: str) -> None:
    if key not in known:
        raise BrokenTestSet.at(path, number, f'{what} "{key}" is not in {where}', "correct the id or remove the line")


def _question(record: Record, texts: Mapping[str, str], relevant: Mapping[str, int]) -> Question:
    raw = record.data.get("metadata")
    metadata = record.within({} if raw is None else raw, "metadata")
    answers, long_answers = metadata.strings("answers"), metadata.strings("long_answers")
    choices = metadata.strings("choices")
    return Question(
        id=record.identifier(),
        text=_question_text(record),
        answerable=_answerable(metadata, gold=bool(answers or long_answers)),
        answers=answers,
        long_answers=long_answers,
        evidence=tuple(_evidence(item, texts) for item in metadata.records("evidence")),
        history=tuple(_message(item) for item in metadata.records("history")),
        choices=choices,
        answer_choice=_answer_choice(metadata, choices),
        fake_answers=metadata.strings("fake_answers"),
        relevant=relevant,
        metadata=metadata.data,
    )


def _question_text(record: Record) -> str:
    text = record.string("text")
    if not text.strip():
        raise record.error("the question is empty", 'write it under "text" or remove the line')
    return text


def _answerable(metadata: Record, *, gold: bool) -> bool | None:
    """Return what the set says; a question with a gold answer and no word on it can be answered."""
    stated = metadata.flag("answerable")
    return True if stated is None and gold else stated


def _evidence(item: Record, texts: Mapping[str, str]) -> Evidence:
    document_id, quote = item.string("document_id"), item.string("quote")
    if document_id not in texts:
        raise item.error(f'the evidence names document "{document_id}", which is not in the corpus', "correct the id")
    spans = find_quote(quote, texts[document_id])
    if not spans:
        problem = f'the evidence quote "{_short(quote)}" is not in document "{document_id}"'
        raise item.error(problem, "copy it from there word for word")
    return Evidence(document_id, quote, spans)


def _message(item: Record) -> Message:
    role = item.string("role")
    if role not in get_args(Role):
        raise item.error(f'the history has the role "{role}"', 'write "user" or "assistant"')
    return Message(role, item.string("text"))  # type: ignore[arg-type]


def _answer_choice(metadata: Record, choices: tuple[str, ...]) -> int | None:
    index = metadata.integer("answer_choice")
    if index is not None and not 0 <= index < len(choices):
        raise metadata.error(f'"answer_choice" is {index} but there are {len(choices)} choices', "count from 0")
    return index


def _short(quote: str, limit: int = 60) -> str:
    line = " ".join(quote.split())
    return line if len(line) <= limit else f"{line[:limit]}…"
