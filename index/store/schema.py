"""The SQLite schema of a library, and what its format number means."""

from __future__ import annotations

FORMAT = 5
"""Version of the schema below. A library of a higher number is refused, one of a lower is brought up to it."""

_FILES = """
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    read_ns INTEGER NOT NULL,
    reason TEXT,
    tags TEXT NOT NULL,
    unread TEXT NOT NULL DEFAULT '[]',
    reading INTEGER NOT NULL DEFAULT 0
)"""
_FILES_2 = """
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    read_ns INTEGER NOT NULL,
    reason TEXT,
    tags TEXT NOT NULL
)"""
_RETITLED = """
CREATE TRIGGER chunks_retitle AFTER UPDATE OF title ON chunks BEGIN
    INSERT INTO words (words, rowid, title, heading, text)
    VALUES ('delete', old.number, old.title, old.heading, old.text);
    INSERT INTO words (rowid, title, heading, text) VALUES (new.number, new.title, new.heading, new.text);
END"""
_FILES_BY_CONTENT = "CREATE INDEX files_by_content ON files (content_hash)"
_DOCUMENTS_BY_TITLE = "CREATE INDEX documents_by_title ON documents (title_key)"

SCHEMA = f"""
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
    text TEXT NOT NULL,
    member TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '[]',
    places TEXT NOT NULL DEFAULT '[]',
    seal BLOB NOT NULL DEFAULT x''
);

{_DOCUMENTS_BY_TITLE};

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
    sentence_vectors BLOB NOT NULL,
    places TEXT NOT NULL DEFAULT '[]',
    seal BLOB NOT NULL DEFAULT x''
);
CREATE INDEX chunks_by_document ON chunks (document_id, ordinal);

{_FILES};
{_FILES_BY_CONTENT};

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
{_RETITLED};
"""

UPGRADES = {
    1: (
        "ALTER TABLE documents ADD COLUMN title_key TEXT NOT NULL DEFAULT ''",
        _DOCUMENTS_BY_TITLE,
        "ALTER TABLE chunks ADD COLUMN sentences TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE chunks ADD COLUMN sentence_vectors BLOB NOT NULL DEFAULT x''",
    ),
    2: (
        "ALTER TABLE documents ADD COLUMN member TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE documents ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE documents ADD COLUMN places TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE documents ADD COLUMN seal BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE chunks ADD COLUMN places TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE chunks ADD COLUMN seal BLOB NOT NULL DEFAULT x''",
        _FILES_2,
        _FILES_BY_CONTENT,
        # read again at the next sync, for nothing is known of their size and time
        "INSERT INTO files SELECT source, content_hash, -1, 0, 0, NULL, '[]' FROM documents "
        "WHERE content_hash <> '' AND (source LIKE '/%' OR source GLOB '[A-Za-z]:[\\/]*') GROUP BY source",
    ),
    3: (),  # sentences were embedded one by one
    4: (  # headings were in no passage
        "ALTER TABLE files ADD COLUMN unread TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE files ADD COLUMN reading INTEGER NOT NULL DEFAULT 0",
        _RETITLED,
    ),
}
"""Statements that bring a library of this format to the next, before its passages are made anew."""
