"""Conversations that are kept: beside the library they were held with, each for the browser that held it.

Whoever deletes the library's folder deletes them, too. An owner is an opaque word that only its browser knows; what is
stored is its hash, so that the file names nobody.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from index.errors import PinciteError
from index.types import Selection
from rag.text import well_formed
from rag.types import Answer
from ui.markup import shortened
from ui.types import Phase, Turn

FILE = "conversations.sqlite3"
_BUSY_SECONDS = 10.0
_TITLE = 120
_MOST_LISTED = 200
_MOST_WORDS = 20
_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    owner TEXT NOT NULL, conversation TEXT NOT NULL, number INTEGER NOT NULL,
    asked TEXT NOT NULL, question TEXT NOT NULL, words TEXT NOT NULL, turn TEXT NOT NULL,
    PRIMARY KEY (owner, conversation, number)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation in the list: its first question, how many there are, and when the last was asked (UTC, ISO)."""

    id: str
    title: str
    questions: int
    asked: str


class Conversations:
    """What is kept in one folder. Threads and processes may share it; each call is a transaction of its own.

    Every method raises :class:`PinciteError` where the file cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def keep(self, owner: str, conversation: str, turn: Turn) -> None:
        """Keep a turn in the place of an earlier one of its number, and forget those after it."""
        words = " ".join([turn.question, turn.answer.text if turn.answer else turn.draft]).casefold()
        row = (_hashed(owner), conversation, turn.number)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._transaction() as db:
            db.execute("DELETE FROM turns WHERE owner = ? AND conversation = ? AND number >= ?", row)
            db.execute(
                "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, now, well_formed(turn.question), well_formed(words), json.dumps(_as_data(turn))),
            )

    def count(self, owner: str, conversation: str) -> int:
        """Return how many turns of a conversation are kept."""
        if not self._path.exists():
            return 0
        query = "SELECT count(*) FROM turns WHERE owner = ? AND conversation = ?"
        with self._transaction() as db:
            return int(db.execute(query, (_hashed(owner), conversation)).fetchone()[0])

    def turns(self, owner: str, conversation: str) -> list[Turn]:
        """Return the turns of a conversation, oldest first; none if the owner has no such conversation."""
        if not self._path.exists():
            return []
        query = "SELECT turn FROM turns WHERE owner = ? AND conversation = ? ORDER BY number"
        with self._transaction() as db:
            rows = db.execute(query, (_hashed(owner), conversation)).fetchall()
        try:
            return [_turn(json.loads(data)) for (data,) in rows]
        except (ValueError, KeyError, TypeError):
            raise PinciteError("This conversation was kept by another version of pincite: open it there.") from None

    def listed(self, owner: str, words: str = "") -> list[Kept]:
        """Return the owner's conversations that say all ``words`` (the first 20), the latest first, 200 at most."""
        if not self._path.exists():
            return []
        wanted = [well_formed(word.casefold()) for word in words.split()[:_MOST_WORDS]]
        found = " AND instr(words, ?)" * len(wanted)
        query = (
            "SELECT conversation, min(number), count(*), max(asked) FROM turns "
            f"WHERE owner = ? AND conversation IN (SELECT conversation FROM turns WHERE owner = ?{found}) "
            f"GROUP BY conversation ORDER BY max(asked) DESC, conversation LIMIT {_MOST_LISTED}"
        )
        title = "SELECT question FROM turns WHERE owner = ? AND conversation = ? AND number = ?"
        mine = _hashed(owner)
        with self._transaction() as db:
            rows = db.execute(query, (mine, mine, *wanted)).fetchall()
            return [
                Kept(name, shortened(db.execute(title, (mine, name, first)).fetchone()[0], _TITLE), count, asked)
                for name, first, count, asked in rows
            ]

    def delete(self, owner: str, conversation: str) -> bool:
        """Delete a conversation; return whether there was one."""
        with self._transaction() as db:
            mine = (_hashed(owner), conversation)
            return db.execute("DELETE FROM turns WHERE owner = ? AND conversation = ?", mine).rowcount > 0

    def delete_all(self, owner: str) -> int:
        """Delete all conversations of the owner; return how many there were."""
        mine = (_hashed(owner),)
        with self._transaction() as db:
            (count,) = db.execute("SELECT count(DISTINCT conversation) FROM turns WHERE owner = ?", mine).fetchone()
            db.execute("DELETE FROM turns WHERE owner = ?", mine)
        return int(count)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as db, db:
                db.execute("PRAGMA secure_delete = ON")  # what is deleted is gone from the file, too
                db.execute(_SCHEMA)
                yield db
        except sqlite3.Error as error:
            raise PinciteError(
                f"{self._path}: conversations cannot be kept there ({error}); make room, or move the file away"
            ) from None


def _hashed(owner: str) -> str:
    return sha256(owner.encode("utf-8", "replace")).hexdigest()


def _as_data(turn: Turn) -> dict[str, Any]:
    data = {name: value for name in _PLAIN if (value := getattr(turn, name))}
    within = asdict(turn.within) if turn.within else None
    return data | {"answer": turn.answer.to_dict() if turn.answer else None, "within": within}


def _turn(data: dict[str, Any]) -> Turn:
    answer = Answer.from_dict(data["answer"]) if data.get("answer") else None
    passages = answer.passages if answer else ()
    known = {name: data[name] for name in _PLAIN if name in data}
    known |= {"phase": Phase(data["phase"]), "is_kept": True}
    return Turn(**known, answer=answer, passages=passages, within=_selection(data.get("within")))


def _selection(data: dict[str, Any] | None) -> Selection | None:
    if data is None:
        return None
    several = {name: tuple(data[name]) for name in ("paths", "tags", "ids")}
    return Selection(since=data["since"], until=data["until"], **several)


_NOT_PLAIN = ("answer", "passages", "ahead", "standing", "within", "language")
_PLAIN = tuple(field.name for field in fields(Turn) if field.name not in _NOT_PLAIN)
"""Fields of a turn that are kept as they are."""


def as_json(kept: Sequence[Kept]) -> list[dict[str, Any]]:
    """Return the list as plain data."""
    return [asdict(item) for item in kept]
