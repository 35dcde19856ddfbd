"""What people thought of answers: kept beside the library, on this machine, and turned into a question set."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import PinciteError
from index.library import Library

FILE = "feedback.jsonl"
"""In the library's folder: whoever deletes the library deletes it too."""
MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Feedback:
    """A person's word on one answer.

    Attributes:
        id: names the answer; a later word on it replaces an earlier one.
        question: as it was understood.
        answer: the text with its markers.
        abstained: whether the answer was that the documents do not say.
        good: thumb up or down.
        reason: in the person's words, or "".
        citations: (document id, quote) of each.
    """

    id: str
    question: str
    answer: str
    abstained: bool
    good: bool
    reason: str = ""
    citations: tuple[tuple[str, str], ...] = ()


def keep(folder: Path, feedback: Feedback) -> None:
    """Append to what is kept beside a library; it is on the disk when this returns.

    Raises:
        PinciteError: it cannot be written, or there is too much of it.
    """
    path = folder / FILE
    line = json.dumps(asdict(feedback), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    try:
        if path.exists() and path.stat().st_size > MOST_BYTES:
            raise PinciteError(f"{path}: holds too much; export it, then delete it")
        with path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise PinciteError(f"{path}: cannot be written ({error.strerror}); free some space") from None


def kept(folder: Path) -> list[Feedback]:
    """Return the last word on each answer, in the order of the first; a line that was cut off is left out."""
    path = folder / FILE
    latest: dict[str, Feedback] = {}
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            data = json.loads(line)
            feedback = Feedback(
                **{**data, "citations": tuple((document, quote) for document, quote in data["citations"])}
            )
        except (ValueError, TypeError, KeyError):
            continue
        latest[feedback.id] = feedback
    return list(latest.values())


def export(library: Library, target: Path) -> int:
    """Write a question set of what was kept, with all documents of the library; return the number of questions.

    A good answer is gold: its text, and its citations as far as the documents still have them. A refusal called good is
    a question without an answer in the documents, one called bad is a question with one. A bad answer is a question
    without gold.

    Raises:
        PinciteError: nothing was kept, or ``target`` is in use or cannot be written.
    """
    words = kept(Path(library.info().path))
    if not words:
        raise PinciteError("no feedback was given on answers of this library; use the buttons below an answer")
    if target.exists() and any(target.iterdir()):
        raise PinciteError(f"{target}: is not empty; name a new folder")
    records = library.catalogue()
    documents = [document for record in records if (document := library.document(record.id)) is not None]
    texts = {document.id: document.text for document in documents}
    gold = {
        word.id: [pair for pair in word.citations if pair[1] in texts.get(pair[0], "")] for word in words if word.good
    }
    pairs = sorted({(query, document) for query, found in gold.items() for document, _ in found})
    lines = ["query-id\tcorpus-id\tscore", *(f"{query}\t{document}\t1" for query, document in pairs)]
    try:
        (target / "qrels").mkdir(parents=True)
        corpus = ({"_id": d.id, "title": d.title, "text": d.text, "metadata": {"date": d.date}} for d in documents)
        _write(target / "corpus.jsonl", corpus)
        _write(target / "queries.jsonl", (_query(word, gold.get(word.id, [])) for word in words))
        (target / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise PinciteError(f"{target}: cannot be written ({error.strerror}); choose another folder") from None
    return len(words)


def _query(word: Feedback, gold: Sequence[tuple[str, str]]) -> dict[str, Any]:
    metadata: dict[str, Any] = {"comment": word.reason} if word.reason else {}
    if word.abstained:
        metadata["answerable"] = not word.good
    elif word.good:
        metadata["answerable"] = True
        metadata["long_answers"] = [re.sub(r"[ \t]*\[\d{1,4}\]", "", word.answer)]
        metadata["evidence"] = [{"document_id": document, "quote": quote} for document, quote in gold]
    return {"_id": word.id, "text": word.question, "metadata": metadata}


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
