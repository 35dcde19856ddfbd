"""What a library knows of files and documents, looked up by path and by content while files are brought in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from index.readers import MEMBER_MARK
from index.types import Document, DocumentRecord, FileRecord, Store


def file_path(record: Document | DocumentRecord) -> str:
    """Return the path of the file that a document was read from."""
    return record.source.removesuffix(f"{MEMBER_MARK}{record.member}") if record.member else record.source


@dataclass(slots=True)
class Known:
    """Files by path, documents by id, by path and by content."""

    files: dict[str, FileRecord]
    documents: dict[str, DocumentRecord] = field(default_factory=dict)
    _by_path: dict[str, dict[str, None]] = field(default_factory=dict)
    _by_content: dict[str, dict[str, None]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store) -> Known:
        """Return what a store holds."""
        known = cls({file.path: file for file in store.files()})
        for record in store.catalogue():
            known.put(record)
        return known

    def put(self, record: DocumentRecord) -> None:
        """Note a document, in place of what has its id."""
        self.drop(record.id)
        self.documents[record.id] = record
        self._by_path.setdefault(file_path(record), {})[record.id] = None
        if record.content_hash:
            self._by_content.setdefault(record.content_hash, {})[record.id] = None

    def drop(self, identity: str) -> None:
        """Forget a document; one that is not there is no error."""
        record = self.documents.pop(identity, None)
        if record is not None:
            del self._by_path[file_path(record)][identity]
            self._by_content.get(record.content_hash, {}).pop(identity, None)

    def paths(self) -> list[str]:
        """Return the paths of all files, and those that documents name as theirs."""
        return list(dict.fromkeys([*self.files, *(file_path(record) for record in self.documents.values())]))

    def at(self, path: str) -> list[DocumentRecord]:
        """Return the documents whose source is a path, or lies in the file there."""
        return [self.documents[identity] for identity in self._by_path.get(path, ())]

    def holding(self, content_hash: str) -> list[DocumentRecord]:
        """Return the documents that were read from a file of this content."""
        return [self.documents[identity] for identity in self._by_content.get(content_hash, ())]

    def hash_at(self, path: str) -> str | None:
        """Return the hash of what a path held when it was last looked at, or None for a new one."""
        if path in self.files:
            return self.files[path].content_hash
        documents = self.at(path)
        return documents[0].content_hash if documents else None

    def free_id(self, wanted: str) -> str:
        """Return an id that no document has: the one wanted, unless a renamed file's document has taken it along."""
        identity = wanted
        while identity in self.documents:
            identity = hashlib.sha256(identity.encode()).hexdigest()[: len(wanted)]
        return identity
