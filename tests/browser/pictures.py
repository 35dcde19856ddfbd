"""The pictures in the README: ``PYTHONPATH=tests python tests/browser/pictures.py docs/images``, from the real model and the seed article."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from playwright.sync_api import sync_playwright

QUESTION = "How many facilities did the U.S. strikes target?"
NOT_THERE = "Who is the commander of the Quds Force?"
DESK: dict[str, Any] = {"viewport": {"width": 1200, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 800},
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "dark",
}


@contextmanager
def served() -> Iterator[str]:
    """Serve a library of the seed article and yield the page's address."""
    with TemporaryDirectory() as home:
        environment = {**os.environ, "XDG_DATA_HOME": home}
        environment.pop("PINCITE_LIBRARY", None)
        command = [sys.executable, "-m", "ui.cli", "serve", "--port", "0"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                found = re.search(r"http://\S+", process.stdout.readline())
                assert found is not None
                yield found[0]
            finally:
                process.terminate()


def answered(page: Any, question: str, number: int) -> Any:
    """Ask and wait for the whole answer; return its turn."""
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(f"#turn-{number}[data-phase=done]")
    turn.wait_for(timeout=180_000)
    page.wait_for_timeout(900)
    return turn


def take(folder: Path) -> None:
    """Write the pictures into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        desk = browser.new_context(**DESK).new_page()
        desk.goto(address)
        desk.get_by_role("list", name="Try one of these").wait_for(timeout=120_000)
        turn = answered(desk, QUESTION, 1)
        desk.screenshot(path=folder / "answer.png")
        turn.get_by_role("button", name="Open in document").first.click()
        desk.locator("#pc-reader-text mark").wait_for()
        desk.wait_for_timeout(500)
        desk.screenshot(path=folder / "document.png")
        phone = browser.new_context(**PHONE).new_page()
        phone.goto(address)
        phone.get_by_label("Your question").wait_for(timeout=60_000)
        answered(phone, NOT_THERE, 1)
        phone.screenshot(path=folder / "declined.png")
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
