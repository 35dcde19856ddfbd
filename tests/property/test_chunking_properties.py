"""Chunks of any document whatever: exact offsets, nothing twice, nothing lost, nothing too long."""

from __future__ import annotations

import re

from fakes import WordCountEmbedder, make_document
from hypothesis import given
from hypothesis import strategies as st

from index.chunking import chunk_document, embedding_text
from index.readers.markdown import read_markdown
from index.readers.plain import read_plain
from index.types import Document, Heading

PIECES = st.sampled_from(
    ["Word", "word", " ", "  ", "\n", "\n\n", ". ", "? ", "Mr. ", "# ", "## ", "\n# Head\n\n", "\n\nA Line\n\n", "\n---\n",
     "=====\n", "```\n", "- ", "1. ", "。", "日本語", "x" * 30, "word " * 20, "\u00a0", "\u2028", "\u3000", "é", "👩‍👩‍👧", "a,b;c"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))
TITLES = st.one_of(st.just(""), st.text(max_size=40), st.lists(st.just("word "), max_size=60).map("".join))


class PieceEmbedder(WordCountEmbedder):
    """One whose tokens are up to three characters of a word, so that words are cut as well."""

    def token_ends(self, text: str) -> list[int]:
        return [match.end() for match in re.finditer(r"\S{1,3}", text)]


EMBEDDERS = st.builds(
    lambda kind, size: kind(max_tokens=size), st.sampled_from([WordCountEmbedder, PieceEmbedder]), st.integers(8, 40)
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Return a document as a reader makes it, or with headings anywhere between words."""
    text, title = draw(TEXTS), draw(TITLES)
    match draw(st.sampled_from(["markdown", "plain", "free"])):
        case "markdown":
            read = read_markdown(text)
        case "plain":
            read = read_plain(text)
        case _:
            edges = [i for i in range(len(text) + 1) if not text[i - 1 : i].strip() or not text[i : i + 1].strip()]
            cuts = sorted(draw(st.lists(st.sampled_from(edges), max_size=8)))
            pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
            levels = st.integers(1, 6)
            headings = tuple(Heading(start, end, draw(levels), text[start:end]) for start, end in pairs)
            return make_document(text, title=title, headings=headings)
    return make_document(text, title=title, headings=read.headings, body_start=read.body_start)


@given(documents(), EMBEDDERS)
def test_chunks_are_exact_ordered_and_apart(document: Document, embedder: WordCountEmbedder) -> None:
    position = document.body_start
    for ordinal, chunk in enumerate(chunk_document(document, embedder)):
        assert chunk.ordinal == ordinal
        assert chunk.document_id == document.id
        assert position <= chunk.start < chunk.end <= len(document.text)
        assert chunk.text == document.text[chunk.start : chunk.end] == chunk.text.strip()
        position = chunk.end


@given(documents(), EMBEDDERS)
def test_all_of_the_body_is_in_a_chunk_its_headings_too(document: Document, embedder: WordCountEmbedder) -> None:
    chunks = chunk_document(document, embedder)
    body = document.text[document.body_start :]
    assert "".join("".join(chunk.text for chunk in chunks).split()) == "".join(body.split())


@given(documents(), EMBEDDERS)
def test_what_is_embedded_fits_the_embedder(document: Document, embedder: WordCountEmbedder) -> None:
    for chunk in chunk_document(document, embedder):
        text = embedding_text(chunk, document.title, embedder)
        assert text.endswith(chunk.text)
        assert len(embedder.token_ends(text)) <= embedder.max_tokens


@given(documents(), EMBEDDERS)
def test_ids_are_unique_and_the_same_each_time(document: Document, embedder: WordCountEmbedder) -> None:
    chunks = chunk_document(document, embedder)
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    assert chunk_document(document, embedder) == chunks
