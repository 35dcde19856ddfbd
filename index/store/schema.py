"""The SQLite schema of a library, and what its format number means."""

from __future__ import annotations

FORMAT = 2
"""Version of the schema below. A library of a higher number is refused, one of a lower is brought up to it."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    date TEXT,
    content_hash TEXT NOT NULL,
    body_start INTEGER NOT NULL,
    headings TEXT NOT NULL,
    text TEXT NOT NULL
);

CREATE INDEX documents_by_title ON documents (title_key);

CREATE TABLE chunks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    heading TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    vector BLOB NOT NULL,
    sentences TEXT NOT NULL,
    sentence_vectors BLOB NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document_id, ordinal);

CREATE VIRTUAL TABLE words USING fts5 (
    title, heading, text, content='chunks', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER chunks_insert AFTER INSERT ON chunks BEGIN
    INSERT INTO words (rowid, title, heading, text) VALUES (new.number, new.title, new.heading, new.text);
END;
CREATE TRIGGER chunks_delete AFTER DELETE ON chunks BEGIN
    INSERT INTO words (words, rowid, title, heading, text)
    VALUES ('delete', old.number, old.title, old.heading, old.text);
END;
"""

UPGRADES = {
    1: (
        "ALTER TABLE documents ADD COLUMN title_key TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX documents_by_title ON documents (title_key)",
        "ALTER TABLE chunks ADD COLUMN sentences TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE chunks ADD COLUMN sentence_vectors BLOB NOT NULL DEFAULT x''",
    )
}
"""Statements that bring a library of this format to the next, before new columns are filled."""
