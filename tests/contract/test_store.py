"""What every store promises. A new store is one more entry in ``STORES``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import DIMENSION, WordCountEmbedder, make_document

from index.embedding import embed_document
from index.errors import EmbedderMismatch
from index.store import SQLiteStore
from index.terms import content_words
from index.types import ChangeSet, Document, DocumentRecord, EmbeddedDocument, Heading, Rankings, Store

OpenStore = Callable[..., Store]
EMBEDDER = WordCountEmbedder(max_tokens=12)


def _sqlite(folder: Path, fingerprint: str) -> Store:
    return SQLiteStore(folder, fingerprint=fingerprint, dimension=DIMENSION)


STORES: dict[str, Callable[[Path, str], Store]] = {"sqlite": _sqlite}


@pytest.fixture(params=sorted(STORES))
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """Return a function that opens the one library of this test; each call opens it anew."""

    def open_(fingerprint: str = EMBEDDER.fingerprint) -> Store:
        return STORES[request.param](tmp_path / "library", fingerprint)

    return open_


def embedded(*documents: Document) -> list[EmbeddedDocument]:
    return [embed_document(document, EMBEDDER) for document in documents]


def filled(store: Store, *texts: str) -> list[Document]:
    """Store one document a text, named by letters; return them."""
    documents = [make_document(text, f"{chr(97 + i)}.txt") for i, text in enumerate(texts)]
    store.apply(ChangeSet(upsert=embedded(*documents)))
    return documents


def search(store: Store, question: str, k: int = 10) -> Rankings:
    return store.search(EMBEDDER.encode_query(question), content_words(question), k)


def found(store: Store, word: str) -> list[str]:
    """Return the sources of documents that hold a word, best first."""
    return [hit.record.source for hit in store.search(EMBEDDER.encode_query(word), [word], 50).lexical]


def test_a_new_library_is_empty(open_store: OpenStore) -> None:
    store = open_store()
    info = store.info()
    assert (info.documents, info.chunks, info.embedder) == (0, 0, EMBEDDER.fingerprint)
    assert store.catalogue() == []
    assert store.document("none") is None
    assert search(store, "anything") == Rankings(info.generation, (), ())


def test_what_is_stored_comes_back_whole(open_store: OpenStore) -> None:
    store = open_store()
    document = Document(
        "id1", "folder/ü.txt", "Títle 題", "date\n\n# Ü\n\nText 👩‍👩‍👧 “quoted”.\n", "2024-02-03", "ab" * 32,
        (Heading(6, 9, 1, "Ü"), Heading(6, 9, 6, "\"'")), 6,
    )  # fmt: skip
    store.apply(ChangeSet(upsert=embedded(document)))
    assert store.document("id1") == document
    assert store.catalogue() == [DocumentRecord("id1", "folder/ü.txt", "Títle 題", "2024-02-03", "ab" * 32)]
    (hit,) = search(store, "text").lexical
    assert hit.record == store.catalogue()[0]
    assert hit.chunk == embedded(document)[0].chunks[0]


def test_counts_and_generations_follow_changes(open_store: OpenStore) -> None:
    store = open_store()
    start = store.info().generation
    documents = [make_document("One. " * 30, "b.txt"), make_document("Two.", "a.txt")]
    assert store.apply(ChangeSet(upsert=embedded(*documents))) == start + 1
    info = store.info()
    assert (info.generation, info.documents) == (start + 1, 2)
    assert info.chunks == sum(len(item.chunks) for item in embedded(*documents))
    assert [record.source for record in store.catalogue()] == ["a.txt", "b.txt"]
    assert store.apply(ChangeSet(remove=[documents[0].id])) == start + 2
    assert (store.info().documents, store.info().chunks) == (1, 1)


def test_a_new_version_replaces_the_old_one_wholly(open_store: OpenStore) -> None:
    store = open_store()
    filled(store, "Old walrus text. " * 20, "Other text.")
    filled(store, "New penguin text.")
    assert found(store, "walrus") == []
    assert found(store, "penguin") == ["a.txt"]
    assert store.info().documents == 2
    assert store.info().chunks == 2
    assert {hit.chunk.text for hit in search(store, "walrus").dense} == {"New penguin text.", "Other text."}


def test_what_is_removed_is_found_no_more(open_store: OpenStore) -> None:
    store = open_store()
    first, second = filled(store, "A walrus sleeps.", "A penguin swims.")
    store.apply(ChangeSet(remove=[first.id, "never-there"]))
    assert store.document(first.id) is None
    assert found(store, "walrus") == []
    assert [hit.record.id for hit in search(store, "walrus").dense] == [second.id]


def test_removing_and_storing_in_one_change_stores(open_store: OpenStore) -> None:
    store = open_store()
    (document,) = filled(store, "A walrus sleeps.")
    store.apply(ChangeSet(upsert=embedded(document), remove=[document.id]))
    assert store.document(document.id) == document
    assert store.info().chunks == 1


def test_a_change_that_fails_changes_nothing(open_store: OpenStore) -> None:
    store = open_store()
    (document,) = filled(store, "A walrus sleeps.")
    before = (store.info(), store.catalogue(), search(store, "walrus"))
    good = embedded(make_document("A penguin swims.", "b.txt"))[0]
    bad = replace(good, vectors=np.zeros((1, DIMENSION + 1), dtype=np.float32))
    with pytest.raises(ValueError, match="shape"):
        store.apply(ChangeSet(upsert=[good, bad], remove=[document.id]))
    assert (store.info(), store.catalogue(), search(store, "walrus")) == before


def test_a_document_without_chunks_is_kept(open_store: OpenStore) -> None:
    store = open_store()
    document = make_document("")
    store.apply(ChangeSet(upsert=embedded(document)))
    assert store.document(document.id) == document
    assert (store.info().documents, store.info().chunks) == (1, 0)
    assert search(store, "heading").dense == ()


@pytest.mark.parametrize("k", [1, 5, 1000])
def test_dense_ranking_is_that_of_brute_force(open_store: OpenStore, k: int) -> None:
    store = open_store()
    random = np.random.default_rng(7)
    vocabulary = [f"w{i}" for i in range(40)]
    texts = [" ".join(random.choice(vocabulary, 8)) + "." for _ in range(60)] + ["w1 w2 w3."] * 4
    documents = [make_document(text, f"{i}.txt") for i, text in enumerate(texts)]
    store.apply(ChangeSet(upsert=embedded(*documents)))
    query = EMBEDDER.encode_query("w1 w2 w3 w4")
    chunks = {c.id: float(v @ query) for e in embedded(*documents) for c, v in zip(e.chunks, e.vectors, strict=True)}
    hits = store.search(query, [], k).dense
    assert len(hits) == min(k, len(chunks))
    assert [hit.score for hit in hits] == pytest.approx(sorted(chunks.values(), reverse=True)[:k], abs=1e-6)
    assert all(hit.score == pytest.approx(chunks[hit.chunk.id], abs=1e-6) for hit in hits)
    assert [(-hit.score, hit.chunk.id) for hit in hits] == sorted((-hit.score, hit.chunk.id) for hit in hits)


def test_lexical_ranking_holds_what_shares_a_word(open_store: OpenStore) -> None:
    store = open_store()
    filled(store, "A walrus.", "A walrus and a penguin.", "A penguin and a penguin, penguins all.", "A seal.")
    hits = store.search(EMBEDDER.encode_query("x"), ["walrus", "penguin"], 10).lexical
    assert {hit.record.source for hit in hits} == {"a.txt", "b.txt", "c.txt"}
    assert hits[0].record.source == "b.txt", "both words are better than one"
    assert all(hit.score > 0 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert store.search(EMBEDDER.encode_query("x"), [], 10).lexical == ()


def test_a_rare_word_weighs_more_than_a_common_one(open_store: OpenStore) -> None:
    store = open_store()
    filled(store, "Common walrus.", "Common penguin.", "Common seal.", "Rare whale.", "Blue shark.")
    assert found(store, "rare") == ["d.txt"]
    hits = store.search(EMBEDDER.encode_query("x"), ["common", "rare"], 10).lexical
    assert hits[0].record.source == "d.txt"


def test_ties_are_broken_by_chunk_id(open_store: OpenStore) -> None:
    store = open_store()
    filled(store, *["The same text."] * 8, *["Different words here."] * 12)
    rankings = search(store, "same text", k=8)
    for ranking in (rankings.dense, rankings.lexical):
        ids = [hit.chunk.id for hit in ranking]
        assert len(set(ids)) == 8
        assert ids == sorted(ids)


@pytest.mark.parametrize(
    "term",
    ["OR", "AND", "NOT", "NEAR(", "NEAR", '"', '""', "*", "a*", '" OR "', "title:walrus", "^walrus", "-walrus", "(", ")",
     "{title}:", "+", "", " ", "'", "''; DROP TABLE chunks; --", "\\", "%", "ü" * 500, "\N{ZERO WIDTH JOINER}", "日本", "\x00", "a\x00b"],
)  # fmt: skip
def test_search_syntax_in_a_term_is_just_text(open_store: OpenStore, term: str) -> None:
    store = open_store()
    filled(store, "A walrus sleeps.", "A penguin swims.")
    hits = store.search(EMBEDDER.encode_query("x"), [term, "penguin"], 10).lexical
    assert "b.txt" in {hit.record.source for hit in hits}
    assert store.search(EMBEDDER.encode_query("x"), [term], 10).generation == store.info().generation


def test_a_library_is_there_when_it_is_opened_again(open_store: OpenStore) -> None:
    store = open_store()
    filled(store, "A walrus sleeps.", "A penguin swims.")
    before = (store.info(), store.catalogue(), search(store, "walrus"))
    store.close()
    again = open_store()
    assert (again.info(), again.catalogue(), search(again, "walrus")) == before


def test_a_store_sees_what_another_has_written(open_store: OpenStore) -> None:
    reader, writer = open_store(), open_store()
    assert search(reader, "walrus").dense == ()
    filled(writer, "A walrus sleeps.")
    assert found(reader, "walrus") == ["a.txt"]
    assert len(search(reader, "walrus").dense) == 1


def test_closing_twice_does_no_harm(open_store: OpenStore) -> None:
    store = open_store()
    filled(store, "A walrus sleeps.")
    search(store, "walrus")
    store.close()
    store.close()


def test_vectors_of_another_embedder_are_refused(open_store: OpenStore) -> None:
    filled(open_store(), "A walrus sleeps.")
    with pytest.raises(EmbedderMismatch) as caught:
        open_store("other@1")
    assert "other@1" in str(caught.value)
    assert EMBEDDER.fingerprint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_read_sees_one_generation_whole(open_store: OpenStore) -> None:
    """Each change replaces all documents at once by ones that say which change they are of."""
    writer = open_store()
    size, changes = 12, 25
    failures: list[str] = []
    observed: list[tuple[int, str]] = []
    done = threading.Event()

    def version(n: int) -> ChangeSet:
        return ChangeSet(
            upsert=embedded(*(make_document(f"Common word, version v{n}x.", f"{i}.txt") for i in range(size)))
        )

    generations = {writer.apply(version(0)): "v0x"}

    def read() -> None:
        store = open_store()
        while not done.is_set():
            try:
                rankings = search(store, "common", k=3 * size)
            except Exception as error:
                failures.append(repr(error))
                return
            for ranking in (rankings.dense, rankings.lexical):
                texts = {hit.chunk.text for hit in ranking}
                if len(ranking) != size or len(texts) != 1:
                    failures.append(f"generation {rankings.generation}: {len(ranking)} hits, {texts}")
                observed.extend((rankings.generation, text) for text in texts)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for n in range(1, changes):
        generations[writer.apply(version(n))] = f"v{n}x"
    done.set()
    for thread in readers:
        thread.join()
    assert failures == []
    assert len({generation for generation, _ in observed}) > 1, "the readers saw the writer at work"
    assert all(generations[generation] in text for generation, text in observed)


def test_writers_take_turns(open_store: OpenStore) -> None:
    stores = [open_store() for _ in range(4)]
    start = stores[0].info().generation
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for i in range(5):
                stores[number].apply(ChangeSet(upsert=embedded(make_document("Some text.", f"{number}-{i}.txt"))))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (stores[0].info().generation, stores[0].info().documents) == (start + 20, 20)
