"""What the page says beside a question."""

from __future__ import annotations

import pytest

from rag.config import AssistantConfig
from rag.errors import QuestionError
from ui import wishes
from ui.tickets import Manner
from ui.wishes import known_model, wish_of


def test_nothing_wished_changes_nothing() -> None:
    config = AssistantConfig(caution="strict", read_passages=3)
    for text in (None, "", "{}"):
        wish = wish_of(text)
        assert (wish.replaces, wish.alone) == (None, False)
        assert wish.manner().applied_to(config) == config


def test_a_wish_sets_how_one_question_is_answered() -> None:
    manner = wish_of('{"caution": "strict", "style": "short", "sources": 10, "replaces": 2, "alone": true}').manner()
    config = manner.applied_to(AssistantConfig(min_confidence=0.1))
    assert manner.style == "short"
    assert (config.caution, config.min_confidence, config.read_passages) == ("strict", None, 10)
    usual = AssistantConfig()
    assert config.read_tokens == 2 * usual.read_tokens
    assert config.passages >= config.read_passages


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"sources": 0}',
        '{"sources": 1000}',
        '{"caution": "reckless"}',
        '{"replaces": -1}',
        '{"style": 1}',
    ],
)
def test_a_broken_wish_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(QuestionError, match="reload the page"):
        wish_of(text)


def test_only_models_of_this_machine_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"small"}
    monkeypatch.setattr(wishes, "models", lambda: ({"name": "small", "summary": ""},))
    monkeypatch.setattr(wishes, "_is_here", here.__contains__)
    assert known_model("small") == "small"
    assert known_model("") == ""
    for name in ("http://evil.test/v1", "/etc/passwd.gguf", "org/name", "smal"):
        with pytest.raises(QuestionError, match="no model on this machine"):
            known_model(name)
    here.clear()  # deleted since the list was made: it would be fetched
    with pytest.raises(QuestionError):
        known_model("small")


def test_fewer_sources_are_read_in_proportion() -> None:
    config = Manner(sources=2).applied_to(AssistantConfig())
    assert (config.read_passages, config.read_tokens, config.passages) == (2, 100, 10)
