"""What the terminal shows: progress bars, a streaming answer, its sources. No colour codes, so it can be piped."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TextIO

from tqdm import tqdm

from index.text import one_line
from rag.types import Answer, Draft, Event, Finished, PassagesFound, Stage, StageStarted

_STAGES = {
    Stage.LOADING: "loading the model",
    Stage.REWRITING: "understanding the follow-up",
    Stage.RETRIEVING: "searching",
    Stage.READING: "reading",
    Stage.WRITING: "writing",
}


class ProgressBars:
    """A :class:`index.progress.Progress` that draws one bar a task on stderr. Close it when the work is over."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._description = ""
        self._bar: tqdm | None = None

    def __call__(self, description: str, done: int, total: int | None, unit: str, note: str = "") -> None:
        """Show a task's state."""
        if description != self._description or self._bar is None:
            self.close()
            self._description = description
            self._bar = tqdm(
                desc=description,
                total=total,
                unit=unit or "it",
                unit_scale=unit == "B",
                file=self._stream,
                leave=False,
                delay=0.5,
            )
        self._bar.total = total
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def show(events: Iterable[Event], *, out: TextIO, status: TextIO) -> Answer:
    """Write an answer as it comes, then its sources; return it. What turns out unsupported is withdrawn in words."""
    written = ""
    line = _StatusLine(status)
    for event in events:
        match event:
            case StageStarted(stage):
                line.write(_STAGES[stage] + " …")
            case PassagesFound(_, passages):
                line.write(f"found {len(passages)} passages")
            case Draft(text):
                line.clear()
                if text.startswith(written):
                    out.write(text[len(written) :])
                    out.flush()
                    written = text
            case Finished(answer):
                line.clear()
                _finish(answer, written, out)
                return answer
    raise AssertionError("a stream ends with Finished")


def _finish(answer: Answer, written: str, out: TextIO) -> None:
    if written and not answer.text.startswith(written):
        out.write("\n(What was written above did not hold up; this stands instead:)\n" + answer.text)
    else:
        out.write(answer.text[len(written) :])
    out.write("\n")
    if answer.standalone_question != answer.question:
        out.write(f"\nUnderstood as: {answer.standalone_question}\n")
    for sentence in answer.sentences:
        if not sentence.supported and not answer.abstained:
            out.write(f"\nNot supported by the documents: {answer.text[sentence.start : sentence.end]}\n")
    if answer.citations:
        out.write("\nSources\n")
    for citation in answer.citations:
        date = f" ({citation.date})" if citation.date else ""
        quote = one_line(citation.quote)
        place = f"{citation.locator}, " if citation.locator else ""
        out.write(
            f"[{citation.marker}] {citation.title}{date}, {place}characters {citation.start}-{citation.end}\n"
            f"    “{quote}”\n"
        )


class _StatusLine:
    """One line that replaces itself, on a terminal only."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = False

    def write(self, text: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()
            self._shown = True

    def clear(self) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False
