"""Test sets: what is read, and that what cannot be trusted is refused with its place and a remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.errors import BrokenTestSet
from eval.loading import load_testset

CORPUS = [
    {
        "_id": "d1",
        "title": "Tides",
        "text": "The moon pulls. The sea rises twice a day.",
        "metadata": {"date": "2024-05-01"},
    },
    {"_id": "d2", "title": "", "text": "Salt stays behind.\nSalt stays behind."},
]
QUERIES = [
    {
        "_id": "q1",
        "text": "How often does the sea rise?",
        "metadata": {
            "answerable": True,
            "answers": ["twice a day"],
            "evidence": [{"document_id": "d1", "quote": "The sea rises twice a day."}],
            "history": [{"role": "user", "text": "Hello"}, {"role": "assistant", "text": "Hi"}],
            "kind": "fact",
            "author": "someone",
        },
    },
    {"_id": "q2", "text": "Who was first?", "metadata": {"answerable": False}},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\n"


def lines(rows: list[Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write(folder: Path, *, corpus: str | None = None, queries: str | None = None, qrels: str | None = None) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    (folder / "corpus.jsonl").write_text(lines(CORPUS) if corpus is None else corpus, encoding="utf-8")
    (folder / "queries.jsonl").write_text(lines(QUERIES) if queries is None else queries, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(QRELS if qrels is None else qrels, encoding="utf-8")
    return folder


def with_metadata(**metadata: Any) -> str:
    return lines([{"_id": "q1", "text": "What?", "metadata": metadata}])


def test_a_folder_is_read_with_everything_it_says(tmp_path: Path) -> None:
    testset = load_testset(write(tmp_path / "sea"))

    assert testset.name == "sea"
    assert [(d.id, d.title, d.text, d.date) for d in testset.documents] == [
        ("d1", "Tides", CORPUS[0]["text"], "2024-05-01"),
        ("d2", "", CORPUS[1]["text"], None),
    ]
    first, second = testset.questions
    assert (first.id, first.text, first.answerable, first.answers) == (
        "q1",
        "How often does the sea rise?",
        True,
        ("twice a day",),
    )
    assert [(m.role, m.text) for m in first.history] == [("user", "Hello"), ("assistant", "Hi")]
    assert first.relevant == {"d1": 1, "d2": 0}
    assert first.relevant_documents == {"d1"}
    assert (first.kind, first.metadata["author"]) == ("fact", "someone")
    assert (second.answerable, second.kind, second.relevant) == (False, "unanswerable", {})


def test_every_place_of_a_quote_is_found_and_white_space_may_differ(tmp_path: Path) -> None:
    evidence = [{"document_id": "d2", "quote": "Salt stays behind."}, {"document_id": "d2", "quote": "behind. Salt"}]
    (question,) = load_testset(write(tmp_path, queries=with_metadata(evidence=evidence))).questions

    text = CORPUS[1]["text"]
    assert [text[a:b] for a, b in question.evidence[0].spans] == ["Salt stays behind."] * 2
    assert [text[a:b] for a, b in question.evidence[1].spans] == ["behind.\nSalt"]


def test_a_plain_beir_set_is_a_test_set(tmp_path: Path) -> None:
    queries = lines([{"_id": "q1", "text": "What?"}])
    (question,) = load_testset(write(tmp_path, queries=queries)).questions

    assert question.answerable is None
    assert question.answers == ()


def test_a_question_with_a_gold_answer_can_be_answered_unless_told_otherwise(tmp_path: Path) -> None:
    (question,) = load_testset(write(tmp_path, queries=with_metadata(answers=["x"]))).questions
    assert question.answerable is True


def test_a_line_separator_within_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    corpus = lines([{"_id": "d1", "text": "one\u2028two\u0085three"}, CORPUS[1]])
    testset = load_testset(write(tmp_path, corpus=corpus, queries=with_metadata(answers=["x"])))
    assert testset.documents[0].text == "one\u2028two\u0085three"


def test_ordinary_documents_may_stand_in_place_of_a_corpus_file(tmp_path: Path) -> None:
    write(tmp_path, queries=with_metadata(answers=["x"]), qrels="query-id\tcorpus-id\tscore\nq1\tsub/tides.md\t1\n")
    (tmp_path / "corpus.jsonl").unlink()
    (tmp_path / "corpus" / "sub").mkdir(parents=True)
    (tmp_path / "corpus" / "sub" / "tides.md").write_text("# Tides\n\nThe moon pulls.\n", encoding="utf-8")
    (tmp_path / "corpus" / ".hidden").write_text("no", encoding="utf-8")

    (document,) = load_testset(tmp_path).documents

    assert (document.id, document.source) == ("sub/tides.md", "sub/tides.md")
    assert "The moon pulls." in document.text


def test_a_corpus_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "corpus.jsonl").unlink()
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "blob.xyz").write_bytes(b"\x00\x01")
    with pytest.raises(BrokenTestSet, match=r"blob\.xyz: cannot become a document"):
        load_testset(tmp_path)


BROKEN: list[tuple[str, dict[str, str], str]] = [
    ("bad JSON", {"corpus": lines(CORPUS) + '{"_id": "d3", \n'}, r"corpus\.jsonl:3: bad JSON"),
    ("not an object", {"queries": "[1]\n"}, r"queries\.jsonl:1: the line is a list"),
    ("no id", {"corpus": lines([{"text": "x"}])}, r'corpus\.jsonl:1: "_id" is missing'),
    ("empty id", {"corpus": lines([{"_id": "", "text": "x"}])}, r'corpus\.jsonl:1: "_id" is empty'),
    ("no text", {"corpus": lines([{"_id": "d1"}])}, r'corpus\.jsonl:1: "text" is missing'),
    ("number for text", {"corpus": lines([{"_id": "d1", "text": 3}])}, r'corpus\.jsonl:1: "text" holds a number'),
    ("half a surrogate", {"corpus": '{"_id": "d1", "text": "\\ud800"}\n'}, r"corpus\.jsonl:1: .*surrogate"),
    ("duplicate document", {"corpus": lines([*CORPUS, CORPUS[0]])}, r'corpus\.jsonl:3: the id "d1" .*line 1'),
    ("duplicate question", {"queries": lines([*QUERIES, QUERIES[0]])}, r'queries\.jsonl:3: the id "q1" .*line 1'),
    ("no documents", {"corpus": "\n"}, r"corpus\.jsonl: no document"),
    ("no questions", {"queries": ""}, r"queries\.jsonl: no question"),
    ("empty question", {"queries": lines([{"_id": "q1", "text": " "}])}, r"queries\.jsonl:1: the question is empty"),
    ("qrel to a missing document", {"qrels": QRELS + "q1\td9\t1\n"}, r'test\.tsv:4: document "d9" is not in'),
    ("qrel to a missing question", {"qrels": QRELS + "q9\td1\t1\n"}, r'test\.tsv:4: question "q9" is not in'),
    ("qrel twice", {"qrels": QRELS + "q1\td1\t1\n"}, r"test\.tsv:4: this pair was judged"),
    ("qrel without grade", {"qrels": QRELS + "q1\td1\n"}, r"test\.tsv:4: not a judgement"),
    ("nothing to measure", {"queries": lines([{"_id": "q", "text": "a"}]), "qrels": "h\th\th\n"}, r"no judgement"),
    ("answerable as text", {"queries": with_metadata(answerable="yes")}, r'queries\.jsonl:1: "answerable" is a string'),
    ("answers as text", {"queries": with_metadata(answers="yes")}, r'queries\.jsonl:1: "answers" is a string'),
    ("answers of numbers", {"queries": with_metadata(answers=[7])}, r'queries\.jsonl:1: "answers" holds a number'),
    ("unknown role", {"queries": with_metadata(history=[{"role": "bot", "text": "x"}])}, r':1: .*the role "bot"'),
    ("choice out of range", {"queries": with_metadata(choices=["a"], answer_choice=1)}, r':1: "answer_choice" is 1'),
    (
        "evidence elsewhere",
        {"queries": with_metadata(evidence=[{"document_id": "d1", "quote": "The sea falls."}])},
        r'queries\.jsonl:1: the evidence quote "The sea falls\." is not in document "d1"',
    ),
    (
        "evidence in no document",
        {"queries": with_metadata(evidence=[{"document_id": "d9", "quote": "x"}])},
        r'queries\.jsonl:1: the evidence names document "d9"',
    ),
    (
        "empty quote",
        {"queries": with_metadata(evidence=[{"document_id": "d1", "quote": " "}])},
        r"queries\.jsonl:1: the evidence quote",
    ),
]


@pytest.mark.parametrize(("files", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_set_is_refused_with_its_place_and_remedy(tmp_path: Path, files: dict[str, str], message: str) -> None:
    queries_alone = {"qrels": QRELS.split("\n")[0]} if "queries" in files or "corpus" in files else {}
    with pytest.raises(BrokenTestSet, match=message) as caught:
        load_testset(write(tmp_path, **{**queries_alone, **files}))
    assert "; " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "queries.jsonl").write_bytes(lines(QUERIES).encode() + b'{"_id": "q3", "text": "caf\xe9"}\n')
    with pytest.raises(BrokenTestSet, match=r"queries\.jsonl:3: not UTF-8"):
        load_testset(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: (path / "queries.jsonl").unlink(), r"queries\.jsonl: no such file"),
        (lambda path: (path / "corpus.jsonl").unlink(), "no corpus.jsonl and no corpus/ folder"),
        (lambda path: (path / "corpus").mkdir(), "both corpus.jsonl and corpus/"),
        (lambda path: (path / "qrels" / "test.tsv").rename(path / "qrels" / "dev.tsv"), "other splits"),
    ],
)
def test_a_set_with_files_missing_or_too_many_is_refused(
    tmp_path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(write(tmp_path))
    with pytest.raises(BrokenTestSet, match=message):
        load_testset(tmp_path)


def test_a_path_with_no_test_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenTestSet, match="no such test set; give"):
        load_testset(tmp_path / "absent")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(BrokenTestSet, match="not a test set; give"):
        load_testset(tmp_path / "notes.txt")


SQUAD: dict[str, Any] = {
    "version": "v2.0",
    "data": [
        {
            "title": "The_Sea",
            "paragraphs": [
                {
                    "context": "The sea rises twice a day. It falls twice.",
                    "qas": [
                        {
                            "id": "a",
                            "question": "How often does it rise?",
                            "answers": [
                                {"text": "twice a day", "answer_start": 14},
                                {"text": "twice", "answer_start": 14},
                                {"text": "twice", "answer_start": 36},
                            ],
                            "is_impossible": False,
                        },
                        {"id": "b", "question": "Why?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ],
}


def squad(path: Path, change: Callable[[dict[str, Any]], None] | None = None) -> Path:
    data = json.loads(json.dumps(SQUAD))
    if change:
        change(data["data"][0]["paragraphs"][0])
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_a_squad_file_is_a_test_set(tmp_path: Path) -> None:
    testset = load_testset(squad(tmp_path / "dev.json"))

    (document,) = testset.documents
    assert (testset.name, document.title) == ("dev", "The Sea")
    first, second = testset.questions
    assert (first.answerable, first.answers, first.relevant) == (True, ("twice a day", "twice"), {document.id: 1})
    (evidence,) = first.evidence
    assert [document.text[a:b] for a, b in evidence.spans] == ["twice a day", "twice", "twice"]
    assert (second.answerable, second.answers, second.relevant, second.evidence) == (False, (), {}, ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p["qas"][0]["answers"][0].update(answer_start=13), "is not at character 13"),
        (lambda p: p["qas"][0]["answers"][0].update(answer_start=-3), "is not at character -3"),
        (lambda p: p["qas"][1].update(id="a"), '"a" is used twice'),
        (lambda p: p["qas"][1].update(is_impossible=False), 'question "b" has no answer'),
        (lambda p: p.pop("context"), '"context" is missing'),
        (lambda p: p.update(qas=[]), "no question in it"),
    ],
)
def test_a_broken_squad_file_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None], message: str) -> None:
    with pytest.raises(BrokenTestSet, match=message):
        load_testset(squad(tmp_path / "dev.json", change))


def test_bad_json_in_a_squad_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text('{"data": [\n  {"title": \n', encoding="utf-8")
    with pytest.raises(BrokenTestSet, match=r"dev\.json:3: bad JSON"):
        load_testset(path)


def many(tmp_path: Path) -> Path:
    queries = lines([{"_id": f"q{i}", "text": "?", "metadata": {"answers": ["x"]}} for i in range(40)])
    return write(tmp_path, queries=queries, qrels="query-id\tcorpus-id\tscore\n")


def test_a_seed_samples_the_same_questions_in_their_order_and_a_larger_limit_adds_to_them(tmp_path: Path) -> None:
    testset = load_testset(many(tmp_path))
    order = [question.id for question in testset.questions]

    small = [question.id for question in testset.sample(5, 7).questions]
    large = [question.id for question in testset.sample(20, 7).questions]
    other = [question.id for question in testset.sample(5, 8).questions]

    assert small == [question.id for question in testset.sample(5, 7).questions]
    assert (len(small), len(large)) == (5, 20)
    assert set(small) < set(large)
    assert large == sorted(large, key=order.index)
    assert set(small) != set(other)
    assert testset.sample(None, 7) == testset.sample(40, 7) == testset


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    first = load_testset(write(tmp_path / "a"))
    same = load_testset(write(tmp_path / "b"))
    qrels = load_testset(write(tmp_path / "c", qrels=QRELS.replace("d2\t0", "d2\t2")))
    corpus = load_testset(write(tmp_path / "d", corpus=lines([*CORPUS, {"_id": "d3", "text": "more"}])))

    assert first.content_hash == same.content_hash
    assert first.corpus_hash == qrels.corpus_hash != corpus.corpus_hash
    assert len({first.content_hash, qrels.content_hash, corpus.content_hash}) == 3
