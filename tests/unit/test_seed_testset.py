"""The seed article and its questions: what the product is measured with has to be right itself.

Kinds of answerable questions: ``number``, ``name``, ``date``, ``place``, ``cause``, ``list``, ``yes_no``,
``paraphrase`` (other words than the article's), ``two_sentences`` (no single sentence is enough) and ``follow_up``
(unclear without its history). Of unanswerable ones: ``near_miss`` (a detail the article leaves out),
``false_premise`` (it presumes what the article never says), ``other_topic`` and ``follow_up_unanswerable``.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from seeds import documents_dir

TESTSET = Path(__file__).resolve().parents[2] / "eval" / "testsets" / "seed"
ARTICLE = "000_e34c276ad7d2c778.txt"
ARTICLE_SHA256 = "5f61d78debb93e45a5d40108364ba64c003abb6f125aeb6cc9d0ee01a2d800ab"
DATE_LINE = " date 2024-02-03 "
ARTICLE_SENTENCES = 16
LEAST_BY_KIND = {
    True: {
        "number": 4,
        "name": 4,
        "date": 2,
        "place": 4,
        "cause": 3,
        "paraphrase": 6,
        "two_sentences": 6,
        "follow_up": 6,
        "yes_no": 2,
        "list": 3,
    },
    False: {"near_miss": 8, "false_premise": 4, "other_topic": 4, "follow_up_unanswerable": 4},
}
FOLLOW_UPS = {"follow_up", "follow_up_unanswerable"}

Query = dict[str, Any]


def _read_queries() -> list[Query]:
    lines = (TESTSET / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


QUERIES = _read_queries()
ANSWERABLE = [query for query in QUERIES if query["metadata"]["answerable"]]
UNANSWERABLE = [query for query in QUERIES if not query["metadata"]["answerable"]]


def _ids(queries: list[Query]) -> list[str]:
    return [query["_id"] for query in queries]


def _article() -> str:
    return (documents_dir() / ARTICLE).read_bytes().decode("utf-8")


def _sentences(article: str) -> list[str]:
    """Split the article's paragraphs after a full stop that ends a word or "US", but not after "U.S."."""
    paragraphs = article.removeprefix(DATE_LINE).split("\n\n")
    ends = re.compile(r"(?:(?<=[a-z]\.)|(?<=US\.)) (?=[A-Z])")
    return [sentence for text in paragraphs if text.endswith(".") for sentence in ends.split(text)]


def _normalised(text: str) -> str:
    """Fold case, drop punctuation and articles, and pad with blanks so that ``in`` compares whole words."""
    bare = text.casefold().translate(str.maketrans("", "", string.punctuation))
    words = [word for word in bare.split() if word not in {"a", "an", "the"}]
    return f" {' '.join(words)} "


def test_article_is_pinned_and_both_copies_are_identical() -> None:
    digests = [
        hashlib.sha256((folder / ARTICLE).read_bytes()).hexdigest() for folder in (documents_dir(), TESTSET / "corpus")
    ]
    assert digests == [ARTICLE_SHA256, ARTICLE_SHA256]


def test_documents_dir_holds_the_default_library_only() -> None:
    assert [path.name for path in documents_dir().iterdir()] == [ARTICLE]


def test_documents_dir_does_not_depend_on_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert documents_dir().is_absolute()
    assert (documents_dir() / ARTICLE).is_file()


def test_the_corpus_is_the_article_alone() -> None:
    assert [path.name for path in (TESTSET / "corpus").iterdir()] == [ARTICLE]
    assert not (TESTSET / "corpus.jsonl").exists()


def test_ids_are_consecutive_and_no_question_is_asked_twice() -> None:
    assert _ids(QUERIES) == [f"seed-{number:03d}" for number in range(1, len(QUERIES) + 1)]
    asked = Counter((_normalised(query["text"]), json.dumps(query["metadata"].get("history"))) for query in QUERIES)
    assert [question for question, times in asked.items() if times > 1] == []


