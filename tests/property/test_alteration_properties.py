"""Alterations: a copy changes nothing, whatever the text, and nothing makes the comparison fail."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.alterations import alterations

_WORDS = st.sampled_from(
    "the Varn lighthouse of Ada Holm was not built by Torsk in 1871 or 31 metres tall before never more".split()
)
_SENTENCE = st.lists(_WORDS, max_size=20).map(" ".join)


@given(st.one_of(_SENTENCE, st.text(max_size=80)), st.lists(_SENTENCE, max_size=4))
def test_a_sentence_that_stands_in_a_source_changes_nothing(sentence: str, others: list[str]) -> None:
    assert alterations(sentence, [*others, sentence]) == ()


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=4))
def test_any_text_can_be_compared(sentence: str, sources: list[str]) -> None:
    assert all(isinstance(word, str) and word for word in alterations(sentence, sources))


@given(_SENTENCE, _SENTENCE, st.integers(0, 999), st.integers(0, 999))
def test_an_exchanged_number_is_always_found(before: str, after: str, true: int, false: int) -> None:
    words = f"{before} it weighed exactly {true} kilograms at noon {after}"
    changed = words.replace(f"exactly {true} kilograms", f"exactly {false} kilograms")
    assert bool(alterations(changed, [words])) == (true != false)
