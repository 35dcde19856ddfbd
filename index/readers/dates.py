"""Dates as documents state them, to ISO form."""

from __future__ import annotations

import re
from datetime import date


def parse_date(text: str) -> str | None:
    """Return the ISO date (``YYYY-MM-DD``) that ``text`` begins with (time and zone may follow), or None."""
    match = re.match(r"\s*(\d{4})-(\d{2})-(\d{2})", text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups())).isoformat()
    except ValueError:
        return None
