"""Numbers as a spreadsheet shows them, by the codes of their formats: ``0.0 %``, ``#,##0.00 [$€-407]``, ``d/m/yy``.

Thousands separators are left out, and dates come in ISO form: so they can be searched and compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from index.readers.tables import duration_text, number_text

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "$#,##0", 6: "$#,##0", 7: "$#,##0.00",
    8: "$#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0",
    38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "$#,##0", 43: "#,##0.00", 44: "$#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys((*range(27, 32), 36, *range(50, 59)), "yyyy-mm-dd"), **dict.fromkeys(range(32, 36), "h:mm:ss"),
}  # fmt: skip
"""The formats that have a number instead of a code in the file."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<skipped>.)|\*(?P<filled>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General)|(?P<half>AM/PM|A/P)|(?P<exponent>E[+-]0+)|(?P<digits>[0#?.,]+|/\s*[0-9?#]+)"
    r"|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+)|(?P<percent>%)|(?P<text>@)|(?P<literal>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_COLOURS = re.compile(
    r"black|blue|cyan|green|magenta|red|white|yellow|colou?r ?\d+|dbnum\d|natnum.*|~.*", re.IGNORECASE
)
_LAST_DAY = 2_958_466
"""The number of the day after 31 December 9999."""
_LONGEST = 300
"""No code is longer."""


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the up to four parts of a code. ``tokens`` are (kind, text)."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None
    is_date: bool

    @property
    def pattern(self) -> str:
        return "".join(text for kind, text in self.tokens if kind == "digits")


def shown_number(value: float, code: str, *, is_1904: bool = False) -> str:
    """Return a number as a cell with a format shows it.

    Args:
        value: the number.
        code: of the format.
        is_1904: whether days are counted from 1904, as in files that come from old Macs.
    """
    value = float(value)
    section, is_signed = _chosen(value, _sections(code[:_LONGEST]))
    if section.is_date:
        return (_moment(value, section, is_1904=is_1904) if abs(value) < _LAST_DAY else "") or number_text(value)
    kinds = {kind for kind, _ in section.tokens}
    if "general" in kinds or "text" in kinds or not section.tokens:
        return _around(section, number_text(value if is_signed else abs(value)))
    if "digits" not in kinds:
        return _around(section, "")
    try:
        return _number(value, section, is_signed=is_signed)
    except (InvalidOperation, ValueError, OverflowError, ZeroDivisionError):
        return number_text(value)


def shown_text(text: str, code: str) -> str:
    """Return a text as a cell with a format shows it: a few formats put words around it."""
    if "@" not in code or code == "@":
        return text
    section = _sections(code[:_LONGEST])[-1]
    return _around(section, text) if any(kind == "text" for kind, _ in section.tokens) else text


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[tuple[str, str]] = []
    condition = None
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "literal"
        text = match[kind]
        if kind == "literal" and text == ";":
            sections.append(_section(tokens, condition))
            tokens, condition = [], None
        elif kind == "bracket":
            if found := _CONDITION.fullmatch(text):
                condition = (found[1], float(found[2])) if re.fullmatch(r"-?\d+\.?\d*", found[2]) else None
            elif re.fullmatch(r"[hH]+|[mM]+|[sS]+", text):
                tokens.append(("elapsed", text.lower()))
            elif text.startswith("$"):
                tokens.append(("literal", text[1:].rpartition("-")[0] if "-" in text else text[1:]))
            elif not _COLOURS.fullmatch(text):
                tokens.append(("literal", f"[{text}]"))
        elif kind == "skipped":
            tokens.append(("literal", " "))
        elif kind in ("quoted", "escaped", "literal"):
            tokens.append(("literal", text))
        elif kind != "filled":
            tokens.append((kind, text.lower() if kind == "date" else text))
    return (*sections, _section(tokens, condition))[:4]


def _section(tokens: list[tuple[str, str]], condition: tuple[str, float] | None) -> _Section:
    is_date = any(kind in ("date", "elapsed") for kind, _ in tokens) and not any(
        kind == "general" for kind, _ in tokens
    )
    return _Section(tuple(tokens), condition, is_date)


def _chosen(value: float, sections: tuple[_Section, ...]) -> tuple[_Section, bool]:
    """Return the section for a value, and whether a minus has to be put before it."""
    numeric = sections[:3] if len(sections) > 3 or not _is_text(sections[-1]) else sections[:-1] or sections
    for section in numeric:
        if section.condition and _holds(value, *section.condition):
            return section, value < 0 and section.condition[0] not in ("<", "<=")
    if any(section.condition for section in numeric):
        return next((section for section in numeric if not section.condition), numeric[-1]), True
    if value < 0 and len(numeric) > 1:
        return numeric[1], False
    if value == 0 and len(numeric) > 2:
        return numeric[2], False
    return numeric[0], True


