"""When a question is about: a year, a month, a day, "last Friday", "the latest". English."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from index.terms import STOP_WORDS

_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = "|".join([*(f"{month[:3]}(?:{month[3:]})?" if len(month) > 3 else month for month in _MONTHS), "sept"])
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\.?,? ((?:19|20)\d\d)\b", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b({_MONTH})\.?,?(?: of)? ((?:19|20)\d\d)\b", re.IGNORECASE)
_STATED = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: ?[-–] ?\d{{1,2}}(?:st|nd|rd|th)?)?(?: of)? )?(?=[A-Z])(?i:{_MONTH})\b\.?"
    r"(?: \d{1,2}(?:st|nd|rd|th)?\b(?!,?\d))?(?:,? (?:19|20)\d\d\b(?!,\d))?"
    r"|\b\d{4}-\d\d-\d\d\b|\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Dd]uring|[Oo]f) (?:19|20)\d\d\b(?!,\d)"
)
_THING = re.compile(r" ([a-z][\w'’-]*)")
_YEAR = re.compile(r"\b(?:in|of|during|from|since|for) ((?:19|20)\d\d)\b", re.IGNORECASE)
_LAST_DAY = re.compile(rf"\b(?:last|on|this past) ({'|'.join(_DAYS)})\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(today|yesterday|(?:this|last|past) (?:week|month|year))\b", re.IGNORECASE)
_LATEST = re.compile(r"\b(?:latest|newest|most recent(?:ly)?|current(?:ly)?|up[- ]to[- ]date)\b", re.IGNORECASE)


_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d\d|\d\d)(?![\d/]|[.-]\d)")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` to ``end``, both included, as ISO dates."""

    start: str
    end: str

    def holds(self, day: str | None) -> bool:
        """Tell whether an ISO date lies within; no date does not."""
        return day is not None and self.start <= day <= self.end


def wants_latest(question: str) -> bool:
    """Tell whether a question asks for the newest that there is."""
    return _LATEST.search(question) is not None


def period_of(question: str, today: date) -> Period | None:
    """Return the period a question names, the narrowest kind first, or None.

    Args:
        question: as asked.
        today: what "yesterday" and "last Friday" count from.
    """
    try:
        return _stated(question) or _relative(question, today)
    except ValueError:  # a thirty-first of February
        return None


def _stated(question: str) -> Period | None:
    if found := _ISO.search(question):
        return _day(date(int(found[1]), int(found[2]), int(found[3])))
    if found := _DAY_MONTH.search(question):
        return _day(date(int(found[3]), _month(found[2]), int(found[1])))
    if found := _MONTH_DAY.search(question):
        return _day(date(int(found[3]), _month(found[1]), int(found[2])))
    if found := _MONTH_YEAR.search(question):
        return _whole_month(int(found[2]), _month(found[1]))
    if found := _YEAR.search(question):
        return Period(f"{found[1]}-01-01", f"{found[1]}-12-31")
    return None


def _relative(question: str, today: date) -> Period | None:
    if found := _LAST_DAY.search(question):
        back = (today.weekday() - _DAYS.index(found[1].lower())) % 7 or 7
        return _day(today - timedelta(days=back))
    found = _RELATIVE.search(question)
    if found is None:
        return None
    which, _, unit = found[1].lower().partition(" ")
    match unit:
        case "week":
            monday = today - timedelta(days=today.weekday() + (0 if which == "this" else 7))
            return Period(monday.isoformat(), (monday + timedelta(days=6)).isoformat())
        case "month":
            inside = today if which == "this" else today.replace(day=1) - timedelta(days=1)
            return _whole_month(inside.year, inside.month)
        case "year":
            year = today.year - (which != "this")
            return Period(f"{year}-01-01", f"{year}-12-31")
        case _:
            return _day(today - timedelta(days=which == "yesterday"))


def _day(day: date) -> Period:
    return Period(day.isoformat(), day.isoformat())


def _whole_month(year: int, month: int) -> Period:
    return Period(f"{year}-{month:02d}-01", f"{year}-{month:02d}-{monthrange(year, month)[1]:02d}")


def _month(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, start=1) if month.startswith(name.lower()[:3]))


def days_in(text: str, *, day_first: bool | None = None) -> frozenset[str]:
    """Return the days that a text names as ISO dates, and their months (``2024-04``); months that it names as well.

    Args:
        text: any.
        day_first: how numbers such as 03/04/2024 are meant; None where that is not known: then both ways.
    """
    days: list[date] = []
    months: set[str] = set()
    for pattern, order in ((_ISO, (1, 2, 3)), (_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        for found in pattern.finditer(text):
            year, month, day = (found[place] for place in order)
            days += _valid(int(year), int(month) if month.isdigit() else _month(month), int(day))
    for found in _NUMERIC.finditer(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        year += 2000 if year < 100 else 0
        if day_first is not False:
            days += _valid(year, second, first)
        if day_first is not True:
            days += _valid(year, first, second)
    months |= {f"{found[2]}-{_month(found[1]):02d}" for found in _MONTH_YEAR.finditer(text)}
    return frozenset({day.isoformat() for day in days} | {f"{day:%Y-%m}" for day in days} | months)


def is_day_first(texts: Iterable[str]) -> bool | None:
    """Tell from dates such as 21/03/2024 whether texts write the day first; None where nothing tells."""
    found = [match for text in texts for match in _NUMERIC.finditer(text)]
    first, second = any(int(match[1]) > 12 for match in found), any(int(match[3]) > 12 for match in found)
    return None if first == second else first


def _valid(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def without_dates(text: str) -> str:
    """Return ``text`` without its dates and years. A number before a thing is a count: "in May 18 people"."""

    def dropped(match: re.Match[str]) -> str:
        thing = _THING.match(text, match.end())
        counts = match[0][-1].isdigit() and thing is not None and thing[1] not in STOP_WORDS
        return match[0] if counts else " "

    return _STATED.sub(dropped, text)
