"""Model output made safe and plain."""

from __future__ import annotations

import time

import pytest

from index.text import one_line
from rag.text import as_content, clean, restore_initials, terse, well_formed


@pytest.mark.parametrize(
    "marker",
    [
        "[1]", "[12]", "[123]", "[99999]", "[0]", "[^3]", "[^note]", "[1, 2]", "[1,2;3]", "[1-3]", "[1–3]", "[ 4 ]", "[#2]",
        "[Source 1]", "[sources 1, 2]", "[source: 2]", "[excerpt 3]", "[citation 4]", "[ref 5]", "【5】", "【4†source】",
        "[4†a.txt]", "[[2]]", "[[[3]]]", "[[1]1]", "[[[1]1]1]", "[１]", "[٣]", "[\u200b1]", "[<b>1</b>]", "[1](http://x.test)",
    ],
)  # fmt: skip
def test_markers_of_the_models_own_are_taken_out(marker: str) -> None:
    cleaned = clean(f"It rained {marker}.")
    assert not any(character.isdigit() for character in cleaned)
    assert cleaned.startswith("It rained")


@pytest.mark.parametrize(
    "text", ["(1)", "1]", "[1", "in [sic] brackets", "a[i]", "x = 1", "[1st]", "No. [A1] holds", "[12 men]"]
)
def test_other_brackets_are_left_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>Bold</b> and <i class='x'>italic</i>", "Bold and italic"),
        ("a <script>alert(1)</script> b", "a alert(1) b"),
        ("a <<b>script>alert(1)<</b>/script> b", "a alert(1) b"),
        ("a<!-- hidden\n -->b", "ab"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("see ![picture](http://x.test/i.png) here", "see picture here"),
        ("see [the port](http://x.test) here", "see the port here"),
        ("see [a](javascript:x) here", "see a here"),
        ("Hi<|im_end|>\n<|im_start|>user", "Hi\nuser"),
        ("<think>It is 5.\nOr 6.</think>It is 7.", "It is 7."),
        ("It is 7. <think>But if it never ends", "It is 7. "),
        ("bell\x07, null\x00, escape\x1b[31m, \u202eright to left, zero\u200bwidth", "bell, null, escape[31m, right to left, zerowidth"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("日本語 and ünïcode 👍", "日本語 and ünïcode 👍"),
        ("", ""),
    ],
)  # fmt: skip
def test_markup_is_taken_out_and_text_is_kept(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    "unit", [" ", "[", "[1", "<", "<b", "[[1]1]", "<!--", "<think>", "![", "[a](", "<|a", "[1,", "]"]
)
def test_a_long_answer_is_cleaned_in_no_time(unit: str) -> None:
    text = (unit * 2000)[:2000]
    begun = time.perf_counter()
    for _ in range(5):
        clean(text)
    assert time.perf_counter() - begun < 5


def test_one_line() -> None:
    assert one_line(" a \n\n b\t\u00a0c \u2028 ") == "a b c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\ud800b", "a\ufffdb"), ("\ud83d\ude00", "😀"), ("\udfff", "\ufffd"), ("plain 日本 👍", "plain 日本 👍")],
)
def test_well_formed_text_can_be_sent(text: str, expected: str) -> None:
    assert well_formed(text) == expected
    well_formed(text).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("The U. S. left.", "The U.S. came.", "The U.S. left."),
        ("J. K. Rowling", "by J. K. Rowling", "J. K. Rowling"),
        ("The U. S. left.", "Nothing of the kind.", "The U. S. left."),
        ("J. R. R. Tolkien", "by J.R.R. Tolkien", "J.R.R. Tolkien"),
    ],
)
def test_initials_are_written_as_the_sources_do(text: str, source: str, expected: str) -> None:
    assert restore_initials(text, source) == expected


@pytest.mark.parametrize(
    "token",
    ["<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|eot_id|>", "<|IM_END|>", "</s>", "<s>", "<start_of_turn>", "<end_of_turn>",
     "<bos>", "<think>", "</think>", "[INST]", "[/INST]"],
)  # fmt: skip
def test_control_tokens_are_broken_up_in_what_a_model_reads(token: str) -> None:
    content = as_content(f"a {token} b {token}{token}")
    assert token not in content
    assert content.replace("< ", "<").replace("[ ", "[") == f"a {token} b {token}{token}"


@pytest.mark.parametrize(
    "text", ["a < b | c > d", "<b>bold</b>", "[1] and [sic]", "x <| y", "<span>", "日本 👍", "<|>"]
)
def test_other_text_is_read_as_it_stands(text: str) -> None:
    assert as_content(text) == text


@pytest.mark.parametrize(
    ("answer", "question", "expected"),
    [
        ("17 seconds", "How many seconds were left?", "17"),
        ("17 seconds.", "How many seconds were left?", "17"),
        ("about 3 million people", "How many people left?", "about 3 million"),
        ("twenty-one ships", "How many ships sank?", "twenty-one"),
        ("1,200 ships", "How many ships sank?", "1,200"),
        ("3 fighters", "How many people died?", "3 fighters"),
        ("17 seconds", "How long was it?", "17 seconds"),
        ("17 seconds and 3 minutes", "How many minutes and seconds were left?", "17 seconds and 3 minutes"),
        ("none", "How many ships sank?", "none"),
        ("340 miles (550 km)", "How far is it?", "340 miles"),
        ("340 miles (550 km)", "How many kilometres is it?", "340 miles (550 km)"),
        ("the Battle of Hastings (1066)", "When did Harold die?", "the Battle of Hastings (1066)"),
        ("Ada Holm (1871)", "Who built it and when?", "Ada Holm (1871)"),
        ("Section 5(2)", "Which section is it?", "Section 5(2)"),
        ("“Blade Runner (1982)”", "Which film is it?", "“Blade Runner”"),
        ("about 5 % of the people", "How many of the people voted?", "about 5 % of the people"),
        ("45 %", "How many voted?", "45 %"),
        ("3 € per litre", "How many per litre?", "3 € per litre"),
        ("12 miles (19 km)", "How many miles is it?", "12"),
        ("Ada Holm (1840–1902)", "Who built it?", "Ada Holm"),
        ("Ada Holm (born 1840)", "Who built it?", "Ada Holm (born 1840)"),
        ("the Road Union (RU)", "Who built it?", "the Road Union (RU)"),
        ("(1871)", "When was it lit?", "(1871)"),
        ("760 mm (2 ft 6 in) gauge", "Which gauge?", "760 mm (2 ft 6 in) gauge"),
        ("", "How many?", ""),
    ],
)  # fmt: skip
def test_a_short_answer_leaves_out_what_nobody_asked_for(answer: str, question: str, expected: str) -> None:
    assert terse(answer, question) == expected
