"""Metrics against independent implementations, on random inputs."""

from __future__ import annotations

import collections
import math
import re
import string
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import metrics
from eval.statistics import bootstrap, paired_bootstrap, percentile

DOCUMENTS = [f"d{i}" for i in range(14)]
rankings = st.lists(st.sampled_from(DOCUMENTS), unique=True, max_size=14)
judgements = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1).filter(
    lambda grades: any(grades.values())
)
words = st.sampled_from("The a an sea Sea, rises twice 10 10.5 é U.S. don't — an's".split())
texts = st.lists(words, max_size=8).map(" ".join) | st.text(max_size=20)
golds = st.lists(texts, min_size=1, max_size=3)


@given(rankings, judgements)
def test_retrieval_metrics_equal_trec_eval(ranking: list[str], grades: dict[str, int]) -> None:
    pytrec_eval = pytest.importorskip("pytrec_eval")
    wanted = {"recall.1,3,5,10", "ndcg_cut.10", "recip_rank"}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": grades}, wanted)

    def theirs(depth: int) -> dict[str, float]:
        run = {item: float(-rank) for rank, item in enumerate(ranking[:depth])}
        measured: dict[str, float] = evaluator.evaluate({"q": run})["q"] if run else collections.defaultdict(float)
        return measured

    relevant = [item for item, grade in grades.items() if grade > 0]
    for k in (1, 3, 5, 10):
        assert metrics.recall_at(k, ranking, relevant) == pytest.approx(theirs(14)[f"recall_{k}"])
    assert metrics.reciprocal_rank_at(10, ranking, relevant) == pytest.approx(theirs(10)["recip_rank"])
    assert metrics.ndcg_at(10, ranking, grades) == pytest.approx(theirs(14)["ndcg_cut_10"])


def published_normalisation(text: str) -> str:
    """SQuAD's evaluation, step by step as its definition gives them."""
    without_punctuation = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    without_articles = re.compile(r"\b(a|an|the)\b", re.UNICODE).sub(" ", without_punctuation)
    return " ".join(without_articles.split())


def published_f1(said: str, gold: str) -> float:
    left, right = published_normalisation(said).split(), published_normalisation(gold).split()
    if not left or not right:
        return float(left == right)
    same = sum((collections.Counter(left) & collections.Counter(right)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(left), same / len(right)
    return 2 * precision * recall / (precision + recall)


@given(texts, golds)
def test_short_answer_metrics_equal_squads_definition(said: str, answers: list[str]) -> None:
    normal = published_normalisation(said)
    assert metrics.normalize_answer(said) == normal
    assert metrics.exact_match(said, answers) == max(float(normal == published_normalisation(gold)) for gold in answers)
    assert metrics.token_f1(said, answers) == pytest.approx(max(published_f1(said, gold) for gold in answers))


@given(texts, golds)
def test_contains_means_the_words_stand_side_by_side(said: str, answers: list[str]) -> None:
    tokens = published_normalisation(said).split()

    def holds(gold: list[str]) -> bool:
        if not gold:
            return not tokens
        return any(tokens[i : i + len(gold)] == gold for i in range(len(tokens)))

    expected = any(holds(published_normalisation(gold).split()) for gold in answers)
    assert metrics.contains(said, answers) == float(expected)


@pytest.fixture(scope="module")
def rouge() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scorer = pytest.importorskip("rouge_score.rouge_scorer")
    return scorer.RougeScorer(["rougeL"], use_stemmer=False)


@given(said=texts, answers=golds)
def test_rouge_l_equals_rouge_score(rouge: Any, said: str, answers: list[str]) -> None:
    theirs = max(rouge.score(gold, said)["rougeL"].fmeasure for gold in answers)
    assert metrics.rouge_l(said, answers) == pytest.approx(theirs)


short_runs = st.lists(st.sampled_from("abc"), max_size=9)


@given(short_runs, short_runs)
def test_longest_common_subsequence_equals_its_recursive_definition(left: list[str], right: list[str]) -> None:
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    assert metrics.longest_common_subsequence(left, right) == table[-1][-1]


spans = st.tuples(st.sampled_from("xy"), st.integers(0, 12), st.integers(1, 8)).map(lambda s: (s[0], s[1], s[1] + s[2]))


@given(spans, spans)
def test_a_hit_covers_half_of_the_shorter_span_character_by_character(cited: metrics.Span, gold: metrics.Span) -> None:
    left, right = set(range(*cited[1:])), set(range(*gold[1:]))
    expected = cited[0] == gold[0] and len(left & right) >= min(len(left), len(right)) / 2
    assert metrics.hits(cited, gold) is expected
    assert metrics.hits(gold, cited) is expected


@given(st.lists(spans, max_size=4), st.lists(st.lists(spans, min_size=1, max_size=2), min_size=1, max_size=3))
def test_citation_scores_count_hits(cited: list[metrics.Span], evidence: list[list[metrics.Span]]) -> None:
    golds = [(j, gold) for j, places in enumerate(evidence) for gold in places]
    pairs = {(i, j) for i, span in enumerate(cited) for j, gold in golds if metrics.hits(span, gold)}
    assert metrics.citation_recall(cited, evidence) == len({j for _, j in pairs}) / len(evidence)
    if cited:
        assert metrics.citation_precision(cited, evidence) == len({i for i, _ in pairs}) / len(cited)


values = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(values, st.integers(0, 2**31))
def test_an_interval_holds_for_its_seed_and_stays_within_the_values(sample: list[float], seed: int) -> None:
    estimate = bootstrap(sample, name="metric", seed=seed, resamples=200)
    assert estimate == bootstrap(sample, name="metric", seed=seed, resamples=200)
    assert estimate.n == len(sample)
    assert estimate.value == pytest.approx(math.fsum(sample) / len(sample))
    assert min(sample) - 1e-9 <= estimate.low <= estimate.high <= max(sample) + 1e-9


@given(values, st.sampled_from([50, 95]))
def test_a_percentile_is_numpys(sample: list[float], q: int) -> None:
    estimate = bootstrap(sample, name="latency", seed=0, statistic=percentile(q), resamples=50)
    assert estimate.value == pytest.approx(float(np.percentile(sample, q)))


@given(values, st.floats(-1, 1))
def test_a_shift_of_every_question_is_found_exactly(sample: list[float], shift: float) -> None:
    estimate = paired_bootstrap(sample, [value + shift for value in sample], name="m", seed=1, resamples=100)
    assert estimate.value == pytest.approx(shift, abs=1e-9)
    assert estimate.low == pytest.approx(shift, abs=1e-9)
    assert estimate.high == pytest.approx(shift, abs=1e-9)
