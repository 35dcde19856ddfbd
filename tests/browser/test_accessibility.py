"""Everybody can use it: axe's rules in every state and look, a doubled size, a small phone, no motion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Open = Callable[..., Any]

KEEPER = "Who was the first keeper?"
REFUSED = "Who painted the Mona Lisa?"
LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


@pytest.fixture(scope="session")
def violations() -> Callable[[Any], list[str]]:
    """Return a function that names what a page does wrong, serious things only."""
    sync_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    axe = sync_playwright.Axe()

    def found(page: Any) -> list[str]:
        page.wait_for_timeout(400)  # colours that fade in are measured when they have
        results = axe.run(page).response["violations"]
        return [
            f"{v['id']}: {node['html'][:120]} ({node['failureSummary']})"
            for v in results
            if v["impact"] in ("serious", "critical")
            for node in v["nodes"]
        ]

    return found


@pytest.mark.parametrize("look", LOOKS)
def test_no_serious_violation_in_any_state(
    visit: Open, shared_page: Any, violations: Callable[[Any], list[str]], look: str
) -> None:
    seen = visit(shared_page, **LOOKS[look])
    page = seen.page
    page.get_by_role("list", name="Try one of these").wait_for()
    assert violations(page) == []
    seen.ask(KEEPER)
    seen.turn(1).get_by_text("Why this answer").click()
    seen.page.get_by_role("button", name="Edit").click()
    seen.ask(REFUSED)
    seen.turn(2)
    page.get_by_role("button", name="Which documents").click()
    assert violations(page) == []
    for name in ("Conversations", "Documents", "Settings"):
        page.get_by_role("button", name=name, exact=True).click()
        page.get_by_role("dialog", name=name).wait_for()
        assert violations(page) == [], name
        page.keyboard.press("Escape")
    page.locator("#src-1-1").get_by_role("button", name="Open in document").click()
    page.locator("#pc-reader-text mark").wait_for()
    assert violations(page) == []


def test_the_rules_find_something(visit: Open, shared_page: Any, violations: Callable[[Any], list[str]]) -> None:
    page = visit(shared_page).page
    page.evaluate(
        "() => { const field = document.createElement('input'); document.querySelector('#pc-main').append(field); }"
    )
    assert any(said.startswith("label:") for said in violations(page))


@pytest.mark.parametrize("width", [640, 390, 320])
def test_nothing_runs_out_of_the_window_when_enlarged(visit: Open, shared_page: Any, width: int) -> None:
    """A window of 1,280 points at 200 % is one of 640, at 400 % one of 320."""
    seen = visit(shared_page, viewport={"width": width, "height": 430}, device_scale_factor=2)
    seen.ask(KEEPER)
    seen.turn(1).get_by_text("Why this answer").click()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert seen.page.evaluate(overflow) <= 0
    for name in ("Conversations", "Documents", "Settings"):
        seen.page.get_by_role("button", name=name, exact=True).click()
        box = seen.page.get_by_role("dialog", name=name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        seen.page.keyboard.press("Escape")


def test_nothing_moves_where_motion_is_not_wanted(visit: Open, serve_page: Open) -> None:
    seen = visit(serve_page(), reduced_motion="reduce")
    seen.ask("Tell me everything")
    seen.page.locator(".pc-draft").wait_for()
    running = (
        "document.getAnimations().filter((a) => a.playState === 'running').map((a) => a.animationName ?? '').join()"
    )
    assert seen.page.evaluate(running) == ""
    seen.page.keyboard.press("Escape")
    seen.turn(1, "stopped")


def test_a_panel_keeps_the_keyboard_and_gives_it_back(visit: Open, shared_page: Any) -> None:
    page = visit(shared_page).page
    opener = page.get_by_role("button", name="Settings", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Settings").wait_for()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement.closest('#pc-settings') !== null")
        assert inside or page.evaluate("document.activeElement === document.body")
    page.keyboard.press("Escape")
    assert opener.evaluate("button => button === document.activeElement")
