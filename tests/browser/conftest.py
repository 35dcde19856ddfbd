"""A real server over a scripted assistant, and a real browser that may talk to that server only."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from scripted_page import XSS, ScriptedAssistant

from index.errors import PinciteError
from index.library import Library
from ui.app import build_app
from ui.server import address_of, listen, server_for
from ui.shelf import Shelf
from ui.worker import AssistantWorker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class RunningPage:
    """The chat page, served in a thread."""

    url: str
    assistant: ScriptedAssistant
    worker: AssistantWorker
    server: Any
    thread: threading.Thread


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, so that these tests also run on their own."""
    config.addinivalue_line("markers", "browser: needs a real browser (Debian package chromium) and Gradio")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one headless Chromium for all tests; skip them where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    with playwright.sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)


@pytest.fixture(scope="session")
def serve_page() -> Iterator[Callable[..., RunningPage]]:
    """Return a function that serves the page over an assistant; all are shut down at the end.

    Options beyond the assistant, how long it loads and how many may wait are those of ``build_app``.
    """
    pytest.importorskip("gradio", reason="gradio is not installed")
    with ExitStack() as stack:
        yield lambda assistant=None, **options: stack.enter_context(_running(assistant, **options))


@contextmanager
def _running(
    assistant: ScriptedAssistant | None = None, *, load_seconds: float = 0.0, max_waiting: int = 20, **options: Any
) -> Iterator[RunningPage]:
    assistant = assistant or ScriptedAssistant()

    def factory() -> ScriptedAssistant:
        time.sleep(load_seconds)
        return assistant

    try:
        library = assistant.library
    except PinciteError:  # one that cannot be opened, which loading the assistant meets again
        library = None
    shelf = Shelf(library) if isinstance(library, Library) else None
    worker = AssistantWorker(factory, library=library, shelf=shelf, max_waiting=max_waiting)
    listener = listen("127.0.0.1", 0)
    server = server_for(build_app(worker, **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    worker.start()
    thread.start()
    yield RunningPage(address_of("127.0.0.1", listener), assistant, worker, server, thread)
    server.should_exit = True
    thread.join(10)
    worker.close()
    listener.close()


@pytest.fixture(scope="session")
def shared_page(serve_page: Callable[..., RunningPage]) -> RunningPage:
    """Return a page that many tests share; each has its own browser context, hence its own conversation."""
    return serve_page()


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Return a function that connects the framework's own client, kept from asking elsewhere who runs it."""
    import gradio_client

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    quiet: dict[str, Any] = {"verbose": False, "analytics_enabled": False, "download_files": False}
    with ExitStack() as stack:
        yield lambda url, **options: stack.enter_context(closing(gradio_client.Client(url, **quiet, **options)))


@dataclass
class Visit:
    """A person at a page: the browser's tab, and what it complained about."""

    page: Page
    complaints: list[str]

    def reload(self) -> None:
        """Load the page anew."""
        self.go_to(self.page.url)

    def go_to(self, url: str) -> None:
        """Open another address; that the framework's open streams break off with the old page is no complaint."""
        before = list(self.complaints)
        self.page.goto(url)
        self.page.locator("#pc-question textarea").wait_for(timeout=30_000)
        broken_off = ("AbortError: signal is aborted", "Unexpected error Connection errored out")
        self.complaints[:] = before + [
            complaint for complaint in self.complaints[len(before) :] if not complaint.startswith(broken_off)
        ]

    def ask(self, question: str) -> None:
        """Type a question and press Enter."""
        box = self.page.locator("#pc-question textarea")
        box.fill(question)
        box.press("Enter")

    def turn(self, number: int, phase: str = "done") -> Locator:
        """Wait until a turn is in ``phase`` and return its element."""
        turn = self.page.locator(f"#turn-{number}[data-phase={phase}]")
        turn.wait_for(timeout=15_000)
        return turn


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a page in a fresh context; fail on console errors and foreign requests."""
    visits: list[Visit] = []

    def open_page(served: RunningPage, **options: Any) -> Visit:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 860}} | options))
        page = context.new_page()
        complaints = _complaints_of(page, served.url)
        page.goto(served.url)
        page.locator("#pc-question textarea").wait_for(timeout=30_000)
        visits.append(Visit(page, complaints))
        return visits[-1]

    yield open_page
    for seen in visits:
        seen.page.context.close()
    assert [complaint for seen in visits for complaint in seen.complaints] == []


def _complaints_of(page: Page, url: str) -> list[str]:
    """Return a list that fills with console errors, page errors, failed loads and requests to other hosts."""
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda r: complaints.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("request", lambda r: None if r.url.startswith((url, "data:")) else complaints.append(f"foreign: {r.url}"))
    return complaints


@pytest.fixture(scope="session")
def complaints_of() -> Callable[[Page, str], list[str]]:
    """Return a function that collects what a page complains about."""
    return _complaints_of


@pytest.fixture(scope="session")
def xss() -> str:
    """Return the hostile text that the third document, an answer and a question contain."""
    return XSS