def _is_text(section: _Section) -> bool:
    return any(kind == "text" for kind, _ in section.tokens)


def _holds(value: float, sign: str, limit: float) -> bool:
    return {
        "<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit, "=": value == limit,
    }.get(sign, value != limit)  # fmt: skip


def _around(section: _Section, inner: str) -> str:
    """Return the words of a section, with ``inner`` where the value goes."""
    shown = [inner if kind in ("general", "text") else text for kind, text in section.tokens]
    return " ".join("".join(shown).split()) if section.tokens else inner


def _number(value: float, section: _Section, *, is_signed: bool) -> str:
    pattern = section.pattern
    if "/" in pattern:
        return _fraction(value, pattern, is_signed=is_signed)
    number = abs(Decimal(repr(value)))
    number *= 100 ** sum(kind == "percent" for kind, _ in section.tokens)
    number /= 1000 ** (len(pattern) - len(pattern.rstrip(",")) if pattern.rstrip(",").strip() else 0)
    whole_pattern, _, part_pattern = pattern.replace(",", "").partition(".")
    decimals, least = len(part_pattern), len(part_pattern.rstrip("#?"))
    exponent = next((text for kind, text in section.tokens if kind == "exponent"), "")
    if exponent:
        mantissa, _, power = f"{number:.{decimals}E}".partition("E")
        digits = f"{mantissa}E{int(power):+03}"
    else:
        rounded = f"{number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):f}"
        whole, _, part = rounded.partition(".")
        while len(part) > least and part.endswith("0"):
            part = part[:-1]
        whole = whole.lstrip("0").rjust(whole_pattern.count("0"), "0")
        digits = f"{whole}.{part}" if part else whole
    text = _filled(section, digits)
    is_negative = value < 0 and any(digit in "123456789" for digit in digits)
    return f"-{text}" if is_negative and is_signed else text


def _filled(section: _Section, digits: str) -> str:
    """Put digits in the place of their pattern; a pattern in several groups takes them from the right."""
    groups = [i for i, (kind, _) in enumerate(section.tokens) if kind == "digits"]
    texts = [text if kind in ("literal", "percent") else "" for kind, text in section.tokens]
    whole, point, part = digits.partition(".")
    dotted = next((i for i in groups if "." in section.tokens[i][1]), groups[-1])
    for i in reversed(groups):
        if i > dotted:
            continue
        room = sum(mark in "0#?" for mark in section.tokens[i][1].partition(".")[0])
        taken = whole if i == groups[0] else whole[max(0, len(whole) - room) :]
        whole = whole[: len(whole) - len(taken)]
        texts[i] = taken + (point + part if i == dotted else "")
    shown = " ".join("".join(texts).split())
    return re.sub(r"(?<=\d)%", " %", shown) if " %" in "".join(texts) else shown


def _fraction(value: float, pattern: str, *, is_signed: bool) -> str:
    below = pattern.partition("/")[2].strip()
    largest = int(below) if below.isdecimal() else 10 ** max(1, len(below)) - 1
    number = Fraction(abs(value))
    near = Fraction(round(number * largest), largest) if below.isdecimal() else number.limit_denominator(largest)
    whole, part = divmod(near, 1)
    text = f"{whole} {part}" if whole and part else str(whole or part)
    return f"-{text}" if value < 0 and is_signed else text


def _moment(value: float, section: _Section, *, is_1904: bool) -> str:
    """Return a day, a time, both, or a duration; "" where the number is none."""
    if any(kind == "elapsed" for kind, _ in section.tokens):
        return duration_text(value * 86_400)
    letters = [text[0] for kind, text in section.tokens if kind == "date"]
    runs = [text for kind, text in section.tokens if kind == "date"]
    has_time = any(letter in "hs" for letter in letters)
    days = {"y", "d"} & set(letters) or (any(run.startswith("m") for run in runs) and not has_time)
    seconds = round(value * 86_400)
    try:
        moment = (_EPOCH_1904 if is_1904 else _EPOCH) + timedelta(seconds=seconds)
        if not is_1904 and 0 <= value < 60:  # the calendar of the format has a 29 February 1900
            moment += timedelta(days=1)
    except OverflowError:
        return ""
    clock = (
        moment.strftime("%H:%M:%S") if moment.second or any(run[0] == "s" for run in runs) else moment.strftime("%H:%M")
    )
    if not days:
        return clock if 0 <= value < 1 else f"{moment.date()} {clock}" if value >= 1 else ""
    if value < 0:
        return ""
    if set(letters) <= {"y"}:
        return str(moment.year)
    if "d" not in letters and not has_time:
        return moment.strftime("%B %Y" if "y" in letters else "%B")
    return f"{moment.date().isoformat()} {clock}" if has_time else moment.date().isoformat()