def test_questions_are_many_and_a_third_is_unanswerable() -> None:
    assert len(ANSWERABLE) >= 48
    assert len(UNANSWERABLE) >= 24
    assert 3 * len(UNANSWERABLE) >= len(QUERIES)


@pytest.mark.parametrize(("answerable", "queries"), [(True, ANSWERABLE), (False, UNANSWERABLE)])
def test_every_kind_is_known_and_frequent_enough(answerable: bool, queries: list[Query]) -> None:
    counts = Counter(query["metadata"]["kind"] for query in queries)
    least = LEAST_BY_KIND[answerable]
    assert set(counts) == set(least)
    assert {kind: counts[kind] for kind in least if counts[kind] < least[kind]} == {}


def test_any_first_dozen_holds_both_sides() -> None:
    # A run with a limit may take the first questions: it must not see answerable ones only.
    for start in range(0, len(QUERIES) - 12, 12):
        refused = [not query["metadata"]["answerable"] for query in QUERIES[start : start + 12]]
        assert 3 <= sum(refused) <= 5


@pytest.mark.parametrize("query", ANSWERABLE, ids=_ids(ANSWERABLE))
def test_answerable_question_has_answers_and_exact_evidence(query: Query) -> None:
    gold = query["metadata"]
    sentences = _sentences(_article())
    quotes = [item["quote"] for item in gold["evidence"]]
    assert quotes
    assert len(set(quotes)) == len(quotes)
    for item in gold["evidence"]:
        assert item["document_id"] == ARTICLE
        assert item["quote"] in _article()
        assert item["quote"] in sentences
    if gold["kind"] == "two_sentences":
        assert len(quotes) >= 2


@pytest.mark.parametrize("query", ANSWERABLE, ids=_ids(ANSWERABLE))
def test_a_gold_answer_stands_in_the_evidence(query: Query) -> None:
    gold = query["metadata"]
    answers = [_normalised(answer) for answer in gold["answers"]]
    assert answers
    assert all(answer.strip() for answer in answers)
    if gold["kind"] == "yes_no":
        assert gold["answers"] in (["Yes"], ["No"])
        return
    evidence = _normalised(" ".join(item["quote"] for item in gold["evidence"]))
    assert any(answer in evidence for answer in answers)


@pytest.mark.parametrize("query", ANSWERABLE, ids=_ids(ANSWERABLE))
def test_a_model_answer_would_itself_be_scored_as_right(query: Query) -> None:
    gold = query["metadata"]
    assert gold["long_answers"]
    for long_answer in gold["long_answers"]:
        assert long_answer.endswith(".")
        assert any(_normalised(answer) in _normalised(long_answer) for answer in gold["answers"])


@pytest.mark.parametrize("query", UNANSWERABLE, ids=_ids(UNANSWERABLE))
def test_unanswerable_question_has_no_gold(query: Query) -> None:
    assert {"answers", "long_answers", "evidence"}.isdisjoint(query["metadata"])


@pytest.mark.parametrize("query", QUERIES, ids=_ids(QUERIES))
def test_only_follow_ups_have_a_history_and_its_turns_alternate(query: Query) -> None:
    history = query["metadata"].get("history", [])
    assert bool(history) == (query["metadata"]["kind"] in FOLLOW_UPS)
    assert [turn["role"] for turn in history] == ["user", "assistant"] * (len(history) // 2)
    assert all(turn["text"].strip() for turn in history)


def test_the_questions_reach_every_sentence_of_the_article() -> None:
    sentences = _sentences(_article())
    assert len(sentences) == ARTICLE_SENTENCES
    cited = {item["quote"] for query in ANSWERABLE for item in query["metadata"]["evidence"]}
    assert set(sentences) - cited == set()


def test_qrels_name_the_article_for_exactly_the_answerable_questions() -> None:
    header, *rows = (TESTSET / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()
    assert header == "query-id\tcorpus-id\tscore"
    assert rows == [f"{query_id}\t{ARTICLE}\t1" for query_id in _ids(ANSWERABLE)]
