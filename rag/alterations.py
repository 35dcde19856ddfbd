"""What a sentence changes of a source sentence that it otherwise follows: number, name, role, direction, "not".

A falsehood that reads almost like its source holds nearly all of the source's words, so neither shared words nor
embeddings tell it from the truth. The two are therefore laid side by side, word by word, and what stands in the place
of something else is looked at. A sentence that says the same in other words follows no source, and passes here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby, pairwise

from index.terms import STOP_WORDS
from rag.opposites import OPPOSITES
from rag.words import MAGNITUDES, NUMBER_WORDS, PLAIN_REPLY, normalised, stem

_FOLLOWS = 0.6
"""Share of a sentence's words, in order, that a source sentence must hold for the sentence to follow it."""
_COPIES = 0.75
"""The same share from which it is a close copy."""
_SHORTEST = 4
"""Fewer words in common are no copy."""
_BLOCK = 6
"""What stands in the place of something else is a few words long; a longer stretch says it differently."""
_TOKEN = re.compile(r"\w+(?:[.,:/]\d+)*")
_NEGATION_ENDING = re.compile(r"\s*n['’]t\b|(?<=\bcan)not\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"\s?['’]s\b|(?<=s)['’](?!\w)")
_LETTER = "A"
"""The one letter that is a stop word in lower case, and tells one thing from another in upper case."""
_NEGATIONS = frozenset("not never no neither nor without nobody nothing none".split())
_LIST_WORDS = frozenset("and or with".split())
_FORMS_OF_ADDRESS = frozenset(
    "president minister secretary senator representative governor general colonel captain judge justice king "
    "queen prince princess pope bishop saint sir lord lady mr mrs ms dr professor doctor "
    "coach chief chairman director".split()
)


class _Kind(StrEnum):
    NUMBER = "number"
    NAME = "name"
    NEGATION = "negation"
    FUNCTION = "function"
    CONTENT = "content"


_KINDS_OF_FACT = frozenset({_Kind.NUMBER, _Kind.NAME})


@dataclass(frozen=True, slots=True)
class _Token:
    key: str
    word: str
    kind: _Kind


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of the sentence in the place of a stretch of the source; ``anchors`` are the shared words around it."""

    said: tuple[_Token, ...]
    held: tuple[_Token, ...]
    anchors: tuple[_Token, ...]


def alterations(sentence: str, sources: Sequence[str]) -> tuple[str, ...]:
    """Return what ``sentence`` changes of the source sentence that it follows most closely; empty if it follows none.

    Args:
        sentence: of an answer, without markers.
        sources: source sentences.
    """
    names = frozenset(name for source in (*sources, sentence) for name in _names_within(source))
    said = _tokens(sentence, names)
    closest = _closest(said, [_tokens(source, names) for source in sources])
    if closest is None:
        return ()
    held, matcher = closest
    shared = sum(block.size for block in matcher.get_matching_blocks())
    elsewhere = {token.key for token in held} if shared < _COPIES * len(said) else set()
    found = [change for block in _blocks(said, held, matcher) for change in _changes(block, elsewhere)]
    if shared < len(said):
        found += [*_opposites(said, held), *_swapped(said, held), *_displaced(said, held)]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Departures:
    """In how many places two sentences that are one otherwise hold other words.

    Attributes:
        opening: other names at the beginning, where a sentence says what it is about.
        further: other names or numbers beyond that.
        worded: other words that are neither.
    """

    opening: int
    further: int
    worded: int


def departures(sentence: str, other: str) -> Departures | None:
    """Return where two sentences part that are one but for a few words in some places; None where they are not.

    Two opening words that differ count as names: "Ada Holm built it", "Bell built it".
    """
    names = frozenset((*_names_within(sentence), *_names_within(other)))
    said, held = _tokens(sentence, names), _tokens(other, names)
    matcher = SequenceMatcher(None, [token.key for token in said], [token.key for token in held], autojunk=False)
    counts = {"opening": 0, "further": 0, "worded": 0}
    left_here, left_there = len(said), len(held)
    for operation, i, i_end, j, j_end in matcher.get_opcodes():
        if operation == "replace":
            one, two = said[i:i_end], held[j:j_end]
            if max(len(one), len(two)) > _BLOCK:
                return None
            place = _place(said[:i], one, two)
            counts[place] += 1
            if place != "worded":
                left_here, left_there = left_here - len(one), left_there - len(two)
    same = sum(block.size for block in matcher.get_matching_blocks())
    enough = max(_SHORTEST, _COPIES * max(left_here, left_there), max(len(said), len(held)) / 2)
    return Departures(**counts) if same >= enough else None


def _place(before: Sequence[_Token], one: Sequence[_Token], two: Sequence[_Token]) -> str:
    """Return what kind of place two stretches stand in; ``before`` are the words before the first."""
    kinds = _kinds(one) & _kinds(two)
    if not before and {one[0].kind, two[0].kind} <= {_Kind.NAME, _Kind.CONTENT}:
        return "opening"
    if _Kind.NAME in kinds and _kinds(before) <= {_Kind.NAME, _Kind.FUNCTION}:
        return "opening"
    if kinds & _KINDS_OF_FACT and [token.kind for token in before] == [_Kind.CONTENT]:
        return "opening"  # "Reactor A", "President Obama", "Chapter 3"
    return "further" if kinds & _KINDS_OF_FACT else "worded"


def _kinds(tokens: Sequence[_Token]) -> set[_Kind]:
    return {token.kind for token in tokens}


def _closest(
    said: Sequence[_Token], sources: Sequence[Sequence[_Token]]
) -> tuple[Sequence[_Token], SequenceMatcher[str]] | None:
    """Return the source that shares most words in order, and the alignment, if the sentence follows it."""
    keys = [token.key for token in said]
    best: tuple[Sequence[_Token], SequenceMatcher[str]] | None = None
    most = max(_SHORTEST, _FOLLOWS * len(said)) - 1
    for held in sources:
        matcher = SequenceMatcher(None, keys, [token.key for token in held], autojunk=False)
        shared = sum(block.size for block in matcher.get_matching_blocks())
        if shared > most:
            most, best = shared, (held, matcher)
    return best


def _words(text: str) -> list[str]:
    text = _POSSESSIVE.sub("", _NEGATION_ENDING.sub(" not", normalised(PLAIN_REPLY.sub("", text))))
    return [match[0] for match in _TOKEN.finditer(text)]


def _names_within(text: str) -> list[str]:
    """Return the capitalised words that do not merely open the text; the "A" of "Hepatitis A" is one."""
    return [
        word.lower()
        for word in _words(text)[1:]
        if word[0].isupper() and (word == _LETTER or word.lower() not in STOP_WORDS)
    ]


def _tokens(text: str, names: frozenset[str]) -> list[_Token]:
    return [_token(word, names) for word in _words(text)]


def _token(word: str, names: frozenset[str]) -> _Token:
    lowered = word.lower()
    if lowered in _NEGATIONS:
        return _Token("not" if lowered == "never" else lowered, lowered, _Kind.NEGATION)
    if word[0].isdigit() or lowered in NUMBER_WORDS:
        return _Token(NUMBER_WORDS.get(lowered, lowered.replace(",", "")), lowered, _Kind.NUMBER)
    if lowered in STOP_WORDS and not (word == _LETTER and lowered in names):
        return _Token(lowered, lowered, _Kind.FUNCTION)
    kind = _Kind.NAME if word[0].isupper() and lowered in names else _Kind.CONTENT
    return _Token(stem(lowered), lowered, kind)


def _blocks(said: Sequence[_Token], held: Sequence[_Token], matcher: SequenceMatcher[str]) -> Iterator[_Block]:
    for operation, i, i_end, j, j_end in matcher.get_opcodes():
        if operation != "equal" and i_end - i <= _BLOCK and j_end - j <= _BLOCK:
            anchors = (*said[max(0, i - 1) : i], *said[i_end : i_end + 1])
            yield _Block(tuple(said[i:i_end]), tuple(held[j:j_end]), anchors)


def _changes(block: _Block, elsewhere: Collection[str]) -> Iterator[str]:
    """Yield the number, name, direction or negation that stands in the place of another, or of none.

    What the source holds ``elsewhere`` may have moved: only a close copy is taken at its word.
    """
    for kind in (_Kind.NUMBER, _Kind.NAME):
        said = {token.key: token for token in block.said if token.kind is kind}
        held = {token.key: token for token in block.held if token.kind is kind}
        other = [token.word for key, token in said.items() if key not in held and key not in elsewhere]
        if kind is _Kind.NUMBER and any(token.word in MAGNITUDES for token in (*block.said, *block.held)):
            continue
        if other and held.keys() - said.keys() and not (said.keys() & held.keys() or _means_the_same(block, kind)):
            yield from other
    said_words, held_words = ({token.word for token in part} for part in (block.said, block.held))
    yield from (word for word in said_words if OPPOSITES.get(word, frozenset()) & held_words - said_words)
    negated, was_negated = (any(t.kind is _Kind.NEGATION for t in part) for part in (block.said, block.held))
    if negated != was_negated and max(len(block.said), len(block.held)) <= 3 and len(block.anchors) == 2:
        yield "not"


def _means_the_same(block: _Block, kind: _Kind) -> bool:
    """Tell ``Joe`` for ``President`` before a name that both have, and ``US`` for ``United States``."""
    if kind is not _Kind.NAME:
        return False
    beside_name = any(anchor.kind is _Kind.NAME for anchor in block.anchors)
    titles = any(token.word in _FORMS_OF_ADDRESS for token in (*block.said, *block.held))
    initials = {"".join(t.word[0] for t in part if t.kind is _Kind.NAME) for part in (block.said, block.held)}
    words = {token.word for token in (*block.said, *block.held) if len(token.word) > 1}
    return (beside_name and titles) or bool(initials & words)


def _opposites(said: Sequence[_Token], held: Sequence[_Token]) -> Iterator[str]:
    """Yield words whose opposite the source has in their stead."""
    words, source_words = {token.word for token in said}, {token.word for token in held}
    for token in said:
        if token.word in OPPOSITES and token.word not in source_words:
            against = OPPOSITES[token.word]
            if against & source_words and not against & words:
                yield token.word


def _swapped(said: Sequence[_Token], held: Sequence[_Token]) -> Iterator[str]:
    """Yield names that trade places around the same words: who did it to whom. A passive voice may turn them round."""
    places, own = _once(_names(held)), list(_once(_names(said)).items())
    for i, (left, (_, left_end)) in enumerate(own):
        for right, (right_start, _) in own[i + 1 :]:
            if left in places and right in places and places[right] < places[left]:
                between = {token.key for token in said[left_end:right_start]}
                source_between = {token.key for token in held[places[right][1] : places[left][0]]}
                turned = ("by" in between) != ("by" in source_between)
                if not (turned or between <= _LIST_WORDS) and _tell(between & source_between, right == own[i + 1][0]):
                    yield left


def _tell(shared: set[str], are_neighbours: bool) -> bool:
    """Tell whether shared words between two names say who did it to whom; far apart, only words of content do."""
    return bool(shared if are_neighbours else shared - STOP_WORDS)


def _displaced(said: Sequence[_Token], held: Sequence[_Token]) -> Iterator[str]:
    """Yield names that have new neighbours on both sides, where a sentence of the source's own words has two of them.

    A phrase that moves as a whole keeps its words together; names that trade places do not.
    """
    if sum((Counter(token.key for token in said) - Counter(token.key for token in held)).values()) > 1:
        return
    places = _once(_names(held))
    moved = [
        name
        for name, (start, end) in _once(_names(said)).items()
        if name in places and not _keeps_a_neighbour(said, (start, end), held, places[name])
    ]
    if len(moved) >= 2 and not _is_list(said):
        yield from moved


def _is_list(said: Sequence[_Token]) -> bool:
    """Tell whether two names stand side by side with nothing but "and" between them: their order says nothing."""
    names = _names(said)
    return any(
        {token.key for token in said[left_end:right_start]} <= _LIST_WORDS
        for (_, left_end, _), (right_start, _, _) in pairwise(names)
    )


def _keeps_a_neighbour(
    said: Sequence[_Token], here: tuple[int, int], held: Sequence[_Token], there: tuple[int, int]
) -> bool:
    before, after = _neighbours(said, *here)
    was_before, was_after = _neighbours(held, *there)
    return before == was_before or after == was_after


def _neighbours(tokens: Sequence[_Token], start: int, end: int) -> tuple[str | None, str | None]:
    return (tokens[start - 1].key if start else None), (tokens[end].key if end < len(tokens) else None)


def _once(names: Sequence[tuple[int, int, str]]) -> dict[str, tuple[int, int]]:
    """Return the place of each name that occurs once."""
    count = Counter(name for _, _, name in names)
    return {name: (start, end) for start, end, name in names if count[name] == 1}


def _names(tokens: Sequence[_Token]) -> list[tuple[int, int, str]]:
    """Return (start, end, key) of the runs of name words, in order."""
    runs: list[tuple[int, int, str]] = []
    position = 0
    for is_name, run in groupby(tokens, key=lambda token: token.kind is _Kind.NAME):
        length = len(list(run))
        if is_name:
            runs.append((position, position + length, " ".join(t.key for t in tokens[position : position + length])))
        position += length
    return runs
