"""Word's automatic numbering: what stands before a paragraph, such as ``3.2`` or ``(a)``, though no text holds it.

ECMA-376, part 1, section 17.9. Numbers are counted per list definition (``abstractNum``), which several lists (``num``)
may share; a list that overrides a start begins anew where it is first used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET = "-"
_LEVELS = 9
_LARGEST = 10**6


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list.

    Attributes:
        start: the first number.
        form: of the number (``decimal``, ``lowerRoman``, …); a pattern such as ``001`` for numbers with leading zeros.
        text: what is written, with ``%1`` to ``%9`` for the numbers of the levels.
        restart: the level (from 1) whose numbers begin this one anew; 0 for none, None for any level above.
        style: the id of the paragraph style that stands for the level.
        is_legal: whether the numbers of all levels are written as decimals.
        is_close: whether the text follows without a space.
    """

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    style: str = ""
    is_legal: bool = False
    is_close: bool = False


@dataclass(slots=True)
class _List:
    """A list (``num``): its definition, its own levels and starts, and which of these starts have been used."""

    definition: str
    levels: dict[int, Level]
    starts: dict[int, int]
    started: set[int] = field(default_factory=set)


class Numbering:
    """Gives the paragraphs of one story (the body, the footnotes, …), asked in order, their numbers."""

    def __init__(self, root: Any, style_lists: dict[str, str] | None = None) -> None:
        """Take the lists of a file.

        Args:
            root: of the numbering part; None where there is none.
            style_lists: for numbering styles, by id: the number of the list that they stand for.
        """
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, list[int | None]] = {}
        if root is not None:
            self._take(root, style_lists or {})

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """Return the level (from 0) of a list that a paragraph style stands for, if one is linked to it."""
        found = self._lists.get(list_id)
        if found is None:
            return None
        return next((i for i, level in sorted(found.levels.items()) if level.style and level.style == style), None)

    def label(self, list_id: str, level: int) -> str:
        """Count a paragraph; return what is written before it, ``- `` for a bullet, with the space that follows.

        Args:
            list_id: the ``numId`` of the paragraph; one that is not known gives "".
            level: from 0.
        """
        found = self._lists.get(list_id)
        if found is None or not 0 <= level < _LEVELS:
            return ""
        shown = found.levels.get(level, Level())
        counters = self._counters.setdefault(found.definition, [None] * _LEVELS)
        self._count(found, level, counters)
        if shown.form == "bullet":
            return f"{BULLET} "
        text = self._written(found, level, counters)
        if not text:
            return ""
        return text if shown.is_close and not text[-1].isalnum() else f"{text} "

    def _count(self, found: _List, level: int, counters: list[int | None]) -> None:
        start = found.starts.get(level, found.levels.get(level, Level()).start)
        current = counters[level]
        begins = level in found.starts and level not in found.started
        found.started.add(level)
        counters[level] = start if current is None or begins else min(current + 1, _LARGEST)
        for higher in range(level):  # a level that was passed over counts as begun
            if counters[higher] is None:
                counters[higher] = found.starts.get(higher, found.levels.get(higher, Level()).start)
                found.started.add(higher)
        for deeper in range(level + 1, _LEVELS):
            restart = found.levels.get(deeper, Level()).restart
            if restart is None or level < restart:
                counters[deeper] = None

    def _written(self, found: _List, level: int, counters: list[int | None]) -> str:
        shown = found.levels.get(level, Level())

        def number(match: re.Match[str]) -> str:
            i = int(match[1]) - 1
            value = counters[i]
            if i > level or value is None:
                return ""
            form = found.levels.get(i, Level()).form
            if form == "bullet":
                return ""
            return formatted(value, "decimal" if shown.is_legal and form != "none" else form)

        return " ".join(re.sub(r"%([1-9])", number, shown.text).split())

    def _take(self, root: Any, style_lists: dict[str, str]) -> None:
        definitions = {node.get(f"{W}abstractNumId", ""): node for node in root.iterchildren(f"{W}abstractNum")}
        nums = {node.get(f"{W}numId", ""): node for node in root.iterchildren(f"{W}num")}
        for list_id, num in nums.items():
            definition = _linked(_value(num, "abstractNumId"), definitions, nums, style_lists)
            if definition not in definitions:
                continue
            levels = _levels(definitions[definition])
            starts = {}
            for override in num.iterchildren(f"{W}lvlOverride"):
                i = _whole(override.get(f"{W}ilvl"))
                own = override.find(f"{W}lvl")
                if own is not None:
                    levels[i] = _level(own)
                if (start := _value(override, "startOverride")) and start.lstrip("-").isdigit():
                    starts[i] = int(start)
                elif own is not None:
                    starts[i] = levels[i].start
            self._lists[list_id] = _List(definition, levels, starts)


def _linked(definition: str, definitions: dict[str, Any], nums: dict[str, Any], style_lists: dict[str, str]) -> str:
    """Return the definition that one stands for, if it refers to a numbering style."""
    for _ in range(len(definitions)):  # they might refer to each other
        node = definitions.get(definition)
        style = _value(node, "numStyleLink") if node is not None else ""
        if not style:
            break
        num = nums.get(style_lists.get(style, ""))
        target = _value(num, "abstractNumId") if num is not None else ""
        if not target or target == definition:
            by_link = (key for key, other in definitions.items() if _value(other, "styleLink") == style)
            target = next(by_link, definition)
        if target == definition:
            break
        definition = target
    return definition


