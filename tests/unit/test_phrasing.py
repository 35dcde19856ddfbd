"""How an answer is put into words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag import Assistant
from rag.phrasing import as_listed

SOURCE = "It was built by Ada Holm, Per Lund\nand Eve Fell. They used lime or salt, iron (Fe) and tin. The mortar and a glass broke."


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Ada Holm, Per Lund, Eve Fell", "Ada Holm, Per Lund and Eve Fell"),
        ("Ada Holm, Per Lund, and Eve Fell", "Ada Holm, Per Lund and Eve Fell"),
        ("Per Lund, Eve Fell", "Per Lund and Eve Fell"),
        ("lime, salt", "lime or salt"),
        ("Lime, salt", "lime or salt"),
        ("lime, salt, iron", "lime or salt, iron"),
        ("Eve Fell, Per Lund", "Eve Fell, Per Lund"),
        ("iron, tin", "iron, tin"),
        ("lime, sal", "lime, sal"),
        ("ime, salt", "ime, salt"),
        ("Per Lund and Eve Fell", "Per Lund and Eve Fell"),
        ("Fell. They used, lime", "Fell. They used lime"),
        ("12 metres, lime, salt, iron", "12 metres, lime or salt, iron"),
        ("Per Lund, Eve Fell, lime, salt", "Per Lund and Eve Fell, lime or salt"),
        ("mortar, glass", "mortar and a glass"),
        ("(Fe, iron", "(Fe, iron"),
        ("iron,  tin, and steel", "iron,  tin, and steel"),
        (",", ","),
        ("", ""),
    ],
)
def test_a_list_is_given_in_the_words_of_its_source(answer: str, expected: str) -> None:
    assert as_listed(answer, SOURCE) == expected


def test_a_short_answer_lists_as_its_source_does(new_assistant: Callable[..., Assistant]) -> None:
    assistant = new_assistant("ham, eggs, tea", "The crew had ham, eggs and tea on the ship.")
    assert assistant.ask("What did the crew have?", style="short").text == "ham, eggs and tea [1]"
    assert assistant.ask("What did the crew have?").text == "ham, eggs and tea [1]"
