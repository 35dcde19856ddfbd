"""Prompts are data, and say what they need."""

from __future__ import annotations

from importlib.resources import files
from string import Template

import pytest

from rag import prompts


def names_on_disk() -> set[str]:
    return {entry.name.removesuffix(".md") for entry in files(prompts).iterdir() if entry.name.endswith(".md")}


def test_every_prompt_is_listed_and_every_listed_one_is_there() -> None:
    assert names_on_disk() == set(prompts.PLACEHOLDERS)


@pytest.mark.parametrize("name", sorted(prompts.PLACEHOLDERS))
def test_a_prompt_has_the_placeholders_it_is_listed_with(name: str) -> None:
    values = {placeholder: f"<{placeholder}>" for placeholder in prompts.PLACEHOLDERS[name]}
    rendered = prompts.render(name, **values)
    assert rendered == rendered.strip() != ""
    assert all(value in rendered for value in values.values())
    assert "$" not in rendered


def test_other_placeholders_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts.load.cache_clear()
    monkeypatch.setitem(prompts.PLACEHOLDERS, "system", frozenset({"missing"}))
    with pytest.raises(ValueError, match="missing"):
        prompts.load("system")
    monkeypatch.undo()
    prompts.load.cache_clear()
    assert isinstance(prompts.load("system"), Template)


def test_a_value_that_is_not_given_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        prompts.render("rewrite", question="?")


def test_values_are_not_expanded_themselves() -> None:
    assert "$sources and ${question}" in prompts.render("sources", sources="$sources and ${question}", question="?")


def test_the_opening_is_a_conversation_in_the_form_of_a_real_one() -> None:
    system, *turns = prompts.opening()
    assert system.role == "system"
    assert [turn.role for turn in turns] == ["user", "assistant"] * (len(turns) // 2)
    for asked, reply in zip(turns[::2], turns[1::2], strict=True):
        assert "Question: " in asked.text
        assert reply.text == f"{prompts.STATED} no" or reply.text.startswith(prompts.ANSWER + " ")
    assert {reply.text.split()[1] for reply in turns[1::2]} == {"yes", "no"}


def test_what_the_examples_answer_stands_in_their_sources() -> None:
    sources = ""
    _, *turns = prompts.opening()
    for asked, reply in zip(turns[::2], turns[1::2], strict=True):
        sources = asked.text if asked.text.startswith("[") else sources
        if reply.text != f"{prompts.STATED} no":
            assert all(word in sources for word in reply.text.removeprefix(prompts.ANSWER).split())
