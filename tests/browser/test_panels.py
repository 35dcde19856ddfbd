"""What opens over the page, in a real browser over a real library: conversations, documents, one document, settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes import make_assistant, make_document, make_library

from index.library import Library

pytestmark = pytest.mark.browser

Open = Callable[..., Any]

FERRY = "The ferry sails four times a day in summer. A return ticket costs twelve crowns."
WALRUS = "A walrus sleeps on the ice. The walrus weighs 900 kilograms."
TICKET = "What does a return ticket cost?"
BROKEN_OFF = ("AbortError: signal is aborted", "Unexpected error Connection errored out", "Failed to load resource")
"""What the browser and the framework say of a page that is left, and of a refusal that is meant."""
WEIGHT = "What does the walrus weigh?"


@dataclass
class Real:
    """A served page over a library of its own, and the library."""

    served: Any
    library: Library


@pytest.fixture
def real(serve_page: Open, tmp_path: Path) -> Real:
    library = make_library(
        tmp_path / "library",
        make_document(FERRY, "ferry.txt", title="Ferry guide", date="2023-04-02"),
        make_document(WALRUS, "walrus.txt", title="Walrus"),
    )
    return Real(serve_page(make_assistant(library, "A return ticket costs twelve crowns. [1]")), library)


def panel(seen: Any, name: str) -> Any:
    """Open a panel by its button and return it."""
    seen.page.get_by_role("button", name=name, exact=True).click()
    opened = seen.page.get_by_role("dialog", name=name)
    opened.wait_for()
    return opened


def test_a_conversation_survives_reload_and_is_found_again(visit: Open, real: Real) -> None:
    seen = visit(real.served)
    page = seen.page
    seen.ask(TICKET)
    seen.turn(1)
    page.wait_for_url(re.compile(r"\?c=[0-9a-f]{32}$"))
    seen.reload()
    assert TICKET in seen.turn(1).inner_text()
    seen.ask(WEIGHT)
    seen.turn(2)
    page.get_by_role("button", name="New conversation").click()
    page.locator(".pc-turn").first.wait_for(state="detached")
    page.wait_for_url(re.compile(r"^[^?]+$"))

    kept = panel(seen, "Conversations")
    kept.get_by_role("button", name=TICKET).first.wait_for()
    assert "2 questions" in kept.inner_text()
    kept.get_by_label("Search conversations").fill("no such words")
    kept.get_by_text("No conversation says that.").wait_for()
    kept.get_by_label("Search conversations").fill("WALRUS")
    kept.get_by_role("button", name=TICKET, exact=False).first.click()
    assert WEIGHT in seen.turn(2).inner_text()
    seen.ask("And what else?")
    seen.turn(3)

    kept = panel(seen, "Conversations")
    assert kept.get_by_label("Search conversations").input_value() == ""
    kept.get_by_role("button", name=f"Delete: {TICKET}").click()
    kept.get_by_text("Nothing is kept yet.").wait_for()
    page.keyboard.press("Escape")
    page.locator(".pc-turn").first.wait_for(state="detached")


def test_another_browser_sees_nothing_of_it(visit: Open, real: Real) -> None:
    mine, other = visit(real.served), visit(real.served)
    mine.ask(TICKET)
    mine.turn(1)
    mine.page.wait_for_url(re.compile(r"\?c="))
    panel(other, "Conversations").get_by_text("Nothing is kept yet.").wait_for()
    other.go_to(mine.page.url)
    other.page.get_by_text("That conversation is not there any more.").wait_for()
    assert other.page.locator(".pc-turn").count() == 0


def test_two_tabs_with_one_conversation_lose_nothing(visit: Open, real: Real) -> None:
    seen = visit(real.served)
    seen.ask(TICKET)
    seen.turn(1)
    seen.page.wait_for_url(re.compile(r"\?c="))
    second = seen.page.context.new_page()
    second.goto(seen.page.url)
    second.locator("#turn-1[data-phase=done]").wait_for()
    seen.ask(WEIGHT)
    seen.turn(2)
    box = second.get_by_label("Your question")
    box.fill("How often does the ferry sail?")
    box.press("Enter")
    second.locator("#turn-2[data-phase=done]").wait_for()
    kept = panel(seen, "Conversations")
    kept.locator("li").nth(1).wait_for()
    assert kept.inner_text().count("2 questions") == 2


def test_a_changed_document_is_told_where_it_was_cited(visit: Open, real: Real) -> None:
    seen = visit(real.served)
    seen.ask(TICKET)
    card = seen.turn(1).locator(".pc-card").first
    quote = card.locator("mark").inner_text()
    assert "no longer in it" not in card.inner_text()
    seen.page.wait_for_url(re.compile(r"\?c="))
    cited = next(r for r in real.library.catalogue() if quote in real.library.document(r.id).text)  # type: ignore[union-attr]
    real.library.add_documents([make_document("Something else now.", cited.source, title=cited.title)])
    seen.reload()
    card = seen.turn(1).locator(".pc-card").first
    assert "The document has changed since, and these words are no longer in it." in card.inner_text()
    real.library.remove([cited.id])
    seen.reload()
    assert "This document is no longer in the library." in seen.turn(1).locator(".pc-card").first.inner_text()


def test_a_document_is_opened_at_the_cited_words(visit: Open, real: Real) -> None:
    seen = visit(real.served)
    seen.ask(TICKET)
    card = seen.turn(1).locator(".pc-card").first
    quote = card.locator("mark").evaluate("mark => mark.textContent")
    card.get_by_role("button", name="Open in document").click()
    reader = seen.page.get_by_role("region", name="Text of the document")
    reader.locator("mark").wait_for()
    assert reader.locator("mark").evaluate("mark => mark.textContent") == quote
    assert reader.evaluate("region => region.textContent") in (FERRY, WALRUS)
    seen.page.keyboard.press("Escape")
    assert not seen.page.locator("#pc-reader").is_visible()


def test_files_are_added_listed_asked_and_removed(visit: Open, real: Real, tmp_path: Path) -> None:
    good, bad = tmp_path / "harbour.md", tmp_path / "broken.pdf"
    good.write_text("# Harbour\n\nThe harbour has forty berths, and the master is Ada Lind.\n")
    bad.write_bytes(b"%PDF-1.7 nothing more")
    seen = visit(real.served)
    opened = panel(seen, "Documents")
    opened.get_by_text("2 documents").wait_for()
    seen.page.locator("#pc-files").set_input_files([good, bad])
    opened.locator("#pc-uploads li", has_text="harbour.md").get_by_text("added", exact=True).wait_for()
    opened.locator("#pc-uploads li", has_text="broken.pdf").get_by_text("not added:").wait_for()
    opened.get_by_text("3 documents").wait_for()
    opened.get_by_label("Filter documents").fill("harb")
    opened.get_by_text("1 document", exact=True).wait_for()
    opened.get_by_role("button", name="Harbour").first.click()
    seen.page.locator("#pc-reader-text", has_text="forty berths").wait_for()
    seen.page.keyboard.press("Escape")
    remove = opened.locator("#pc-documents-rows li", has_text="Harbour").get_by_role("button", name="Remove")
    remove.click()
    assert remove.inner_text() == "Remove for good?"
    assert len(real.library.catalogue()) == 3
    remove.click()
    opened.get_by_text("No document fits.").wait_for()
    assert len(real.library.catalogue()) == 2
    seen.page.keyboard.press("Escape")
    seen.page.get_by_text("This library holds 2 documents").wait_for()


def test_what_is_wrong_with_a_file_is_told_in_the_language_of_the_page(visit: Open, real: Real, tmp_path: Path) -> None:
    bad, empty = tmp_path / "broken.pdf", tmp_path / "empty.txt"
    bad.write_bytes(b"%PDF-1.7 nothing more")
    empty.touch()
    page = visit(real.served, locale="de-DE").page
    page.get_by_role("button", name="Dokumente", exact=True).click()
    page.locator("#pc-files").set_input_files([bad, empty])
    uploads = page.locator("#pc-uploads li")
    uploads.filter(has_text="broken.pdf").get_by_text(
        "nicht hinzugefügt: broken.pdf: ist beschädigt oder kein PDF"
    ).wait_for()
    uploads.filter(has_text="empty.txt").get_by_text("nicht hinzugefügt: empty.txt: ist leer").wait_for()


def test_files_dropped_on_the_page_are_added(visit: Open, real: Real) -> None:
    seen = visit(real.served)
    data = seen.page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        "data.items.add(new File(['The pier is 90 metres long.'], 'pier.txt')); return data; }"
    )
    seen.page.dispatch_event("body", "drop", {"dataTransfer": data})
    seen.page.locator("#pc-uploads li", has_text="pier.txt").get_by_text("added", exact=True).wait_for()
    assert len(real.library.catalogue()) == 3


def test_hostile_names_and_texts_stay_text(visit: Open, real: Real, xss: str, tmp_path: Path) -> None:
    real.library.add_documents([make_document(f"Trap. {xss}", f"{xss}.txt", title=xss)])
    seen = visit(real.served)
    opened = panel(seen, "Documents")
    opened.get_by_label("Filter documents").fill("script")
    opened.get_by_role("button", name=xss).first.click()
    seen.page.locator("#pc-reader-text", has_text="Trap.").wait_for()
    assert xss in seen.page.locator("#pc-reader-text").inner_text()
    assert seen.page.locator("#pc-reader-title").inner_text() == xss
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("Escape")
    seen.ask(xss)
    seen.turn(1)
    panel(seen, "Conversations").get_by_role("button", name=re.compile("^<img")).first.wait_for()
    assert seen.page.evaluate("window.hit") is None


def test_libraries_are_switched_and_made(visit: Open, real: Real, tmp_path: Path) -> None:
    make_library(
        tmp_path / "second", make_document("A return ticket costs twelve crowns.", "s.txt", title="Seals")
    ).close()
    seen = visit(real.served)
    page = seen.page
    opened = panel(seen, "Documents")
    opened.get_by_label("Library", exact=True).select_option("second")
    page.wait_for_url(re.compile(r"\?library=second$"))
    page.get_by_text("This library holds 1 document: Seals.").wait_for()
    seen.ask(TICKET)
    assert "Seals" in seen.turn(1).locator(".pc-card").first.inner_text()
    page.wait_for_url(re.compile(r"\?library=second&c="))
    seen.turn(1).locator(".pc-card").first.get_by_role("button", name="Open in document").click()
    page.locator("#pc-reader-text mark").wait_for()
    page.keyboard.press("Escape")
    panel(seen, "Conversations").get_by_role("button", name=TICKET).first.wait_for()
    page.keyboard.press("Escape")
    seen.go_to(page.url)
    assert "Seals" in seen.turn(1).inner_text()

    opened = panel(seen, "Documents")
    opened.get_by_text("1 document", exact=True).wait_for()
    opened.get_by_label("Library", exact=True).select_option(label="New library…")
    opened.get_by_label("Name of the new library").fill("second")
    opened.get_by_role("button", name="Make it").click()
    opened.get_by_text("'second' is there already").wait_for()
    opened.get_by_label("Name of the new library").fill("My notes")
    opened.get_by_role("button", name="Make it").click()
    page.get_by_text("This library is empty.").wait_for()

    seen.go_to(real.served.url)
    page.get_by_text("This library holds 2 documents").wait_for()
    panel(seen, "Conversations").get_by_text("Nothing is kept yet.").wait_for()
    seen.complaints[:] = [said for said in seen.complaints if not said.startswith((*BROKEN_OFF, "400 "))]


def test_settings_hold_for_the_next_question_and_after_a_reload(visit: Open, serve_page: Open) -> None:
    served = serve_page()
    seen = visit(served)
    chosen = panel(seen, "Settings")
    chosen.get_by_label("How sure must it be?").select_option("strict")
    chosen.get_by_label("Answers").select_option("short")
    chosen.get_by_label("Passages read at most").select_option("8")
    seen.page.keyboard.press("Escape")
    seen.ask("What does a ticket cost?")
    seen.turn(1)
    style, config = served.assistant.manners[-1]
    assert (style, config.caution, config.read_passages) == ("short", "strict", 8)
    seen.reload()
    assert panel(seen, "Settings").get_by_label("How sure must it be?").input_value() == "strict"


def test_a_question_is_asked_anew_in_other_words(visit: Open, serve_page: Open) -> None:
    served = serve_page()
    seen = visit(served)
    for number, question in enumerate(("Who was the first keeper?", "What does a ticket cost?"), start=1):
        seen.ask(question)
        seen.turn(number)
    seen.page.locator("#turn-1").get_by_role("button", name="Edit").click()
    words = seen.page.get_by_label("The question in other words")
    assert words.input_value() == "Who was the first keeper?"
    words.fill("Who painted the Mona Lisa?")
    words.press("Enter")
    seen.page.locator("#turn-2").wait_for(state="detached")
    assert "Who painted the Mona Lisa?" in seen.turn(1).inner_text()
    assert served.assistant.asked[-1] == ("Who painted the Mona Lisa?", ())
    seen.page.get_by_role("button", name="Ask again").click()
    seen.page.wait_for_function("document.querySelectorAll('.pc-turn').length === 1")
    assert len(served.assistant.asked) in (3, 4)
