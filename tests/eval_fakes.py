"""Stand-ins for the parts a run is made of; what they compute can be checked by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fakes import WordCountEmbedder

from eval.bench import Bench
from index.library import Library
from rag.generators.scripted import ScriptedGenerator
from rag.types import (
    Answer,
    Citation,
    GenerationRequest,
    LibrarySummary,
    Message,
    ModelInfo,
    Passage,
    Reason,
    Sentence,
    Style,
    Timings,
)


class FirstSentence:
    """An assistant that answers with the first sentence of the best passage, and refuses questions after "who"."""

    def __init__(self, library: Library, asked: list[tuple[str, int, Style]]) -> None:
        self._library = library
        self._asked = asked

    def ask(self, question: str, *, history: Sequence[Message] = (), style: Style = "chat") -> Answer:
        self._asked.append((question, len(history), style))
        standalone = " ".join([*(turn.text for turn in history), question])
        best = self._library.search(standalone, k=1)[0]
        quote = best.chunk.text.split(". ")[0].rstrip(".") + "."
        refused = question.startswith("Who")
        where = (best.chunk.document_id, best.title, best.source)
        return Answer(
            question=question,
            standalone_question=standalone,
            text="I cannot say." if refused else f"{quote} [1]",
            abstained=refused,
            reason=Reason.NOT_IN_SOURCES if refused else None,
            sentences=() if refused else (Sentence(0, len(quote) + 4, True, 0.9, (1,)),),
            citations=()
            if refused
            else (Citation(1, *where, None, best.chunk.start, best.chunk.start + len(quote), quote),),
            passages=(Passage(where[0], best.chunk.id, *where[1:], None, "", 1, 1.0, 0, 9, best.chunk.text, True),),
            timings=Timings(retrieve_s=0.01, first_token_s=0.2, total_s=0.5 + len(self._asked) / 100),
            model=ModelInfo("scripted", "scripted"),
            library=LibrarySummary(1, 3, 3, "word-count@1"),
        )


class Parts:
    """A bench of fakes that remembers what was asked of it."""

    def __init__(self, reply: str = "Twice a day.") -> None:
        self.asked: list[tuple[str, int, Style]] = []
        self.embedder = WordCountEmbedder()
        self.generator = ScriptedGenerator(lambda request: self._reply(request, reply))
        self.bench = Bench(
            lambda: self.embedder, lambda: self.generator, lambda library, _: FirstSentence(library, self.asked)
        )

    @staticmethod
    def _reply(request: GenerationRequest, reply: str) -> Iterator[str]:
        yield from re.findall(r"\S+\s*", reply) if request.max_tokens > 1 else ["x"]
