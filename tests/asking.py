"""What tests of answering share: short documents, a question, and answers that are checked as soon as they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from invariants import check_answer

from rag import Answer, Assistant

STRIKES = "The strikes targeted over 85 facilities in Iraq and Syria. President Biden attended the transfer."
WALRUS = "A walrus weighs 900 kilograms. It sleeps on the ice."
QUESTION = "How many facilities did the strikes target?"
SAYS_85 = "The strikes targeted over 85 facilities."
NewAssistant = Callable[..., Assistant]


def checked(assistant: Assistant, question: str = QUESTION, **more: Any) -> Answer:
    """Return the answer, once it keeps all that is promised of answers."""
    answer = assistant.ask(question, **more)
    check_answer(answer, assistant.document)
    return answer
