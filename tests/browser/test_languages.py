"""The page in the language of the person who reads it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ui.chat_page import WELCOME_REFRESH_SECONDS

pytestmark = pytest.mark.browser

KEEPER = "Who was the first keeper?"
REFUSED = "Who painted the Mona Lisa?"

Open = Callable[..., Any]


def language_of(page: Any) -> str:
    return str(page.evaluate("document.documentElement.lang"))


def choose(page: Any, language: str) -> None:
    """Choose a language in the settings, which are open, and wait for the page to come anew."""
    page.wait_for_timeout(1000 * (WELCOME_REFRESH_SECONDS + 0.5))  # streams cut off by a reload are complained of
    with page.expect_navigation():
        page.locator("#pc-set-language").select_option(language)


def test_a_german_browser_is_spoken_to_in_german(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page, locale="de-DE")
    page = seen.page
    page.get_by_role("heading", name="Die eigenen Dokumente befragen").wait_for()
    page.get_by_text("Diese Bibliothek enthält 3 Dokumente").wait_for()
    page.get_by_role("button", name="Fragen", exact=True).wait_for()
    page.get_by_label("Ihre Frage").wait_for()
    page.get_by_placeholder("Eine Frage stellen").wait_for()
    page.get_by_role("button", name="Welche Dokumente").click()
    page.get_by_label("Dokumente und Schlagwörter").wait_for()
    page.get_by_label("Bis", exact=True).wait_for()
    assert language_of(page) == "de"

    seen.ask(KEEPER)
    page.get_by_text("6 Textstellen werden geprüft").wait_for()
    turn = seen.turn(1)
    status = page.locator("#pc-status").get_by_role("status")
    status.get_by_text("Beantwortet mit 2 Quellen, 1 Satz unbelegt.").wait_for()
    for name in ("Mit Quellen kopieren", "Erneut fragen", "Richtig", "Bearbeiten"):
        turn.get_by_role("button", name=name, exact=True).wait_for()
    card = turn.locator("#src-1-1")
    assert "11. Juni 2019" in card.inner_text()
    card.get_by_role("button", name="Ganze Textstelle zeigen").click()
    card.get_by_role("button", name="Weniger zeigen").wait_for()
    seen.ask(REFUSED)
    seen.turn(2).get_by_text("Die Dokumente sagen dazu nichts.").wait_for()
    page.get_by_role("button", name="Neue Unterhaltung").click()
    page.locator("#pc-status").get_by_text("Neue Unterhaltung.").wait_for(state="attached")


def test_the_panels_speak_german(visit: Open, shared_page: Any) -> None:
    page = visit(shared_page, locale="de-AT").page
    page.get_by_role("button", name="Dokumente", exact=True).click()
    panel = page.get_by_role("dialog", name="Dokumente")
    panel.get_by_text("3 Dokumente", exact=True).wait_for()
    assert re.search(r"11\.0?6\.2019|11\. Juni? 2019", panel.locator("#pc-documents-rows").inner_text())
    panel.get_by_label("Dokumente filtern").fill("nowhere")
    panel.get_by_text("Kein Dokument passt dazu.").wait_for()
    panel.get_by_role("button", name="Schließen").click()
    page.get_by_role("button", name="Unterhaltungen").click()
    page.get_by_role("dialog", name="Unterhaltungen").get_by_text("Noch ist nichts gespeichert.").wait_for()


@pytest.mark.parametrize("locale", ["de-DE", "en-US"])
def test_a_language_is_chosen_and_taken_back(visit: Open, shared_page: Any, locale: str) -> None:
    page = visit(shared_page, locale=locale).page
    own = {"de-DE": ("de", "Einstellungen"), "en-US": ("en", "Settings")}[locale]
    page.get_by_role("button", name=own[1]).click()
    field = page.locator("#pc-set-language")
    assert field.input_value() == ""
    assert field.locator("option").all_inner_texts()[1:] == ["English", "Deutsch", "Español", "Türkçe"]
    choose(page, "tr")
    page.get_by_role("heading", name="Belgelerinize sorun").wait_for()
    page.get_by_role("button", name="Sor", exact=True).wait_for()
    assert language_of(page) == "tr"
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "pincite-language"]
    assert (cookie["value"], cookie["sameSite"], cookie["httpOnly"]) == ("tr", "Strict", False)

    page.get_by_role("button", name="Ayarlar").click()
    assert field.input_value() == "tr"
    choose(page, "")
    page.get_by_role("button", name=own[1]).wait_for()
    assert language_of(page) == own[0]
    assert "pincite-language" not in {cookie["name"] for cookie in page.context.cookies()}


def test_a_conversation_is_reopened_in_the_language_of_now(
    visit: Open, serve_page: Callable[..., Any], tmp_path: Any
) -> None:
    served = serve_page()
    served.assistant.library.path = str(tmp_path)
    seen = visit(served)
    page = seen.page
    page.get_by_role("button", name="Which documents").click()
    page.get_by_label("From").fill("2019-01-31")
    seen.ask(KEEPER)
    seen.turn(1).get_by_text("Asked of: from 31 January 2019").wait_for()
    page.wait_for_function("window.location.search.startsWith('?c=')", timeout=8000)
    page.get_by_role("button", name="Settings").click()
    choose(page, "es")
    turn = seen.turn(1)
    turn.get_by_text("Preguntado en: desde el 31 de enero de 2019").wait_for()
    turn.get_by_role("button", name="Copiar con fuentes").wait_for()
    assert "11 de junio de 2019" in turn.locator("#src-1-1").inner_text()


@pytest.mark.parametrize("locale", ["de-DE", "es-ES", "tr-TR"])
def test_longer_words_do_not_make_a_phone_scroll_sideways(visit: Open, shared_page: Any, locale: str) -> None:
    seen = visit(shared_page, locale=locale, viewport={"width": 320, "height": 844}, is_mobile=True, has_touch=True)
    seen.page.wait_for_function("document.querySelector('#pc-ask').textContent.trim() !== 'Ask'")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
    seen.ask(KEEPER)
    seen.turn(1)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
