"""How soon a page shows what a question will be answered from: ``PYTHONPATH=tests/browser:tests python tests/load/first_sources.py``.

Real model, real browser, the seed article; each question begins a conversation of its own. Prints milliseconds from the
press of "Ask" to the first passage on the page.
"""

from __future__ import annotations

from conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from pictures import served
from playwright.sync_api import sync_playwright

QUESTIONS = (
    "How many facilities did the U.S. strikes target?",
    "Why did it strike them?",
    "Which city was hit by drones?",
    "Who attended the transfer?",
)
SETTLING_MS = 15_000
"""By then the model is loaded."""
PRESS_AND_WATCH = """() => new Promise(done => {
  const begun = performance.now();
  const watcher = new MutationObserver(() => {
    if (!document.querySelector('#pc-now .pc-sources li')) return;
    watcher.disconnect();
    done(performance.now() - begun);
  });
  watcher.observe(document.documentElement, {childList: true, subtree: true});
  document.querySelector('button#pc-ask').click();
})"""


def main() -> None:
    """Ask each question and print how long it took."""
    with served() as address, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page()
        page.goto(address)
        page.get_by_role("list", name="Try one of these").wait_for(timeout=120_000)
        page.wait_for_timeout(SETTLING_MS)
        for question in QUESTIONS:
            page.get_by_label("Your question").fill(question)
            print(f"{page.evaluate(PRESS_AND_WATCH):.0f} ms  {question}")
            page.locator("#turn-1[data-phase=done]").wait_for(timeout=180_000)
            page.get_by_role("button", name="New conversation").click()
            page.locator("#turn-1").wait_for(state="detached")


if __name__ == "__main__":
    main()
