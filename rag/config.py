"""What can be set about answering. Passed in, never global."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AssistantConfig:
    """Settings of an assistant.

    Attributes:
        passages: how many passages are retrieved.
        read_passages: how many of them may be read.
        read_tokens: how many tokens of sources may be read.
        answer_tokens: limit of an answer's length.
        short_tokens: the same for the style ``short``.
        min_relevance: closeness of the closest sentence (cosine, and 0.3 for sharing all the question's words) below
            which nothing in the library is relevant.
        min_answerable: probability, by the model, that what was read answers the question, below which it is declined.
        min_support: score from which a sentence counts as supported.
        max_question_chars: a longer question is refused.
    """

    passages: int = 10
    read_passages: int = 5
    read_tokens: int = 280
    answer_tokens: int = 160
    short_tokens: int = 40
    min_relevance: float = 0.25
    min_answerable: float = 0.56
    min_support: float = 0.5
    max_question_chars: int = 4000