def _levels(definition: Any) -> dict[int, Level]:
    return {_whole(node.get(f"{W}ilvl")): _level(node) for node in definition.iterchildren(f"{W}lvl")}


def _level(node: Any) -> Level:
    form = node.find(f"{W}numFmt")
    if form is None:  # newer forms stand in an alternative
        form = next(node.iter(f"{W}numFmt"), None)
    kind = form.get(f"{W}val", "decimal") if form is not None else "decimal"
    if kind == "custom":
        kind = form.get(f"{W}format", "").split(",")[0].strip() or "decimal"
    restart = _value(node, "lvlRestart")
    legal = node.find(f"{W}isLgl")
    level = Level(
        start=_whole(_value(node, "start") or "0"),
        form=kind,
        text=_value(node, "lvlText"),
        restart=int(restart) if restart.isdigit() else None,
        style=_value(node, "pStyle"),
        is_legal=legal is not None and legal.get(f"{W}val", "1") not in ("0", "false", "off"),
        is_close=_value(node, "suff") == "nothing",
    )
    return replace(level, form="bullet") if node.find(f"{W}lvlPicBulletId") is not None else level


def _value(node: Any, name: str) -> str:
    found = node.find(f"{W}{name}")
    return found.get(f"{W}val", "") if found is not None else ""


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 8 else 0


def formatted(number: int, form: str) -> str:
    """Return a number in one of Word's forms (``ST_NumberFormat``); in decimals where the form is not known."""
    if re.fullmatch(r"0*[1-9]", form):  # a pattern with leading zeros
        return str(number).zfill(len(form))
    writer = _FORMS.get(form)
    if writer is None:
        return str(number)
    return writer(number) if number > 0 or form in _FOR_ZERO else str(number)


def _roman(number: int) -> str:
    signs = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "M CM D CD C XC L XL X IX V IV I".split(),
        strict=True,
    )
    text = ""
    for value, sign in signs:
        count, number = divmod(number, value)
        text += sign * min(count, 40)
    return text


def _repeated(alphabet: str) -> Callable[[int], str]:
    """Letters as Word counts them: a … z, aa, bb … zz, aaa."""

    def write(number: int) -> str:
        times, i = divmod(number - 1, len(alphabet))
        return alphabet[i] * min(times + 1, 40)

    return write


def _from_range(first: str, count: int) -> Callable[[int], str]:
    """Signs that follow each other in Unicode, such as ①; decimals beyond."""
    return lambda number: chr(ord(first) + number - 1) if number <= count else str(number)


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINAL_WORDS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def _cardinal(number: int) -> str:
    if number >= 1000:
        return str(number)
    hundreds, rest = divmod(number, 100)
    words = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(_TENS[tens] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest or not hundreds:
        words.append(_ONES[rest])
    return " ".join(words).capitalize()


def _ordinal_word(number: int) -> str:
    if number >= 1000:
        return _ordinal(number)
    head, last = re.fullmatch(r"(.*?)([a-z]+)", _cardinal(number).lower()).groups()  # type: ignore[union-attr]
    ending = _ORDINAL_WORDS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{head}{ending}".capitalize()


def _chinese(number: int) -> str:
    if number >= 10_000:
        return str(number)
    digits, units = "零一二三四五六七八九", ("", "十", "百", "千")
    text = ""
    for place, digit in enumerate(reversed(str(number))):
        text = (digits[int(digit)] + units[place] if digit != "0" else "零") + text
    text = re.sub("零+", "零", text).strip("零")
    return text.removeprefix("一") if 10 <= number < 20 else text


_LATIN = "abcdefghijklmnopqrstuvwxyz"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
_CYRILLIC = "абвгдежзиклмнопрстуфхцчшщыэюя"
_FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperRoman": _roman,
    "lowerLetter": _repeated(_LATIN),
    "upperLetter": _repeated(_LATIN.upper()),
    "russianLower": _repeated(_CYRILLIC),
    "russianUpper": _repeated(_CYRILLIC.upper()),
    "ordinal": _ordinal,
    "cardinalText": _cardinal,
    "ordinalText": _ordinal_word,
    "hex": lambda number: f"{number:X}",
    "chicago": _repeated("*†‡§"),
    "numberInDash": lambda number: f"- {number} -",
    "none": lambda _: "",
    "decimalEnclosedCircle": _from_range("①", 20),
    "decimalEnclosedCircleChinese": _from_range("①", 20),
    "decimalEnclosedFullstop": _from_range("⒈", 20),
    "decimalEnclosedParen": _from_range("⑴", 20),
    "ideographTraditional": _repeated("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _repeated("子丑寅卯辰巳午未申酉戌亥"),
    "hebrew2": _repeated("אבגדהוזחטיכלמנסעפצקרשת"),
    "arabicAlpha": _repeated("أبتثجحخدذرزسشصضطظعغفقكلمنهوي"),
    "arabicAbjad": _repeated("أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"),
    "ganada": _repeated("가나다라마바사아자차카타파하"),
    "chosung": _repeated("ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"),
    "aiueo": _repeated("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"),
    "iroha": _repeated(_IROHA),
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting",
         "taiwaneseCountingThousand", "ideographDigital"),
        _chinese,
    ),
}  # fmt: skip
_FOR_ZERO = frozenset({"decimal", "decimalZero", "none", "hex", "numberInDash"})
