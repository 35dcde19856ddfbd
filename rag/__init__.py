"""Ask a library of documents; get an answer with its proof.

from rag import Assistant

with Assistant.open() as assistant:
    answer = assistant.ask("How many facilities did the U.S. strikes target?")
"""

from __future__ import annotations

from index.errors import PinciteError
from index.types import Selection
from rag.assistant import Assistant
from rag.config import AssistantConfig
from rag.errors import HistoryError, QuestionError
from rag.types import (
    Answer,
    Citation,
    Conflict,
    Draft,
    Event,
    Finished,
    GenerationRequest,
    Generator,
    Message,
    ModelInfo,
    Passage,
    PassagesFound,
    Reason,
    Sentence,
    Stage,
    StageStarted,
    Timings,
)

__all__ = [
    "Answer",
    "Assistant",
    "AssistantConfig",
    "Citation",
    "Conflict",
    "Draft",
    "Event",
    "Finished",
    "GenerationRequest",
    "Generator",
    "HistoryError",
    "Message",
    "ModelInfo",
    "Passage",
    "PassagesFound",
    "PinciteError",
    "QuestionError",
    "Reason",
    "Selection",
    "Sentence",
    "Stage",
    "StageStarted",
    "Timings",
]
