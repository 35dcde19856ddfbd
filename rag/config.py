"""What can be set about answering. Passed in, never global."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast, get_args

from index.errors import ConfigError
from rag.types import Caution


@dataclass(frozen=True, slots=True)
class AssistantConfig:
    """Settings of an assistant.

    Attributes:
        passages: how many passages are retrieved.
        read_passages: how many of them may be read.
        read_margin: by how much the score of a passage that is read may stay below the best one's.
        sentence_margin: by how much the relevance of a sentence that is read may stay below the best one's; its
            neighbours are read with it.
        read_tokens: how many tokens of sources may be read.
        quoted_sentences: how many sentences are quoted at most (style ``chat``): behind a terse answer those that it
            cites, then the one closest to the question; in place of one that does not hold, the closest.
        answer_tokens: limit of an answer's length.
        short_tokens: the same for the style ``short``.
        caution: how sure it must be that what was read holds the answer.
        min_confidence: the probability of that below which a question is declined; what ``caution`` stands for unless
            told.
        min_support: score from which a sentence counts as supported.
        sure: the probability of that from which the closest sentences are enough, and no others are read.
        max_question_chars: a longer question is refused.
    """

    passages: int = 10
    read_passages: int = 5
    read_margin: float = 0.2
    sentence_margin: float = 0.35
    read_tokens: int = 250
    quoted_sentences: int = 2
    answer_tokens: int = 160
    short_tokens: int = 40
    caution: Caution = "balanced"
    min_confidence: float | None = None
    sure: float = 0.7
    min_support: float = 0.5
    max_question_chars: int = 4000

    @classmethod
    def with_caution(cls, name: str) -> AssistantConfig:
        """Return the settings with a caution by its name.

        Raises:
            ConfigError: there is none of that name.
        """
        if name not in get_args(Caution):
            raise ConfigError(f"caution '{name}' is unknown; choose one of {', '.join(get_args(Caution))}")
        return cls(caution=cast(Caution, name))

    def reading(self, passages: int) -> AssistantConfig:
        """Return the settings with so many passages read at most, and room for their sentences in proportion."""
        return replace(
            self,
            passages=max(self.passages, 2 * passages),
            read_passages=passages,
            read_tokens=self.read_tokens * passages // self.read_passages,
        )
