"""What of a file could not be read, in the words of the terminal. (The page has its own: ``assets/unread.js``.)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from index.types import Unread

_MOST_PLACES = 8
_WHAT = {
    "scanned_page": "scanned pages",
    "picture": "pictures",
    "form_field": "form fields",
    "chart": "charts",
    "diagram": "diagrams",
    "attachment": "attachments",
    "formula": "formulas without a stored value",
    "hidden_sheet": "hidden sheets",
    "comment": "comments",
    "encrypted_part": "encrypted parts",
    "damaged_part": "damaged parts",
    "embedded_object": "embedded objects",
    "audio_video": "audio and video",
    "too_long": "parts beyond the limits",
}
_REMEDIES = {
    "ocr": "pip install 'pincite[ocr]' reads them",
    "convert": "save them in a format that is read",
    "save_again": "open the file and save it again",
    "unlock": "save it without a password",
    "add_separately": "add them as files of their own",
}


def unread_lines(unread: Sequence[Unread]) -> Iterator[str]:
    """Yield a line for each kind of thing that was not read: ``scanned pages: page 2, page 5 (…)``."""
    for what, remedy in dict.fromkeys((item.what, item.remedy) for item in unread):
        items = [item for item in unread if (item.what, item.remedy) == (what, remedy)]
        advice = f" ({_REMEDIES[remedy]})" if remedy in _REMEDIES else ""
        yield f"{_WHAT.get(what, what.replace('_', ' '))}: {_where(items)}{advice}"


def _where(items: Sequence[Unread]) -> str:
    places = list(dict.fromkeys(item.where for item in items if item.where))
    if not places:
        return str(sum(item.count for item in items))
    more = f" and {len(places) - _MOST_PLACES} more places" if len(places) > _MOST_PLACES else ""
    return ", ".join(places[:_MOST_PLACES]) + more


def skipped_lines(skipped: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for each reason for which files were skipped, with their number."""
    for reason, count in Counter(reason for _, reason in skipped).most_common():
        yield f"{count} file{'' if count == 1 else 's'}: {reason}"
