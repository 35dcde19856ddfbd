"""An evaluator runs a small test set from the page and opens its report, in a real browser with the real index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.weights]

Open = Callable[..., Any]


def test_a_run_from_the_page_to_its_report(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    seen.page.get_by_role("link", name="Evaluate").click()
    seen.page.get_by_role("heading", name="Evaluation").wait_for()
    seen.page.get_by_label("Questions, at most 50").fill("4")
    seen.page.get_by_label("Search only").check()
    seen.page.get_by_role("button", name="Start").click()
    status = seen.page.get_by_role("status")
    seen.page.get_by_text("Done: 4 of 4 questions.").wait_for(timeout=90_000)
    assert status.get_attribute("aria-live") == "polite"
    assert seen.page.get_by_role("cell", name="retrieval.recall@1", exact=True).is_visible()
    seen.page.get_by_role("link", name="Open the report").click()
    seen.page.wait_for_url("**/evaluate/report")
    assert "retrieval.recall@1" in seen.page.locator("body").inner_text()


def test_a_folder_that_is_no_test_set_is_refused_in_words(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    seen.page.goto(f"{shared_page.url}evaluate/")
    seen.page.get_by_label("Folder of the question set").fill("/nowhere/<b>bold</b>")
    seen.page.get_by_role("button", name="Start").click()
    seen.page.get_by_text("/nowhere/<b>bold</b>").wait_for(timeout=10_000)
    assert seen.page.locator("b").count() == 0
    seen.complaints[:] = [c for c in seen.complaints if "400" not in c]  # the refusal itself is what was asked for
