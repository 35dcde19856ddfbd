"""What a person does in the chat window, in a real browser over a scripted assistant."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

KEEPER = "Who was the first keeper?"
TICKET = "What does a ticket cost?"
ENDLESS = "Tell me everything"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

Open = Callable[..., Any]


def until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until ``condition`` holds and return how many seconds that took; fail after ``seconds``."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - begun


def test_welcome_says_what_the_library_holds_and_offers_questions(visit: Open, shared_page: Any) -> None:
    page = visit(shared_page).page
    start = page.get_by_role("region", name="Start")
    start.get_by_text("This library holds 3 documents").wait_for()
    assert "Marrow Island ferry guide (2 April 2023)" in start.inner_text()
    examples = start.get_by_role("list", name="Try one of these").get_by_role("button")
    assert 3 <= examples.count() <= 4
    assert all(text.endswith("?") for text in examples.all_inner_texts())
    assert page.title() == "pincite"


def test_example_question_is_asked_when_clicked(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    example = seen.page.get_by_role("list", name="Try one of these").get_by_role("button").first
    question = example.inner_text()
    example.click()
    seen.page.get_by_role("heading", name=question).wait_for()
    assert shared_page.assistant.asked[-1][0] == question
    seen.turn(1, "failed")  # The script has no answer to it.


def test_answer_streams_and_marker_leads_to_the_exact_span(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    seen.ask(KEEPER)
    seen.page.get_by_text("Considering 6 passages").wait_for()
    seen.page.locator(".pc-draft").wait_for()
    turn = seen.turn(1)
    turn.get_by_role("link", name="Source 2: The Halden Point lighthouse").click()
    card = seen.page.locator("#src-1-2")
    assert card.evaluate("card => card === document.activeElement")
    assert card.locator("mark").evaluate("mark => mark.textContent") == "Her daughter Marit took over the light in 1897"
    assert "11 June 2019 · Keepers of the light" in card.inner_text()
    until(lambda: _in_view(card), 3, "the card is in view")
    assert seen.page.url == shared_page.url
    card.get_by_role("link", name="Back to where source 2 is cited").click()
    assert seen.page.locator("#ref-1-2").evaluate("link => link === document.activeElement")


def _in_view(element: Any) -> bool:
    box = element.bounding_box()
    height = element.page.viewport_size["height"]
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height


def test_whole_passage_unfolds(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    seen.ask(KEEPER)
    card = seen.turn(1).locator("#src-1-1")
    assert "September" not in card.inner_text()
    card.get_by_role("button", name="Show the whole passage").click()
    assert "September" in card.inner_text()
    assert card.get_by_role("button", name="Show less").get_attribute("aria-expanded") == "true"


def test_unsupported_sentence_is_marked_in_words(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    seen.ask(KEEPER)
    answer = seen.turn(1).locator(".pc-answer")
    assert answer.locator(".pc-unsupported").all_inner_texts() == ["She was known for her good cooking."]
    assert "She was known for her good cooking. unsupported" in answer.inner_text()
    assert "1 sentence marked “unsupported”" in answer.inner_text()


def test_abstention_says_so_and_shows_the_nearest_passages(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    seen.ask("Who painted the Mona Lisa?")
    turn = seen.turn(1)
    assert "The documents do not say." in turn.inner_text()
    assert "the answer is not in them" in turn.inner_text()
    assert turn.get_by_role("heading", name="Nearest passages").is_visible()
    assert turn.locator(".pc-card").count() == 3
    assert turn.locator("mark, a").count() == 0


def test_status_is_announced_politely(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    status = seen.page.locator("#pc-status").get_by_role("status")
    assert status.get_attribute("aria-live") == "polite"
    seen.ask(TICKET)
    seen.turn(1)
    until(lambda: status.inner_text() == "Answered with 1 source.", 2, "the end is announced")


def test_stop_closes_the_assistants_stream(visit: Open, serve_page: Open) -> None:
    served = serve_page()
    seen = visit(served)
    seen.ask(ENDLESS)
    seen.page.locator(".pc-draft").wait_for()
    clicked = time.monotonic()
    seen.page.get_by_role("button", name="Stop").click()
    until(lambda: bool(served.assistant.closed_at), 2, "the stream is closed")
    assert served.assistant.closed_at[0] - clicked < 1.0
    assert "was not checked" in seen.turn(1, "stopped").inner_text()
    seen.page.get_by_role("button", name="Ask", exact=True).wait_for()
    seen.ask(TICKET)
    seen.turn(2)


def test_closing_the_tab_frees_the_assistant(visit: Open, serve_page: Open) -> None:
    served = serve_page()
    seen = visit(served)
    seen.ask(ENDLESS)
    seen.page.locator(".pc-draft").wait_for()
    seen.page.close()
    until(lambda: bool(served.assistant.closed_at), 2, "the stream is closed")


def test_lost_connection_is_said_and_the_server_ends_at_once(visit: Open, serve_page: Open) -> None:
    served = serve_page()
    seen = visit(served)
    seen.ask(ENDLESS)
    seen.page.locator(".pc-draft").wait_for()
    served.server.should_exit = True
    until(lambda: not served.thread.is_alive(), 4, "the server has ended")
    seen.page.get_by_text("The connection to pincite is lost.").wait_for(timeout=10_000)
    assert not seen.page.get_by_text("Writing…").first.is_visible()
    assert not any("foreign" in complaint for complaint in seen.complaints)
    seen.complaints.clear()  # That the browser misses the server is the point.


def test_new_conversation_while_answering_leaves_nothing_behind(visit: Open, serve_page: Open) -> None:
    served = serve_page()
    seen = visit(served)
    seen.ask(ENDLESS)
    seen.page.locator(".pc-draft").wait_for()
    seen.page.get_by_role("button", name="New conversation").click()
    seen.page.get_by_role("region", name="Start").wait_for()
    until(lambda: bool(served.assistant.closed_at), 2, "the stream is closed")
    seen.page.wait_for_timeout(500)
    assert seen.page.locator(".pc-turn").count() == 0
    seen.ask(TICKET)
    seen.turn(1)
    assert served.assistant.asked[-1] == (TICKET, ())


def test_follow_up_carries_this_conversation_and_no_other(visit: Open, serve_page: Open) -> None:
    served = serve_page()
    first, second = visit(served), visit(served)
    first.ask(KEEPER)
    first.turn(1)
    second.ask(TICKET)
    second.turn(1)
    first.ask(TICKET)
    first.turn(2)
    asked, history = served.assistant.asked[-1]
    assert asked == TICKET
    assert [(message.role, message.text) for message in history] == [
        ("user", KEEPER),
        (
            "assistant",
            "The first keeper was Ingrid Solheim, who tended the lamp for twenty-six years. "
            "Her daughter Marit took over in 1897. She was known for her good cooking.",
        ),
    ]
    assert served.assistant.asked[1] == (TICKET, ())
    assert second.page.locator(".pc-turn").count() == 1
    first.page.locator("#ref-2-1").click()
    assert first.page.locator("#src-2-1 mark").inner_text() == "A return ticket costs twelve crowns."


@pytest.mark.parametrize(
    ("question", "complaint"), [("   ", "Type a question first."), ("x" * 2001, "2,001 characters")]
)
def test_unaskable_question_stays_in_the_box(visit: Open, shared_page: Any, question: str, complaint: str) -> None:
    seen = visit(shared_page)
    seen.ask(question)
    seen.page.get_by_text(complaint).wait_for()
    assert seen.page.get_by_label("Your question").input_value() == question
    assert seen.page.locator(".pc-turn").count() == 0


def test_people_wait_in_turn_and_a_full_queue_says_busy(visit: Open, serve_page: Open) -> None:
    served = serve_page(max_waiting=1)
    first, second, third = visit(served), visit(served), visit(served)
    first.ask(ENDLESS)
    first.page.locator(".pc-draft").wait_for()
    second.ask(TICKET)
    second.page.get_by_text("Waiting: 1 question ahead of yours").first.wait_for()
    third.ask(KEEPER)
    third.page.get_by_text("Busy: questions waiting already: 1.").wait_for()
    assert third.page.get_by_label("Your question").input_value() == KEEPER
    first.page.keyboard.press("Escape")
    first.turn(1, "stopped")
    second.turn(1)
    third.page.get_by_label("Your question").press("Enter")
    third.turn(1)


def test_page_is_there_before_the_model_and_answers_once_it_is(visit: Open, serve_page: Open) -> None:
    seen = visit(serve_page(load_seconds=8.0))
    seen.page.get_by_text("This library holds 3 documents").wait_for()
    assert seen.page.get_by_text("The model is loading; ask already.").is_visible()
    seen.ask(TICKET)
    seen.page.get_by_text("Considering 3 passages").wait_for(timeout=2_000)
    seen.page.get_by_text("Loading the model… your question comes next").first.wait_for()
    seen.turn(1)


def test_assistant_that_cannot_load_is_stated(visit: Open, serve_page: Open) -> None:
    seen = visit(serve_page(WeightsMissing()))
    seen.page.get_by_role("alert").get_by_text("Get them with pincite models pull.").wait_for()
    seen.ask(TICKET)
    assert "Get them with pincite models pull." in seen.turn(1, "failed").inner_text()


class WeightsMissing:
    """An assistant whose library cannot be read."""

    @property
    def library(self) -> Any:
        """Fail as a loader does."""
        from index.errors import WeightsError

        raise WeightsError("The weights are missing. Get them with pincite models pull.")


@pytest.mark.parametrize("device", [{}, PHONE, {"color_scheme": "dark"}], ids=["wide", "phone", "dark"])
def test_hostile_text_is_inert_everywhere(visit: Open, shared_page: Any, device: dict[str, Any], xss: str) -> None:
    seen = visit(shared_page, **device)
    seen.ask("Spring the trap")
    turn = seen.turn(1)
    assert turn.locator("mark").evaluate("mark => mark.textContent") == xss
    seen.ask(f"Ask {xss}")
    assert seen.turn(2).get_by_role("heading", level=2).inner_text() == f"Ask {xss}"
    seen.page.get_by_text("other passages considered").last.click()
    seen.page.get_by_role("button", name="New conversation").click()
    seen.page.get_by_role("region", name="Start").wait_for()
    assert seen.page.evaluate("window.hit") is None
    assert seen.page.locator("#pc-main :is(img, script, form, iframe), #pc-main [onerror]").count() == 0


def test_injected_inline_script_does_not_run(visit: Open, shared_page: Any) -> None:
    """The second line of defence: should markup ever get in, the policy stops it."""
    seen = visit(shared_page)
    seen.page.locator("#pc-main").evaluate("main => { main.innerHTML += '<b onclick=\"window.hit=1\" id=trap>x</b>' }")
    seen.page.locator("#trap").click()
    assert seen.page.evaluate("window.hit") is None
    assert any("Content Security Policy" in complaint for complaint in seen.complaints)
    seen.complaints.clear()


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_scrolls_sideways(visit: Open, shared_page: Any, width: int) -> None:
    seen = visit(shared_page, viewport={"width": width, "height": 844})
    seen.page.get_by_role("region", name="Start").get_by_role("button").first.wait_for()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    for number, question in enumerate((KEEPER, "Spring the trap", "Who painted the Mona Lisa?"), 1):
        seen.ask(question)
        seen.turn(number)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_new_question_goes_to_the_top_of_the_window(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page, **PHONE)
    for number, question in enumerate((KEEPER, TICKET), 1):
        seen.ask(question)
        seen.turn(number)
    heading = seen.page.get_by_role("heading", name=TICKET)
    until(lambda: 0 <= heading.bounding_box()["y"] < 100, 3, "the question is at the top")


def test_keyboard_alone_is_enough(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page)
    page = seen.page
    page.get_by_label("Your question").focus()
    page.keyboard.type(TICKET)
    page.keyboard.press("Enter")
    seen.turn(1)
    page.locator(".pc-question").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Edit"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "ref-1-1"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "src-1-1"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "ref-1-1"


def test_copy_gives_the_answer_with_its_sources(visit: Open, shared_page: Any) -> None:
    seen = visit(shared_page, permissions=["clipboard-read", "clipboard-write"])
    seen.ask(TICKET)
    seen.turn(1).get_by_role("button", name="Copy with sources").click()
    seen.page.get_by_role("button", name="Copied").wait_for()
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == "A return ticket costs twelve crowns. [1]"
    assert re.search(r"\[1\] Marrow Island ferry guide, 2023-04-02, page 4: “A return ticket", copied)


def test_policy_and_closed_paths(visit: Open, shared_page: Any) -> None:
    context = visit(shared_page).page.context
    response = context.request.get(shared_page.url)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    for path in (
        "gradio_api/call/ask",
        "gradio_api/openapi.json",
        "gradio_api/upload",
        "gradio_api/runs",
        "monitoring",
    ):
        assert context.request.get(shared_page.url + path).status == 404
    assert context.request.get(shared_page.url, headers={"Host": "evil.test"}).status == 400
    join = f"{shared_page.url}gradio_api/queue/join"
    assert context.request.post(join, data={}, headers={"Origin": "http://evil.test"}).status == 403
