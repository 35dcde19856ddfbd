"""What stands on a PDF's page without being part of its text: filled form fields, comments, attached files."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from index.readers.layout import Run, merged, segments
from index.readers.tables import EMPTY
from index.text import one_line

TICKED, NOT_TICKED = "yes (ticked)", "no (not ticked)"
_MOST_ANNOTATIONS = 5_000
_HIDDEN = 2 | 32
"""Flags of annotations that no reader sees."""
_PASSWORD = 1 << 13
_FARTHEST = 300.0
"""A label is no farther to the left of its field, in points."""
_BESIDE_BOX = 30.0
_COMMENTS = {
    "TEXT", "HIGHLIGHT", "UNDERLINE", "SQUIGGLY", "STRIKEOUT", "STAMP", "CARET", "INK", "LINE", "SQUARE", "CIRCLE",
    "POLYGON", "POLYLINE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A form field: its box, what was filled in ("" where nothing was), and what the form says about it."""

    box: Run
    value: str
    tooltip: str
    name: str
    is_box: bool


@dataclass(slots=True)
class Annotations:
    """What is attached to a page. ``comments`` are (author, text); ``texts`` stand on the page like any other."""

    fields: list[Field] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)
    texts: list[Run] = field(default_factory=list)
    files: int = 0


def read_annotations(page: Any, form: Any) -> Annotations:
    """Return what is attached to a page of pypdfium2; ``form`` is the document's form environment, or None."""
    import pypdfium2.raw as raw

    found = Annotations()
    names = {getattr(raw, f"FPDF_ANNOT_{name}"): name for name in (*_COMMENTS, "WIDGET", "FREETEXT", "FILEATTACHMENT")}
    for i in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, i)
        if not annotation:
            continue
        try:
            kind = names.get(raw.FPDFAnnot_GetSubtype(annotation))
            if kind is None or raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                continue
            if kind == "WIDGET":
                found.fields += _field(raw, form, annotation) if form is not None else []
            elif kind == "FILEATTACHMENT":
                found.files += 1
            else:
                _add_text(raw, annotation, kind, found)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return found


def _add_text(raw: Any, annotation: Any, kind: str, found: Annotations) -> None:
    def stated(key: bytes) -> str:
        return one_line(_string(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size)))

    text = stated(b"Contents")
    if not text:
        return
    if kind == "FREETEXT":
        found.texts.append(_box(raw, annotation, text))
    else:
        found.comments.append((stated(b"T"), text))


