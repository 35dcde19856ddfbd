"""Sentences of any text whatever: ordered, apart, and nothing but white space left over."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from index.sentences import split_sentences

PIECES = st.sampled_from(
    ["Dr.", "U.S.", "e.g.", "Inc.", "I.", "A.", "3.14", "No.", "word", "Word", "the", "The", ".", "...", "?!", "!", '"', "”",
     ")", "]", "[1]", "[", "\n", "\n\n", " \n \n", "\t", " ", "- ", "* ", "1. ", "2) ", "• ", "。", "」", "！", "।", "؟", "日本",
     "\u00a0", "\u2028", "\x85", "\u3000", "\x1c", "(a) ", "3.2 ", "§ 5", "Art.", "Name: x", "10:15 ", "[00:01:02] ", "Q: ", " | ", "===", "#", " ", "é", "👩‍👩‍👧", "\ud800", "\x00"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS)
@example("\x1c\x1d \u2029")
def test_spans_are_ordered_apart_and_without_white_space_around(text: str) -> None:
    position = 0
    for span in split_sentences(text):
        assert position <= span.start < span.end <= len(text)
        sentence = text[span.start : span.end]
        assert sentence == sentence.strip()
        assert not text[position : span.start].strip()
        position = span.end
    assert not text[position:].strip()


@given(TEXTS, st.data())
def test_a_part_is_split_like_a_text_of_its_own(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    spans = split_sentences(text, start, end)
    assert all(start <= span.start < span.end <= end for span in spans)
    covered = "".join(text[span.start : span.end] for span in spans)
    assert "".join(covered.split()) == "".join(text[start:end].split())


@given(TEXTS)
def test_a_sentence_taken_out_is_not_split_at_its_end(text: str) -> None:
    """What was found once is found again when the text is cut behind a sentence that a blank line follows."""
    joined = "\n\n".join(text[span.start : span.end] for span in split_sentences(text))
    again = [joined[span.start : span.end] for span in split_sentences(joined)]
    assert "".join("".join(again).split()) == "".join(text.split())
    assert len(again) >= len(split_sentences(text))
