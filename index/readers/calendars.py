"""Calendar entries (iCalendar), as they come with invitations: what, when, where and who, a line each."""

from __future__ import annotations

import re
from datetime import datetime

from index.readers.base import Extracted, TextBuilder
from index.readers.quoting import long_date
from index.text import one_line

_SHOWN = {
    "SUMMARY": "Event",
    "DTSTART": "Start",
    "DTEND": "End",
    "DUE": "Due",
    "DURATION": "Duration",
    "RRULE": "Repeats",
    "LOCATION": "Place",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendees",
    "STATUS": "Status",
    "CATEGORIES": "Categories",
    "URL": "Link",
    "DESCRIPTION": "Description",
}
_LINE = re.compile(
    r"(?P<name>[A-Za-z-]+)(?P<parameters>(?:;[^\";:]+=(?:\"[^\"]*\"|[^\";:]*))*):(?P<value>.*)", re.DOTALL
)
_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?")
_ENTRIES = ("VEVENT", "VTODO", "VJOURNAL")


def read_calendar(text: str) -> Extracted:
    """Read a calendar."""
    builder = TextBuilder()
    append_calendar(text, builder)
    return builder.extracted()


def append_calendar(text: str, builder: TextBuilder) -> None:
    """Append the entries of a calendar; alarms and rules of time zones are left out."""
    entry: dict[str, list[str]] | None = None
    inside: list[str] = []
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match["name"].upper(), match["value"]
        if name == "BEGIN":
            inside.append(value.strip().upper())
            entry = {} if inside[-1] in _ENTRIES else entry
        elif name == "END":
            ended = inside.pop() if inside else ""
            if ended in _ENTRIES and entry is not None:
                _append(entry, builder)
                entry = None
        elif name in _SHOWN and entry is not None and inside[-1:] and inside[-1] in _ENTRIES:
            entry.setdefault(name, []).append(_value(name, match["parameters"], value))
    if entry:  # a file that was cut off
        _append(entry, builder)


def _append(entry: dict[str, list[str]], builder: TextBuilder) -> None:
    title = entry.get("SUMMARY", [""])[0]
    builder.part(f"calendar entry {title}".strip()[:90], "record")
    first = True
    for name, label in _SHOWN.items():
        values = [value for value in entry.get(name, ()) if value]
        if values:
            builder.block(f"{label}: {', '.join(values)}", between="\n\n" if first else "\n")
            first = False
    builder.end_part()


def _value(name: str, parameters: str, value: str) -> str:
    if name.startswith("DT") or name == "DUE":
        zone = re.search(r";TZID=\"?([^\";:]+)", parameters, re.IGNORECASE)
        return _moment(value, f" ({zone[1]})" if zone else "")
    if name in ("ORGANIZER", "ATTENDEE"):
        shown = re.search(r";CN=(?:\"([^\"]*)\"|([^;:]*))", parameters, re.IGNORECASE)
        address = re.sub(r"(?i)^mailto:", "", value.strip())
        common = (shown[1] or shown[2] or "").strip() if shown else ""
        return one_line(f"{common} <{address}>" if common and common != address else address)
    plain = re.sub(r"\\[nN]", "\n", value)
    plain = re.sub(r"\\([\\;,])", r"\1", plain)
    return plain.strip() if name == "DESCRIPTION" else one_line(plain)


def _moment(value: str, zone: str) -> str:
    match = _TIME.match(value.strip())
    if match is None:
        return one_line(value)
    try:
        moment = datetime(*(int(part or 0) for part in match.groups()[:5]))  # type: ignore[arg-type]
    except ValueError:
        return one_line(value)
    iso = moment.date().isoformat()
    if match[4] is None:
        return f"{long_date(moment)} ({iso})"
    return f"{long_date(moment)}, {moment:%H:%M}{' UTC' if match[6] else zone} ({iso})"
