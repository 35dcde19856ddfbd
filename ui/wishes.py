"""What a page says beside a question: how it is to be answered, and which turn it takes the place of."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import PinciteError
from rag.errors import QuestionError
from rag.types import Caution, Style
from ui.tickets import Manner

MOST_SOURCES = 12


class Wish(BaseModel):
    """As the page's script sends it, in JSON.

    Attributes:
        replaces: number of the turn that this question takes the place of; those after it go, too.
        alone: whether the question is to be understood by itself, not in the light of those before.
        style: sentences, or the bare answer.
        caution: how sure it must be that the documents hold the answer; as the server was started unless told.
        sources: how many passages are read at most.
        model: the language model.
        library: the library that is asked; "" is the one that is served.
    """

    model_config = ConfigDict(extra="ignore")

    replaces: int | None = Field(None, ge=1)
    alone: bool = False
    style: Style = "chat"
    caution: Caution | None = None
    sources: int | None = Field(None, ge=1, le=MOST_SOURCES)
    model: str = Field("", max_length=200)
    library: str = Field("", max_length=200)

    def manner(self) -> Manner:
        """Return how the question is answered.

        Raises:
            QuestionError: the model is not one of this machine.
        """
        return Manner(self.style, self.caution, self.sources, known_model(self.model))


class Wanted(BaseModel):
    """What the page's address names: a library and a conversation, both "" where none is."""

    model_config = ConfigDict(extra="ignore")

    library: str = Field("", max_length=200)
    c: str = Field("", max_length=64)


def wanted_of(text: str | None) -> Wanted:
    """Return what an address names; one that makes no sense names nothing."""
    try:
        return Wanted.model_validate(json.loads(text or "{}"))
    except (ValidationError, ValueError):
        return Wanted.model_validate({})


def wish_of(text: str | None) -> Wish:
    """Return the wish in ``text``; "" wishes nothing.

    Raises:
        QuestionError: it is not of that form.
    """
    try:
        return Wish.model_validate(json.loads(text or "{}"))
    except (ValidationError, ValueError):
        raise QuestionError("The page's settings cannot be read: choose them again, or reload the page.") from None


def known_model(name: str) -> str:
    """Return ``name`` if it is a language model on this machine, or "".

    Paths and addresses are for the command line: a page must not make the server open them.

    Raises:
        QuestionError: it is none.
    """
    if name and not (name in {model["name"] for model in models()} and _is_here(name)):
        raise QuestionError(f"'{name[:80]}' is no model on this machine; 'pincite models list' names those there are.")
    return name


@lru_cache(maxsize=1)
def models() -> tuple[dict[str, str], ...]:
    """Return the language models whose weights are on this machine, with a line on each."""
    from index.weights import all_weights

    generators = (weights for weights in all_weights() if weights.role == "generator")
    return tuple({"name": w.name, "summary": w.summary} for w in generators if _is_here(w.name))


def _is_here(name: str) -> bool:
    from index.weights import locate

    try:
        return locate(name) is not None
    except PinciteError:
        return False


def choices() -> dict[str, Any]:
    """Return what a page or program may choose for a question."""
    return {
        "models": list(models()),
        "cautions": list(get_args(Caution)),
        "styles": list(get_args(Style)),
        "most_sources": MOST_SOURCES,
    }
