"""Transcripts: subtitles (.vtt, .srt) as turns, and the turns in plain text. A turn's place is its time and speaker."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.text import one_line
from index.types import Place

_CLOCK = r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{2})(?:[.,]\d{1,3})?"
_CUE = re.compile(rf"\s*{_CLOCK}\s*-->\s*(?:\d+:)?\d+:\d+")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>[^>]*)>")
_TAG = re.compile(r"</?(?:[bicuvsl]|ruby|rt|lang|font|\d)[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_SPEAKER = re.compile(r"(?:[-–>]+\s*)?(?P<name>[^\W\d_][^:\n.!?]{0,39}):(?:\s+|$)(?P<rest>.*)", re.DOTALL)
_TURN_WORDS = 60
"""Cues of one speaker are joined up to about as many words."""
_NAME_WORDS = 4

_DAY = r"\d{4}-\d{2}-\d{2}[T ]|\d{1,2}[./]\d{1,2}[./]\d{2,4},? "
_STAMP = rf"(?:{_DAY})?\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d{{1,3}})?)?(?: ?[AaPp][Mm])?"
_NAME = r"(?P<name>[^\W\d_][^:\n|;!?\[\]]{0,39}?)"
_LINES = (
    re.compile(rf"[ \t]*[\[(]?(?P<time>{_STAMP})[\])]?[ \t]*[-–|]?[ \t]*(?:{_NAME}:(?=[ \t]|$))?", re.MULTILINE),
    re.compile(rf"[ \t]*{_NAME}[ \t]+[\[(]?(?P<time>{_STAMP})[\])]?:?(?=[ \t]|$)", re.MULTILINE),
)
_NAMED = re.compile(rf"[ \t]*{_NAME}:[ \t]+\S")
_ASKED = frozenset({"Q", "A", "F", "Question", "Answer", "Frage", "Antwort"})
"""Labels in lists of questions, which nobody speaks."""


@dataclass(slots=True)
class _Turn:
    time: str
    speaker: str
    words: list[str] = field(default_factory=list)


def read_subtitles(text: str, name: str) -> Extracted:
    """Read WebVTT or SubRip. A turn is a paragraph, ``[00:03:40] Bea: what she said``; numbers and styling go.

    Raises:
        UnreadableDocument: there is no cue in it.
    """
    turns: list[_Turn] = []
    are_all_named = _VOICE.search(text) is not None  # else a name is written where the speaker changes
    for time, speaker, words in _cues(text):
        last = turns[-1] if turns else None
        if last and last.words[-len(words) :] == words:
            continue  # live captions are shown again while the next line comes in
        if last and not speaker and not are_all_named:
            speaker = last.speaker
        if last and speaker == last.speaker and len(last.words) + len(words) <= _TURN_WORDS:
            last.words += words
        else:
            turns.append(_Turn(time, speaker, list(words)))
    if not turns:
        raise UnreadableDocument(f"{name}: holds no cue with text; check that it is a file of subtitles")
    builder = TextBuilder()
    for turn in turns:
        builder.place(", ".join(filter(None, (turn.time, turn.speaker))), kind="time")
        builder.block(f"[{turn.time}] {turn.speaker + ': ' if turn.speaker else ''}{' '.join(turn.words)}")
    return builder.extracted()


def _cues(text: str) -> list[tuple[str, str, list[str]]]:
    """Return (time, speaker, words) of each voice in each cue; headers, notes and styles are no cues."""
    found = []
    for block in re.split(r"\n[ \t]*\n", text.strip()):
        lines = block.split("\n")
        at = next((i for i, line in enumerate(lines[:3]) if _CUE.match(line)), None)
        if at is None:
            continue
        match = _CUE.match(lines[at])
        assert match is not None
        time = f"{int(match['hours'] or 0):02}:{int(match['minutes']):02}:{match['seconds']}"
        for speaker, said in _voices("\n".join(lines[at + 1 :])):
            if words := one_line(unescape(_TAG.sub("", said))).split():
                found.append((time, speaker, words))
    return found


def _voices(payload: str) -> list[tuple[str, str]]:
    """Return (speaker, text) of a cue: by ``<v Name>``, else by ``Name:`` at the start of a line."""
    marks = list(_VOICE.finditer(payload))
    if marks:
        ends = [mark.start() for mark in marks[1:]] + [len(payload)]
        before = [("", payload[: marks[0].start()])]
        return before + [
            (one_line(unescape(mark["name"])), payload[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)
        ]
    voices: list[tuple[str, str]] = []
    for line in payload.split("\n"):
        match = _SPEAKER.fullmatch(_TAG.sub("", line))
        if match and len(match["name"].split()) <= _NAME_WORDS:
            voices.append((one_line(match["name"]), match["rest"]))
        elif voices:
            voices[-1] = (voices[-1][0], f"{voices[-1][1]}\n{line}")
        else:
            voices.append(("", line))
    return voices


def turns_of(text: str, start: int = 0) -> tuple[Place, ...]:
    """Return the turns of a transcript or a chat in plain text, or nothing where most lines are no turns."""
    places: list[Place] = []
    lines = 0
    position = start
    names: Counter[str] = Counter()
    for line in text[start:].split("\n"):
        if line.strip():
            lines += 1
            if label := _label(line[:200]):
                names[label[1]] += 1
                places.append(Place(position, ", ".join(filter(None, label)), None, "time"))
        position += len(line) + 1
    is_spoken = any(name and name not in _ASKED and count > 1 for name, count in names.items())
    return tuple(places) if is_spoken and len(places) * 2 >= lines else ()


def _label(line: str) -> tuple[str, str] | None:
    """Return (time, speaker) of a line that begins a turn."""
    for pattern in _LINES:
        match = pattern.match(line)
        if match and len((match["name"] or "").split()) <= _NAME_WORDS:
            return match["time"].strip(), (match["name"] or "").strip()
    match = _NAMED.match(line)
    return ("", match["name"].strip()) if match and len(match["name"].split()) <= _NAME_WORDS else None
