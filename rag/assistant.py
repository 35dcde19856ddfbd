"""The facade: open a library and a model, ask."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from index.config import load_settings
from index.embedders.cached import CachedEmbedder
from index.library import Library
from index.progress import Progress, silent
from index.types import Document, Selection
from rag import prompts
from rag.answering import Answering
from rag.config import AssistantConfig
from rag.errors import check_question
from rag.generators import load_generator
from rag.passages import to_passage
from rag.signals import Signals
from rag.support import SupportChecker
from rag.text import well_formed
from rag.types import Answer, Event, Finished, Generator, Message, Passage, Style


class Assistant:
    """Answers questions from one library, each sentence with its proof.

    Attributes:
        library: where answers come from.
        generator: the language model.
        notice: what the user should know about the model in use, or None.
    """

    def __init__(
        self,
        library: Library,
        generator: Generator,
        *,
        config: AssistantConfig | None = None,
        notice: str | None = None,
        model: str = "",
    ) -> None:
        self.library = library
        self.generator = generator
        self.config = config or AssistantConfig()
        self.notice = notice
        self._opened_with = model
        self._checker = SupportChecker(CachedEmbedder(library.embedder), self.config.min_support)

    @classmethod
    def open(
        cls,
        library: Library | str | Path | None = None,
        *,
        model: str | None = None,
        config: AssistantConfig | None = None,
        progress: Progress = silent,
    ) -> Assistant:
        """Open a library and load a model; where an argument is None, the settings decide.

        Args:
            library: the library, or its folder; made if there is none.
            model: a known name, a GGUF path, a Hugging Face folder or id, or an OpenAI-compatible URL.
            config: how to answer.
            progress: told about fetching weights that are not on this machine yet.

        Raises:
            PinciteError: with one line that says what is wrong and what to do.
        """
        settings = load_settings(model=model)
        chosen = config or AssistantConfig.with_caution(settings.caution)
        opened = library if isinstance(library, Library) else Library.open(library)
        warming = threading.Thread(target=_warm_up, args=(opened,))
        warming.start()
        try:
            generator, notice = load_generator(settings.model, api_key=settings.api_key, progress=progress)
        finally:
            warming.join()  # a library that is half imported when the process ends takes the process down
        return cls(opened, generator, config=chosen, notice=notice, model=settings.model)

    def warm_up(self) -> None:
        """Have the model read what comes before every question, where it keeps what it has read."""
        self.generator.prepare(prompts.opening())

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        style: Style = "chat",
        within: Selection | None = None,
        config: AssistantConfig | None = None,
    ) -> Answer:
        """Answer a question.

        Args:
            question: up to ``config.max_question_chars`` characters.
            history: the conversation so far, oldest first.
            style: ``chat`` for sentences, ``short`` for the bare answer.
            within: the documents that it may be answered from; all unless told.
            config: how this question is answered; as all others unless told.

        Returns:
            The answer; ``abstained`` with a reason where the library does not hold one.

        Raises:
            QuestionError: the question is empty or too long. GenerationError: the model failed.
        """
        for event in self.stream(question, history=history, style=style, within=within, config=config):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("a stream ends with Finished")

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        style: Style = "chat",
        within: Selection | None = None,
        config: AssistantConfig | None = None,
    ) -> Iterator[Event]:
        """Answer a question, telling what happens: stages, passages, drafts, and last :class:`Finished`.

        Closing the iterator stops the model. Arguments and errors are those of :meth:`ask`.
        """
        return self._answering(question, history, style, within, config).events()

    def assess(self, question: str, *, history: Sequence[Message] = (), style: Style = "chat") -> Signals | None:
        """Return what speaks for the library's holding the answer, without writing it; None where nothing is found.

        Arguments and errors are those of :meth:`ask`.
        """
        return self._answering(question, history, style).assess()

    def _answering(
        self,
        question: str,
        history: Sequence[Message],
        style: Style,
        within: Selection | None = None,
        config: AssistantConfig | None = None,
    ) -> Answering:
        used = config or self.config
        asked = check_question(question, used.max_question_chars)
        said = tuple(Message(turn.role, well_formed(turn.text)) for turn in history)
        return Answering(asked, said, style, self.library, self.generator, self._checker, used, within)

    def over(self, library: Library) -> Assistant:
        """Return an assistant that answers from another library with the same language model; close only this one."""
        return Assistant(library, self.generator, config=self.config, notice=self.notice, model=self._opened_with)

    def use_model(self, model: str, *, progress: Progress = silent) -> None:
        """Answer with another language model from now on; the one before is let go of once the other is loaded.

        Call it between questions. ``model`` is as for :meth:`open`; "" is the one the assistant was opened with.

        Raises:
            PinciteError: it cannot be loaded; the one before stays.
        """
        generator, self.notice = load_generator(
            model or self._opened_with, api_key=load_settings().api_key, progress=progress
        )
        self.generator, before = generator, self.generator
        before.close()

    def search(self, question: str, *, k: int = 10, within: Selection | None = None) -> list[Passage]:
        """Return the ``k`` best passages for a question, best first, of the documents ``within``."""
        return [to_passage(passage) for passage in self.library.search(question, k=k, within=within)]

    def document(self, document_id: str) -> Document | None:
        """Return one document with the text that citations' offsets refer to, or None."""
        return self.library.document(document_id)

    def close(self) -> None:
        """Free the model and let go of the library."""
        self.generator.close()
        self.library.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _warm_up(library: Library) -> None:
    """Load the embedder while the language model loads. What fails here fails again, and is told, at a search."""
    with suppress(Exception):
        library.embedder.encode_query("warm up")
