"""Chunks: whole sentences of one section, even in size, that fit the embedder with their header."""

from __future__ import annotations

import pytest
from fakes import WordCountEmbedder, make_document

from index.chunking import chunk_document, embedding_text
from index.readers.markdown import read_markdown
from index.types import Chunk, Document, Heading


def numbered(count: int, words: int = 5) -> str:
    """Return ``count`` sentences of ``words`` words each."""
    return " ".join(f"{'Word ' * (words - 1)}n{i}." for i in range(count))


def from_markdown(text: str, title: str = "") -> Document:
    read = read_markdown(text)
    return make_document(read.text, title=title, headings=read.headings, body_start=read.body_start)


def texts(chunks: list[Chunk]) -> list[str]:
    return [chunk.text for chunk in chunks]


def test_a_short_document_is_one_chunk() -> None:
    document = make_document("One. Two.\nThree.", title="T")
    (chunk,) = chunk_document(document, WordCountEmbedder())
    assert chunk == Chunk(f"{document.id}-00000", document.id, 0, 0, 16, "One. Two.\nThree.", "")


def test_a_long_section_is_cut_evenly_at_sentences() -> None:
    text = numbered(12)  # 60 words at 25 a chunk: three chunks of 20, not 25 + 25 + 10
    chunks = chunk_document(make_document(text), WordCountEmbedder(max_tokens=25))
    assert [len(chunk.text.split()) for chunk in chunks] == [20, 20, 20]
    assert all(chunk.text.endswith(".") for chunk in chunks)


def test_ids_and_ordinals_count_up() -> None:
    document = make_document(numbered(12))
    chunks = chunk_document(document, WordCountEmbedder(max_tokens=10))
    assert [chunk.ordinal for chunk in chunks] == list(range(6))
    assert [chunk.id for chunk in chunks] == [f"{document.id}-{i:05d}" for i in range(6)]
    assert [chunk.id for chunk in chunks] == sorted(chunk.id for chunk in chunks)


def test_a_sentence_that_is_too_long_is_cut_at_words() -> None:
    chunks = chunk_document(make_document("word " * 22 + "end."), WordCountEmbedder(max_tokens=10))
    assert [len(chunk.text.split()) for chunk in chunks] == [10, 10, 3]
    assert all(chunk.text == chunk.text.strip() for chunk in chunks)


def test_without_white_space_a_cut_comes_behind_a_sign() -> None:
    class Characters(WordCountEmbedder):
        def token_ends(self, text: str) -> list[int]:
            return [i + 1 for i, character in enumerate(text) if not character.isspace()]

    chunks = chunk_document(make_document("aaaaa,bb,ccccccccc,dddddddddddddd"), Characters(max_tokens=10))
    assert texts(chunks) == ["aaaaa,bb,", "ccccccccc,", "dddddddddd", "dddd"]


def test_no_chunk_crosses_a_heading_and_each_knows_its_path() -> None:
    document = from_markdown(
        "Intro.\n\n# A\n\nIn A.\n\n## B\n\nIn B.\n\n### C\n\nIn C.\n\n## D\n\nIn D.\n\n# E\n\nIn E.\n"
    )
    assert [(chunk.heading, chunk.text) for chunk in chunk_document(document, WordCountEmbedder())] == [
        ("", "Intro."),
        ("A", "A\n\nIn A."),
        ("A > B", "B\n\nIn B."),
        ("A > B > C", "C\n\nIn C."),
        ("A > D", "D\n\nIn D."),
        ("E", "E\n\nIn E."),
    ]


def test_the_title_is_not_repeated_in_the_path() -> None:
    document = from_markdown("# Title\n\n## Part\n\nProse.\n", title="Title")
    (chunk,) = chunk_document(document, WordCountEmbedder())
    assert chunk.heading == "Part"
    assert embedding_text(chunk, "Title", WordCountEmbedder()) == "Title > Part\nTitle\n\nPart\n\nProse."


def test_what_lies_before_the_body_is_in_no_chunk() -> None:
    assert texts(chunk_document(make_document("---\ntitle: T\n---\nProse.\n", body_start=17), WordCountEmbedder())) == ["Prose."]


def test_a_heading_with_nothing_below_it_stands_with_the_next() -> None:
    chunks = chunk_document(from_markdown("# A\n\n## B\n\nIn B.\n\n## C\n"), WordCountEmbedder())
    assert [(chunk.heading, chunk.text) for chunk in chunks] == [("A > B", "A\n\nB\n\nIn B."), ("A > C", "C")]


def test_without_title_and_heading_there_is_no_header() -> None:
    (chunk,) = chunk_document(make_document("Prose."), WordCountEmbedder())
    assert embedding_text(chunk, "", WordCountEmbedder()) == "Prose."


@pytest.mark.parametrize("title_words", [0, 3, 10, 200])
def test_title_and_chunk_together_fit_the_embedder(title_words: int) -> None:
    embedder = WordCountEmbedder(max_tokens=20)
    title = " ".join(f"t{i}" for i in range(title_words))
    chunks = chunk_document(make_document(numbered(40), title=title), embedder)
    sizes = [len(embedder.token_ends(embedding_text(chunk, title, embedder))) for chunk in chunks]
    assert max(sizes) <= 20
    # A header takes one fourth at most, so a long title does not crowd out the text.
    assert max(len(chunk.text.split()) for chunk in chunks) >= 15


def test_a_long_title_is_cut_between_words() -> None:
    embedder = WordCountEmbedder(max_tokens=8)
    chunk = Chunk("x", "d", 0, 0, 6, "Prose.")
    assert embedding_text(chunk, "one two three four", embedder) == "one two\nProse."


def test_headings_in_the_text_of_a_long_document_keep_offsets_exact() -> None:
    document = from_markdown("".join(f"# H{i}\n\n{numbered(7)}\n\n" for i in range(20)))
    chunks = chunk_document(document, WordCountEmbedder(max_tokens=12))
    assert all(document.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert {chunk.heading for chunk in chunks} == {f"H{i}" for i in range(20)}
    assert "".join(texts(chunks)).count("H") == 20


def test_a_heading_inside_a_paragraph_splits_it() -> None:
    text = "Before HEAD after."
    document = make_document(text, headings=(Heading(7, 11, 1, "HEAD"),))
    assert texts(chunk_document(document, WordCountEmbedder())) == ["Before", "HEAD after."]


def test_a_document_of_a_million_words_is_cut_in_seconds() -> None:
    chunks = chunk_document(
        make_document("word " * 400_000 + "\n\n" + "a. " * 100_000), WordCountEmbedder(max_tokens=50)
    )
    assert sum(len(chunk.text.split()) for chunk in chunks) == 500_000
