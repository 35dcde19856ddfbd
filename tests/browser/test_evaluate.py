"""An evaluator runs a small test set from the page and opens its report, in a real browser with the real index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.weights]

Open = Callable[..., Any]


def evaluation(seen: Any, served: Any, complaints_of: Any) -> tuple[Any, list[str]]:
    """Follow the link to the evaluators' page, a tab of its own; return it with what it will complain about."""
    with seen.page.expect_popup() as opened:
        seen.page.locator("a[href='/evaluate/']").click()
    complaints = complaints_of(opened.value, served.url)
    opened.value.get_by_role("heading").wait_for()
    return opened.value, complaints


def test_a_run_from_the_page_to_its_report(visit: Open, shared_page: Any, complaints_of: Any) -> None:
    page, complaints = evaluation(visit(shared_page), shared_page, complaints_of)
    page.get_by_label("Questions, at most 50").fill("4")
    page.get_by_label("Search only").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_text("Done: 4 of 4 questions.").wait_for(timeout=90_000)
    assert page.get_by_role("status").get_attribute("aria-live") == "polite"
    assert page.get_by_role("cell", name="retrieval.recall@1", exact=True).is_visible()
    page.get_by_role("link", name="Open the report").click()
    page.wait_for_url("**/evaluate/report")
    assert "retrieval.recall@1" in page.locator("body").inner_text()
    assert complaints == []


def test_a_folder_that_is_no_test_set_is_refused_in_words(visit: Open, shared_page: Any, complaints_of: Any) -> None:
    page, complaints = evaluation(visit(shared_page), shared_page, complaints_of)
    page.get_by_label("Folder of the question set").fill("/nowhere/<b>bold</b>")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("/nowhere/<b>bold</b>").wait_for(timeout=10_000)
    assert page.locator("b").count() == 0
    assert all("400" in complaint for complaint in complaints), "the refusal is what was asked for"


def test_the_page_speaks_the_language_of_its_reader(visit: Open, shared_page: Any, complaints_of: Any) -> None:
    page, complaints = evaluation(visit(shared_page, locale="de-DE"), shared_page, complaints_of)
    assert page.get_by_role("heading").inner_text() == "Auswertung"
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_label("Fragen, höchstens 50").fill("3")
    page.get_by_label("Nur die Suche").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Stopp").click()
    page.get_by_text("Nach 0 von 3 Fragen angehalten.").wait_for(timeout=10_000)
    assert complaints == []