def _field(raw: Any, form: Any, annotation: Any) -> Iterator[Field]:
    def of(getter: Callable[..., int]) -> str:
        return one_line(_string(lambda buffer, size: getter(form, annotation, buffer, size)))

    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    is_box = kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
    if is_box:
        value = TICKED if raw.FPDFAnnot_IsChecked(form, annotation) else NOT_TICKED
    elif kind in (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        value = ", ".join(_chosen(raw, form, annotation)) or of(raw.FPDFAnnot_GetFormFieldValue)
    elif kind == raw.FPDF_FORMFIELD_TEXTFIELD:
        if raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
            return
        value = of(raw.FPDFAnnot_GetFormFieldValue)
    else:
        return
    box = _box(raw, annotation, value)
    if box.right - box.left < 1 or box.top - box.bottom < 1:
        return
    yield Field(box, value, of(raw.FPDFAnnot_GetFormFieldAlternateName), of(raw.FPDFAnnot_GetFormFieldName), is_box)


def _chosen(raw: Any, form: Any, annotation: Any) -> Iterator[str]:
    for i in range(min(max(raw.FPDFAnnot_GetOptionCount(form, annotation), 0), _MOST_ANNOTATIONS)):
        if raw.FPDFAnnot_IsOptionSelected(form, annotation, i):
            yield one_line(_string(partial(raw.FPDFAnnot_GetOptionLabel, form, annotation, i)))


def _string(read: Callable[[Any, int], int]) -> str:
    import pypdfium2.raw as raw

    size = read(None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _box(raw: Any, annotation: Any, text: str) -> Run:
    rectangle = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, rectangle)
    left, right = sorted((rectangle.left, rectangle.right))
    bottom, top = sorted((rectangle.bottom, rectangle.top))
    return Run(text, left, bottom, right, top, min(max(top - bottom, 4.0), 10.0))


def with_fields(words: Sequence[Run], fields: Sequence[Field], turned: Callable[[Run], Run]) -> list[Run]:
    """Return the words of a page with each filled field behind its label: ``Label: value``.

    Args:
        words: upright.
        fields: in the page's own coordinates; where none is filled in, the form is left as it is.
        turned: turns a box upright.
    """
    if not any(item.value and item.value != NOT_TICKED for item in fields):
        return list(words)
    upright = [replace(item, box=turned(item.box)) for item in fields]
    labels = segments(words)
    labelled: dict[int, list[Field]] = {}
    loose: list[Field] = []
    for item in upright:
        label = _label(item, labels, upright)
        if label is None:
            loose.append(item)
        else:
            labelled.setdefault(label, []).append(item)
    left = list(words)
    for number, items in labelled.items():
        text_beside = labels[number]
        left = [word for word in left if not _is_in(word, text_beside)]
        values = ", ".join(filter(None, (item.value for item in items))) or EMPTY
        text = f"{_shown(text_beside.text, items)}: {values}"
        around = [] if items[0].is_box else [_in_line(item.box, text_beside) for item in items]
        box = merged([text_beside, *around], "")
        left.append(replace(text_beside, text=text, left=box.left, right=box.right))
    return left + [_alone(item) for item in loose if item.value]


def _in_line(box: Run, label: Run) -> Run:
    """Return a field's box without what leads it out of its label's line."""
    return replace(box, left=max(box.left, label.left)) if box.bottom < label.top and box.top > label.bottom else label


def _shown(label: str, items: Sequence[Field]) -> str:
    """Return the label that is written: the page's, or the form's own where that says more."""
    text = re.sub(r"[\s:._…]+$", "", label)
    tooltip = items[0].tooltip.rstrip(" :")
    if len(items) == 1 and text.casefold() in tooltip.casefold() and len(tooltip) < 120:
        return tooltip
    return text or tooltip


def _alone(item: Field) -> Run:
    name = item.name.rsplit(".", 1)[-1]
    is_name = re.fullmatch(r"[^\W\d_]{3,}(?:[ _-][^\W\d_]+)*", name) is not None
    label = item.tooltip.rstrip(" :") or (name.replace("_", " ") if is_name else "")
    middle = (item.box.bottom + item.box.top) / 2
    size = item.box.size
    text = f"{label}: {item.value}" if label else item.value
    return replace(item.box, text=text, bottom=middle - size / 2, top=middle + size / 2)


def _label(item: Field, labels: Sequence[Run], fields: Sequence[Field]) -> int | None:
    """Return which text is a field's label: beside it, above it, or below it."""
    box = item.box
    level = [i for i, label in enumerate(labels) if _shared(label, box) > 0.3 * (label.top - label.bottom)]
    right = [i for i in level if -4 <= labels[i].left - box.right <= _BESIDE_BOX]
    if item.is_box and right:
        return min(right, key=lambda i: labels[i].left)
    before = [i for i in level if -4 <= box.left - labels[i].right <= _FARTHEST]
    nearest = max(before, key=lambda i: labels[i].right, default=None)
    if nearest is not None and any(
        _is_between(other.box, labels[nearest], box) for other in fields if other is not item
    ):
        nearest = None if item.is_box or not labels[nearest].text.endswith(":") else nearest
    if nearest is not None and (labels[nearest].text.endswith(":") or box.left - labels[nearest].right < 80):
        return nearest
    above = [
        i
        for i, label in enumerate(labels)
        if -2 <= label.bottom - box.top <= 1.5 * label.size and abs(label.left - box.left) < 20
    ]
    if above:
        return min(above, key=lambda i: labels[i].bottom)
    if nearest is not None:
        return nearest
    below = [
        i
        for i, label in enumerate(labels)
        if -2 <= box.bottom - label.top <= label.size and abs(label.left - box.left) < 20
    ]
    return below[0] if below and not item.is_box else None


def _shared(a: Run, b: Run) -> float:
    return min(a.top, b.top) - max(a.bottom, b.bottom)


def _is_between(box: Run, label: Run, other: Run) -> bool:
    is_level = _shared(box, other) > 0.3 * min(box.top - box.bottom, other.top - other.bottom)
    return is_level and label.right - 4 <= box.left and box.right <= other.left + 4


def _is_in(word: Run, label: Run) -> bool:
    x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
    return label.left <= x <= label.right and label.bottom <= y <= label.top


def attached_files(document: Any) -> list[str]:
    """Return the names of the files that are embedded in a document of pypdfium2."""
    import pypdfium2.raw as raw

    names = []
    for i in range(min(max(raw.FPDFDoc_GetAttachmentCount(document.raw), 0), 100)):
        item = raw.FPDFDoc_GetAttachment(document.raw, i)
        name = _string(partial(raw.FPDFAttachment_GetName, item)) if item else ""
        names.append(one_line(name) or "unnamed")
    return names
