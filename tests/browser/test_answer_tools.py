"""What is done with an answer in a real browser: explained, exported, judged, and put to some documents only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ui.feedback import kept

pytestmark = pytest.mark.browser

KEEPER = "Who was the first keeper?"
TICKET = "What does a ticket cost?"
REFUSED = "Who painted the Mona Lisa?"

Open = Callable[..., Any]


def test_a_question_is_put_to_the_documents_that_were_chosen(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    page = seen.page
    page.get_by_role("button", name="Which documents").click()
    page.get_by_label("Documents and tags").click()
    page.get_by_role("option", name="Marrow Island ferry guide").click()
    page.get_by_label("From").fill("yesterday")
    seen.ask(TICKET)
    page.get_by_text("'yesterday' is no date").wait_for()
    page.get_by_label("From").fill("2023-01-01")
    seen.ask(TICKET)
    seen.turn(1)
    page.get_by_text("Asked of: 1 document, from 1 January 2023").wait_for()
    chosen = shared_page.assistant.within[-1]
    assert (len(chosen.ids), chosen.since, chosen.until, chosen.tags) == (1, "2023-01-01", None, ())


def test_an_answer_explains_itself(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    seen.ask(KEEPER)
    turn = seen.turn(1)
    turn.get_by_text("Why this answer").click()
    table = turn.get_by_role("region", name="Passages and their scores")
    assert table.get_by_text("cited as 1").count() >= 1
    assert "not read: others came closer" in table.inner_text()
    seen.ask(REFUSED)
    second = seen.turn(2)
    second.get_by_text("Why this answer").click()
    assert "not in sources" in second.inner_text()


@pytest.mark.parametrize("kind", ["Markdown", "JSON", "HTML"])
def test_a_conversation_is_exported(visit: Open, shared_page: Any, kind: str) -> None:
    seen = visit(shared_page)
    page = seen.page
    assert not page.get_by_text("Export").is_visible()
    seen.ask("Spring the trap")
    seen.turn(1)
    seen.ask(TICKET)
    seen.turn(2)
    page.get_by_text("Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert re.fullmatch(r"pincite-[0-9-]+\.(md|json|html)", download.value.suggested_filename)
    assert "A return ticket costs twelve crowns. [1]" in text
    if kind == "JSON":
        said = json.loads(text)
        assert [turn["question"] for turn in said] == ["Spring the trap", TICKET]
        assert said[1]["citations"][0]["quote"] == "A return ticket costs twelve crowns."
    elif kind == "HTML":
        assert "<script" not in text
        assert "<img" not in text
        assert "&lt;script&gt;" in text
    else:
        assert text.count("## ") == 2
        assert "page 4" in text


def test_a_word_on_an_answer_is_kept_on_this_machine(
    visit: Open, serve_page: Callable[..., Any], tmp_path: Path
) -> None:
    served = serve_page()
    served.assistant.library.path = str(tmp_path)
    seen = visit(served)
    seen.ask(TICKET)
    turn = seen.turn(1)
    verdict = turn.get_by_role("group", name="Was this right?")
    verdict.get_by_role("button", name="Right").click()
    verdict.locator('[aria-pressed="true"]').wait_for()
    (first,) = kept(tmp_path)
    assert (first.question, first.good, first.abstained) == (TICKET, True, False)
    assert first.citations[0][1] == "A return ticket costs twelve crowns."

    verdict.get_by_role("button", name="Wrong").click()
    reason = verdict.get_by_label("What is wrong?")
    reason.fill("It costs <b>ten</b>.")
    reason.press("Enter")
    seen.page.wait_for_function("document.querySelector('.pc-verdict input').disabled")
    (last,) = kept(tmp_path)
    assert (last.id, last.good, last.reason) == (first.id, False, "It costs <b>ten</b>.")
