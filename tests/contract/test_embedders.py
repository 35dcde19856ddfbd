"""What every embedder promises, and what is special about the real one."""

from __future__ import annotations

import random
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fakes import WordCountEmbedder, make_document

from index.chunking import chunk_document, embedding_text
from index.embedders import load_embedder
from index.embedders.cached import CachedEmbedder
from index.errors import WeightsError
from index.types import Embedder, Matrix, Parts
from index.weights import require

MINILM = "all-minilm-l6-v2"
TEXTS = [
    "A walrus sleeps on the ice.",
    "The walrus is asleep on ice.",
    "Interest rates rose by two percent.",
    "",
    "walrus " * 40,
    "日本の首都は東京です。",
    "e\u0301 👩‍👩‍👧 \u200b \x00",
]


@pytest.fixture(scope="module")
def minilm() -> Embedder:
    return load_embedder(require(MINILM), name=MINILM)


@pytest.fixture(scope="module", params=["word-count", "cached", pytest.param("minilm", marks=pytest.mark.weights)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    match request.param:
        case "word-count":
            return WordCountEmbedder()
        case "cached":
            return CachedEmbedder(WordCountEmbedder(), size=3)
        case _:
            real: Embedder = request.getfixturevalue("minilm")
            return real


def cosine(embedder: Embedder, one: str, other: str) -> float:
    a, b = embedder.encode_documents([one, other])
    return float(a @ b)


def test_vectors_are_unit_rows_of_the_stated_shape(embedder: Embedder) -> None:
    matrix = embedder.encode_documents(TEXTS)
    assert matrix.shape == (len(TEXTS), embedder.dimension)
    assert matrix.dtype == np.float32
    assert np.linalg.norm(matrix, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    query = embedder.encode_query(TEXTS[0])
    assert query.shape == (embedder.dimension,)
    assert query.dtype == np.float32
    assert np.linalg.norm(query) == pytest.approx(1.0, abs=1e-5)


def test_no_texts_are_no_rows(embedder: Embedder) -> None:
    assert embedder.encode_documents([]).shape == (0, embedder.dimension)


def test_a_row_does_not_depend_on_the_other_texts(embedder: Embedder) -> None:
    together = embedder.encode_documents([*TEXTS, *TEXTS[::-1]])
    for i, text in enumerate(TEXTS):
        alone = embedder.encode_documents([text])[0]
        assert together[i] == pytest.approx(alone, abs=1e-4), text
        assert together[-1 - i] == pytest.approx(alone, abs=1e-4), text


SAID = "Walruses\nA walrus sleeps on the ice. The prime minister resigned on Monday. It eats clams."


def parts_of(text: str, head: int = 0) -> Parts:
    """Return the sentences after the first line."""
    body = text.index("\n") + 1 if "\n" in text else 0
    ends = [m.end() for m in re.finditer(r"[.]", text)]
    return Parts(tuple(zip([body, *(end + 1 for end in ends[:-1])], ends, strict=True)), head)


def test_parts_come_with_their_text(embedder: Embedder) -> None:
    ((vector, rows),) = embedder.encode_parts([SAID], [parts_of(SAID)])
    assert vector == pytest.approx(embedder.encode_documents([SAID])[0], abs=1e-4)
    assert (rows.shape, rows.dtype) == ((3, embedder.dimension), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-3)
    spans = parts_of(SAID).spans
    alone = embedder.encode_documents([SAID[start:end] for start, end in spans])
    closeness = rows @ alone.T
    assert closeness.argmax(axis=1).tolist() == [0, 1, 2]  # each is nearest to itself


def test_the_head_is_in_every_part(embedder: Embedder) -> None:
    head = SAID.index("\n") + 1
    ((_, without),), ((_, within),) = (embedder.encode_parts([SAID], [parts_of(SAID, h)]) for h in (0, head))
    title = embedder.encode_documents([SAID[:head]])[0]
    assert (within @ title > without @ title).all()


def test_parts_do_not_depend_on_the_other_texts(embedder: Embedder) -> None:
    texts = [SAID, "One sentence.", *(f"{'word ' * n}end." for n in range(1, 80)), ""]
    parts = [parts_of(text) if text else Parts(()) for text in texts]
    together = embedder.encode_parts(texts, parts)
    assert len(together) == len(texts)
    for i in (0, 1, 40):
        ((vector, rows),) = embedder.encode_parts([texts[i]], [parts[i]])
        assert together[i][0] == pytest.approx(vector, abs=1e-4)
        assert together[i][1] == pytest.approx(rows, abs=1e-4)
    assert together[-1][1].shape == (0, embedder.dimension)
    assert embedder.encode_parts([], []) == []


def test_threads_may_embed_at_once(embedder: Embedder) -> None:
    """The tokenizer behind serves one at a time: a page searches while documents come in."""
    long = ["The walrus sleeps on the ice. " * 8] * 40
    expected = embedder.encode_query(TEXTS[0])
    with ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(embedder.encode_documents, long) for _ in range(2)]
        asked = [pool.submit(embedder.encode_query, TEXTS[0]) for _ in range(20)]
        for query in asked:
            assert query.result() == pytest.approx(expected, abs=1e-4)
        assert all(job.result().shape == (40, embedder.dimension) for job in busy)


def test_like_is_nearer_than_unlike(embedder: Embedder) -> None:
    assert cosine(embedder, TEXTS[0], TEXTS[1]) > cosine(embedder, TEXTS[0], TEXTS[2]) + 0.3
    assert cosine(embedder, TEXTS[0], TEXTS[0]) == pytest.approx(1.0, abs=1e-4)
    query = embedder.encode_query("Where does the walrus sleep?")
    scores = embedder.encode_documents(TEXTS[:3]) @ query
    assert scores[2] < min(scores[0], scores[1])


@pytest.mark.parametrize("text", [*TEXTS, "word " * 2000, "x" * 5000, "a.b,c;d" * 50])
def test_tokens_end_inside_the_text_in_order_and_none_is_cut_off(embedder: Embedder, text: str) -> None:
    ends = embedder.token_ends(text)
    assert ends == sorted(ends)
    assert all(0 < end <= len(text) for end in ends)
    assert len(ends) >= len(text.split()) if text.isascii() and text.isprintable() else True
    if text.strip() and text.isprintable():
        assert not text[ends[-1] :].strip()


def test_what_is_beyond_the_limit_is_not_seen(embedder: Embedder) -> None:
    inside = " ".join(["walrus"] * embedder.max_tokens)
    assert cosine(embedder, inside, inside + " interest rates" * 50) == pytest.approx(1.0, abs=1e-3)


def test_the_fingerprint_stays(embedder: Embedder) -> None:
    before = embedder.fingerprint
    embedder.encode_query("anything")
    assert embedder.fingerprint == before
    assert "@" in before


def test_threads_may_share_it(embedder: Embedder) -> None:
    expected = embedder.encode_documents(TEXTS)
    got: dict[int, Matrix] = {}

    def work(number: int) -> None:
        for _ in range(3):
            got[number] = embedder.encode_documents(TEXTS)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert all(matrix == pytest.approx(expected, abs=1e-4) for matrix in got.values())


def test_what_is_remembered_is_not_embedded_again() -> None:
    behind = WordCountEmbedder()
    cached = CachedEmbedder(behind, size=2)
    cached.encode_documents(["a", "b", "a"])
    assert behind.embedded == ["a", "b"]
    cached.encode_documents(["b", "c"])
    assert behind.embedded == ["a", "b", "c"]
    cached.encode_documents(["b", "c"])
    assert behind.embedded == ["a", "b", "c"], "the two used last are remembered"
    cached.encode_documents(["a"])
    assert behind.embedded == ["a", "b", "c", "a"]


def test_more_texts_than_can_be_remembered_are_all_embedded() -> None:
    texts = [f"word{i}" for i in range(50)]
    expected = WordCountEmbedder().encode_documents(texts)
    assert np.array_equal(CachedEmbedder(WordCountEmbedder(), size=3).encode_documents(texts), expected)


@pytest.mark.weights
def test_vectors_are_those_of_sentence_transformers(minilm: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(require(MINILM)), device="cpu", local_files_only=True)
    expected = reference.encode(TEXTS[:3], normalize_embeddings=True, show_progress_bar=False)
    assert minilm.encode_documents(TEXTS[:3]) == pytest.approx(expected, abs=1e-5)
    assert minilm.max_tokens == reference.max_seq_length - 2


def _awkward(random_: random.Random, kind: int) -> str:
    """Return a text without sentences, and often without spaces, that must be cut somewhere."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    match kind:
        case 0:
            return ",".join("".join(random_.choices(letters, k=random_.randint(3, 40))) for _ in range(150))
        case 1:
            long = ["internationalization", "antidisestablishmentarianism", "counterrevolutionaries", "xyzzyplugh"]
            return "-".join(random_.choices(long, k=150))
        case 2:
            return "".join(
                chr(random_.choice([0xE01, 0x4E00, 0x627, 32, 0x301]) + random_.randint(0, 40)) for _ in range(900)
            )
        case 3:
            return "\t".join(
                "".join(random_.choices(letters + "0123456789", k=random_.randint(60, 140))) for _ in range(20)
            )
        case _:
            return "".join(chr(random_.randint(33, 0x2FFF)) for _ in range(900))


@pytest.mark.weights
@pytest.mark.parametrize("kind", range(5))
def test_every_chunk_fits_the_real_embedder_whatever_the_text(minilm: Embedder, kind: int) -> None:
    random_ = random.Random(kind)
    for title in ("", "Title " * 100, "x" * 300):
        for _ in range(8):
            document = make_document(_awkward(random_, kind), title=title)
            chunks = chunk_document(document, minilm)
            assert "".join("".join(c.text for c in chunks).split()) == "".join(document.text.split())
            longest = max(len(minilm.token_ends(embedding_text(chunk, title, minilm))) for chunk in chunks)
            assert longest <= minilm.max_tokens


@pytest.mark.weights
@pytest.mark.parametrize("missing", ["tokenizer.json", "config.json", "sentence_bert_config.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_refused(tmp_path: Path, missing: str) -> None:
    shutil.copytree(require(MINILM), tmp_path / "model", ignore=shutil.ignore_patterns(missing, "*.txt", "README.md"))
    with pytest.raises(WeightsError, match="pincite models verify") as caught:
        load_embedder(tmp_path / "model")
    assert "\n" not in str(caught.value)


@pytest.mark.weights
def test_weights_that_are_cut_off_are_refused(tmp_path: Path) -> None:
    shutil.copytree(require(MINILM), tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1_000_000])
    with pytest.raises(WeightsError, match="pincite models verify"):
        load_embedder(tmp_path / "model").encode_query("anything")


@pytest.mark.weights
def test_other_weights_have_another_fingerprint(tmp_path: Path, minilm: Embedder) -> None:
    shutil.copytree(require(MINILM), tmp_path / MINILM)
    assert load_embedder(tmp_path / MINILM).fingerprint == minilm.fingerprint
    weights = tmp_path / MINILM / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"abcd")
    assert load_embedder(tmp_path / MINILM).fingerprint != minilm.fingerprint
