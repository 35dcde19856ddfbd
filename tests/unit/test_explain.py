"""Why this answer: what is told of an answer's making, with nothing of a document taken for markup."""

from __future__ import annotations

from dataclasses import replace

from rag.types import Answer, Citation, LibrarySummary, ModelInfo, Passage, Reason, Timings
from ui.explain import explanation

PASSAGES = (
    Passage("d", "c1", "Lease", "s", None, "Terms", 1, 0.81, 0, 50, "…", True, "page 2", 0.62, 7.25),
    Passage("d", "c2", "Lease", "s", None, "", 2, 0.4, 50, 90, "…", True, None, 0.3, 0.0, "The <b>house</b>"),
    Passage("e", "c3", "Boat", "s", None, "", 3, 0.2, 0, 20, "…", False),
    Passage("e", "c4", "Boat", "s", None, "", 4, 0.1, 20, 40, "…", True, spared=True),
)
FATES = ("cited as 1", "read (named by", "not read: others came closer", "not read: the answer was found before")
ANSWER = Answer(
    "And when?",
    "When does the lease end?",
    "In May. [1]",
    False,
    None,
    (),
    (Citation(1, "d", "Lease", "s", 2, 10, 20, "ends in May"),),
    PASSAGES,
    Timings(0.4, 0.04, 2.2, 3.1, 1.9),
    ModelInfo("small", "llama.cpp", "0123456789abcdef" * 4),
    LibrarySummary(4, 12, 1234, "minilm@1"),
    confidence=0.734,
)


def test_it_tells_what_was_understood_found_read_and_how_long_it_took() -> None:
    page = explanation(ANSWER)
    for told in (
        "When does the lease end?",
        "73 % that the sources hold it",
        "understanding 0.4 s, reading 1.9 s, in all 3.1 s",
        "small (llama.cpp, sha256 0123456789ab…)",
        "generation 4, 12 documents, 1,234 passages",
        "minilm@1",
    ):
        assert told in page
    assert "searching" not in page, "what took no time is not worth a word"
    rows = page.split("<tr>")[2:]
    for fate, row in zip(FATES, rows, strict=True):
        assert f"<td>{fate}" in row
    assert "<td>0.810</td><td>0.62</td><td>7.2</td>" in rows[0]
    assert "Lease · page 2 · Terms" in rows[0]
    assert "<b>" not in page


def test_a_refusal_says_its_reason_and_nothing_of_what_was_not() -> None:
    page = explanation(
        replace(ANSWER, abstained=True, reason=Reason.NOT_IN_SOURCES, passages=(), model=None, confidence=None)
    )
    assert "not in sources" in page
    assert "Confidence" not in page
    assert "Model" not in page
    assert "<table" not in page
