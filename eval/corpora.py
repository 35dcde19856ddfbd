"""Libraries of test sets, kept in the cache folder by content and configuration: a second run embeds nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from eval.errors import RunConflict
from eval.testset import TestSet
from index.library import Library
from index.progress import Progress, silent
from index.types import Embedder
from index.weights.cache import cache_dir

_SHAPING = (
    "index.chunking",
    "index.embedders.sentence_transformer",
    "index.embedding",
    "index.sentences",
    "index.terms",
    "index.store.schema",
    "index.store.sqlite",
    "index.sync",
    "index.titles",
)
"""Modules that decide what is stored of a document: when one changes, libraries are built anew."""
_MEASURED = ("rag", "index")
_MEASURING = (
    "eval.baselines",
    "eval.corpora",
    "eval.metrics",
    "eval.restricted",
    "eval.scoring",
    "eval.systems",
    "eval.testset",
)


def open_corpus(testset: TestSet, embedder: Embedder, *, progress: Progress = silent) -> Library:
    """Return the library of the set's documents, building or finishing it where it is not whole.

    Raises:
        RunConflict: if documents of the set cannot be stored.
    """
    library = Library.open(corpus_folder(testset, embedder) / "library", embedder=embedder)
    if library.info().documents != len(testset.documents):
        failed = library.add_documents(testset.documents, progress=progress).failed
        if failed:
            name, reason = failed[0]
            raise RunConflict(f'{testset.name}: document "{name}" cannot be stored ({reason}); mend or remove it')
    return library


def corpus_folder(testset: TestSet, embedder: Embedder) -> Path:
    """Return where everything computed from the set's documents is kept."""
    return cache_dir() / "eval" / f"{_file_name(testset.name)}-{corpus_key(testset, embedder)[:16]}"


def corpus_key(testset: TestSet, embedder: Embedder) -> str:
    """Return a sha256 over the documents, the embedder and the code that turns the one into the other."""
    parts = (testset.corpus_hash, embedder.fingerprint, _hash_of(_module_file(name) for name in _SHAPING))
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def code_hash() -> str:
    """Return a sha256 over the code and prompts that answers and scores come from."""
    folders = [_module_file(package).parent for package in _MEASURED]
    files = [path for folder in folders for pattern in ("*.py", "*.md", "*.json") for path in folder.rglob(pattern)]
    return _hash_of([*files, *(_module_file(name) for name in _MEASURING)])


def _hash_of(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(path.name.encode("utf-8") + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _module_file(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)[:60]
