"""What flows through answering: a question in, an :class:`Answer` out, events on the way. A leaf module.

``Answer.to_dict()`` is the documented JSON. Offsets are Unicode code points, half-open.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]
Style = Literal["chat", "short"]
Caution = Literal["helpful", "balanced", "strict"]
"""How sure it must be that the documents hold an answer before one is given."""


class Reason(StrEnum):
    """Why an answer was declined."""

    NO_DOCUMENTS = "no_documents"
    NOTHING_RELEVANT = "nothing_relevant"
    NOT_IN_SOURCES = "not_in_sources"
    UNSUPPORTED_ANSWER = "unsupported_answer"


class Stage(StrEnum):
    """What the assistant is doing."""

    LOADING = "loading"
    REWRITING = "rewriting"
    RETRIEVING = "retrieving"
    READING = "reading"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer: ``answer.text[start:end]``, markers included.

    ``support`` in [0, 1] is how well the cited spans carry it; ``citations`` are marker numbers.
    """

    start: int
    end: int
    supported: bool
    support: float
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """Where a file has what is cited.

    Attributes:
        kind: ``page``, ``slide``, ``sheet``, ``row``, ``cell``, ``clause``, ``heading``, ``time``, ``message``, ….
        label: in words, such as ``Sheet Prices, row 4, Net price``.
        page: number of the page, where there are pages.
        column: name of the column, of a cell.
    """

    kind: str
    label: str
    page: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact span of a document: ``quote == document.text[start:end]``, character for character.

    ``locator`` is where its file has it, in words (``page 3``, ``Sheet Prices, row 4, Net price``, the headings above
    it), ``place`` the same in parts. ``copies`` are further files that hold the same document.
    """

    marker: int
    document_id: str
    title: str
    source: str
    page: int | None
    start: int
    end: int
    quote: str
    date: str | None = None
    locator: str | None = None
    copies: tuple[str, ...] = ()
    place: CitedPlace | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A sentence of another document, in a passage that was read, that says otherwise than a cited one.

    ``quote`` is as in a citation.
    """

    document_id: str
    title: str
    source: str
    date: str | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk.

    ``in_context`` says whether (part of) it was chosen to be read: the answer is checked against such passages alone.
    """

    document_id: str
    chunk_id: str
    title: str
    source: str
    date: str | None
    heading: str
    rank: int
    score: float
    start: int
    end: int
    text: str
    in_context: bool
    locator: str | None = None
    cosine: float = 0.0
    """Similarity of passage and question in [-1, 1]."""
    bm25: float = 0.0
    """Lexical score, 0 where no word is shared."""
    named_by: str | None = None
    """Title of the passage that names this one's document, where that raised its score."""
    spared: bool = False
    """Whether it was chosen to be read, but the language model was sure before it came to it."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. ``first_token_s`` counts from the question to the model's first word (None if it wrote none).

    ``read_s`` is how long the model read before it said whether the answer is stated (None if it was not asked).
    """

    rewrite_s: float = 0.0
    retrieve_s: float = 0.0
    first_token_s: float | None = None
    total_s: float = 0.0
    read_s: float | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The language model that wrote an answer. ``sha256`` is None where the weights are not a local file."""

    name: str
    runtime: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class LibrarySummary:
    """The library an answer was made from."""

    generation: int
    documents: int
    chunks: int
    embedder: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its proof.

    Always true: markers are 1..n in order of first use in ``text``; each marker in ``text`` is in ``citations`` and
    the reverse; every citation lies inside a passage with ``in_context``; an abstention has a reason and no citation.
    """

    question: str
    standalone_question: str
    text: str
    abstained: bool
    reason: Reason | None
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    timings: Timings
    model: ModelInfo | None
    library: LibrarySummary
    conflicts: tuple[Conflict, ...] = ()
    """Where other sources say otherwise."""
    confidence: float | None = None
    """Probability in [0, 1] that what was read holds the answer, as far as it was calibrated; None where not asked."""
    raw_text: str = field(default="", repr=False)
    """What the language model wrote before it was checked."""

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, ready for ``json.dumps`` and UTF-8, whatever the model wrote."""
        return {**dataclasses.asdict(self), "raw_text": self.raw_text.encode("utf-8", "replace").decode("utf-8")}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Answer:
        """Return the answer that :meth:`to_dict` made ``data`` of; fields that are unknown here are left out.

        Raises:
            ValueError: it is not the form of an answer.
        """
        try:
            known = _known(cls, data)
            known["reason"] = Reason(known["reason"]) if known["reason"] is not None else None
            for name, kind in _LISTS.items():
                known[name] = tuple(kind(**_known(kind, item)) for item in known.get(name, ()))
            known["timings"] = Timings(**_known(Timings, known["timings"]))
            known["library"] = LibrarySummary(**_known(LibrarySummary, known["library"]))
            known["model"] = ModelInfo(**_known(ModelInfo, known["model"])) if known["model"] else None
            return cls(**known)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not an answer: {error}") from None


_LISTS: Mapping[str, type] = {
    "sentences": Sentence,
    "citations": Citation,
    "passages": Passage,
    "conflicts": Conflict,
}


def _known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a dataclass that are in ``data``, lists as tuples."""
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name in names}


@dataclass(frozen=True, slots=True)
class StageStarted:
    """The assistant has begun ``stage``."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """Retrieval is done; the passages the answer may be drawn from, best first."""

    standalone_question: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole answer so far, unfinished: a later event replaces it, and may withdraw it."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer, checked. Always the last event."""

    answer: Answer


Event = StageStarted | PassagesFound | Draft | Finished


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a language model is asked.

    Attributes:
        messages: the conversation; the last one is the user's, or the beginning of the reply, where the generator
            continues one.
        max_tokens: hard limit of new tokens.
        stop: strings that end the text (not part of it).
    """

    messages: tuple[Message, ...]
    max_tokens: int = 256
    stop: tuple[str, ...] = ()


class Generator(Protocol):
    """A language model. Greedy: the same request gives the same text."""

    @property
    def info(self) -> ModelInfo:
        """What it is."""

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""

    @property
    def keeps_prompt(self) -> bool:
        """Whether what a prompt shares with the one before is not read again."""

    @property
    def continues(self) -> bool:
        """Whether a last message of the assistant is taken as the beginning of its reply, and gone on with."""

    def count_tokens(self, text: str) -> int:
        """Return how many tokens ``text`` has for this model (an upper estimate where it cannot be asked)."""

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield pieces of the text as they are written; an empty piece is a sign of life.

        Closing the iterator stops the computation.
        """

    def prepare(self, messages: Sequence[Message]) -> None:
        """Read what many prompts will begin with, where that is kept; it is only a matter of time."""

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> list[float] | None:
        """Return the probability of each option as the next word (sums to 1), or None if it cannot tell."""

    def close(self) -> None:
        """Free the memory; calling it twice does no harm."""
