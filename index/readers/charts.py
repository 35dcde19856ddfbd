"""Charts and SmartArt of Office files: the values that a chart shows as a table, the texts of a diagram as a list.

Both are read from what is stored in the file beside the drawing; the workbook that a chart was made from is not needed.
Elements are found by their local names: the Strict and the Transitional forms of the format differ in namespaces only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any

from index.readers.numberformats import shown_number
from index.readers.parts import parse_xml
from index.text import one_line

_XY_CHARTS = frozenset({"scatterChart", "bubbleChart"})
_DEEPEST_POINT = 20
Rows = list[list[object]]


@dataclass(slots=True)
class _Series:
    """A series of a chart. The lists are keyed by the number of the point; ``labels`` has a list for each level."""

    name: str
    labels: list[dict[int, object]]
    values: dict[int, object]
    sizes: dict[int, object] = field(default_factory=dict)


def chart_rows(part_xml: bytes) -> tuple[str, Rows]:
    """Return the title of a chart and its values: a header row, then a row for each category or point.

    Args:
        part_xml: a part such as ``charts/chart1.xml`` or ``charts/chartEx1.xml``.

    Returns:
        The title or "", and the rows; none where the file does not hold the values.

    Raises:
        ValueError: it is no well-formed XML.
    """
    root = parse_xml(part_xml)
    is_1904 = _value(_first(root, "date1904")) in ("1", "true")
    chart = root if _local(root) == "chart" else _first(root, "chart")
    if chart is None:
        return "", []
    if next(root.iter("{*}chartData"), None) is not None:
        return _extended_chart(root, chart)
    title = _title(chart)
    plots = [plot for plot in chart.iterfind("{*}plotArea/*") if _local(plot).endswith("Chart")]
    formats = _axis_formats(chart)
    series = [_series(node, is_1904, *formats) for plot in plots for node in plot.iterchildren("{*}ser")]
    if not title and len(series) == 1 and _value(_first(chart, "autoTitleDeleted")) not in ("1", "true"):
        title = series[0].name  # what is shown over a chart of one series
    category_title, value_title = _axis_titles(chart)
    is_xy = any(_local(plot) in _XY_CHARTS for plot in plots)
    return title, _table(series, category_title, value_title, is_xy=is_xy)


def diagram_texts(data_xml: bytes) -> list[str]:
    """Return the texts of a SmartArt diagram in order, each with its position: ``1. Plan``, ``1.1 Ask``, ``2. Build``.

    Args:
        data_xml: a part such as ``diagrams/data1.xml``.

    Raises:
        ValueError: it is no well-formed XML.
    """
    root = parse_xml(data_xml)
    texts: dict[str, str] = {}
    tops: list[str] = []
    for point in root.iterfind("{*}ptLst/{*}pt"):
        if point.get("type", "node") in ("node", "asst"):
            texts[point.get("modelId", "")] = _rich_text(point.find("{*}t"))
        elif point.get("type") == "doc":
            tops.append(point.get("modelId", ""))
    below: dict[str, list[tuple[int, str]]] = {}
    for connection in root.iterfind("{*}cxnLst/{*}cxn"):
        if connection.get("type", "parOf") == "parOf":
            order = _whole(connection.get("srcOrd")) or 0
            below.setdefault(connection.get("srcId", ""), []).append((order, connection.get("destId", "")))
    numbered: list[str] = []
    seen: set[str] = set()
    count = 0
    for parent in tops:
        count = _number_points(parent, below, texts, "", count, seen, numbered)
    for point_id in texts:  # what hangs on nothing, too
        if point_id not in seen:
            loose = {"": [(0, point_id)], **{key: value for key, value in below.items() if key}}
            count = _number_points("", loose, texts, "", count, seen, numbered)
    return numbered


def _number_points(
    parent: str,
    below: dict[str, list[tuple[int, str]]],
    texts: dict[str, str],
    prefix: str,
    count: int,
    seen: set[str],
    numbered: list[str],
) -> int:
    """Append the points below one, numbered on from ``count``; return the last number."""
    for _, point_id in sorted(below.get(parent, []), key=lambda item: item[0]):
        if point_id in seen or point_id not in texts:
            continue
        seen.add(point_id)
        inner = prefix
        if texts[point_id]:
            count += 1
            inner = f"{prefix}{count}."
            numbered.append(f"{inner if not prefix else inner[:-1]} {texts[point_id]}")
        if inner.count(".") < _DEEPEST_POINT:
            _number_points(point_id, below, texts, inner, 0, seen, numbered)
    return count


def _table(series: Sequence[_Series], category_title: str, value_title: str, *, is_xy: bool) -> Rows:
    """Return one table of all series: side by side where they share their categories, else one below the other."""
    series = [one for one in series if one.values]
    if not series:
        return []
    first = next((one.labels for one in series if any(one.labels)), [])
    for one in series:
        if not any(one.labels):
            one.labels = first  # stored with the first series only
    value_name = value_title or ("Y" if is_xy else "Value")
    label_name = category_title or ("X" if is_xy else _label_name(first))
    width = max(1, max(len(one.labels) for one in series))
    label_names = [*[""] * (width - 1), label_name]
    shared = all(one.labels == series[0].labels for one in series)
    if shared and not any(one.sizes for one in series):
        names = [_with_unit(one.name, value_title) or value_name for one in series]
        rows: Rows = [[*label_names, *names]]
        for i in sorted({i for one in series for i in one.values}):
            rows.append([*_labels(series[0].labels, i, width), *(one.values.get(i) for one in series)])
        return rows
    has_sizes = any(one.sizes for one in series)
    rows = [["Series", *label_names, value_name, *(["Size"] if has_sizes else [])]]
    for one in series:
        for i in sorted(one.values):
            size = [one.sizes.get(i)] if has_sizes else []
            rows.append([one.name, *_labels(one.labels, i, width), one.values[i], *size])
    return rows


def _label_name(levels: Sequence[dict[int, object]]) -> str:
    stored = list(levels[0].values()) if levels else []
    return "Date" if stored and all(re.match(r"\d{4}-\d\d-\d\d", str(value)) for value in stored) else "Category"


def _labels(levels: Sequence[dict[int, object]], i: int, width: int) -> list[object]:
    """Return the labels of a point, the outermost first. An outer level states its label once for all that it spans."""
    found: list[object] = []
    for depth, level in enumerate(levels):
        if depth == 0:
            found.append(level.get(i))
        else:
            found.append(level.get(max((key for key in level if key <= i), default=-1)))
    found += [None] * (width - len(found)) if levels else [i + 1, *[None] * (width - 1)]
    return found[::-1]


def _with_unit(name: str, value_title: str) -> str:
    """Return the name of a series with the title of the value axis, which often is the unit."""
    if not name or not value_title or value_title.lower() in name.lower():
        return name
    return f"{name} ({value_title})"


def _axis_formats(chart: Any) -> tuple[str, str]:
    """Return the number formats of the category axis and of the value axis, for values stored without one."""
    formats = {"valAx": "", "dateAx": "", "catAx": ""}
    values = list(chart.iterfind("{*}plotArea/{*}valAx"))
    for axis in chart.iterfind("{*}plotArea/*"):
        stated = axis.find("{*}numFmt")
        if stated is None or stated.get("sourceLinked") in ("1", "true"):
            continue  # as the values are stored
        if _local(axis) != "valAx" or len(values) == 1:
            formats[_local(axis)] = stated.get("formatCode", "")
    return formats["dateAx"] or formats["catAx"], formats["valAx"]


def _series(node: Any, is_1904: bool, label_format: str, value_format: str) -> _Series:
    labels = node.find("{*}cat") if node.find("{*}cat") is not None else node.find("{*}xVal")
    values = node.find("{*}val") if node.find("{*}val") is not None else node.find("{*}yVal")
    shown = _points(values, is_1904, value_format)
    for label in node.iterfind("{*}dLbls/{*}dLbl"):  # a label that someone wrote over a value
        text, i = _rich_text(label.find("{*}tx")), _whole(_value(label.find("{*}idx")))
        if text and i in shown and text != str(shown[i]):
            shown[i] = f"{shown[i]} ({text})"
    return _Series(
        _name(node), _levels(labels, is_1904, label_format), shown, _points(node.find("{*}bubbleSize"), is_1904)
    )


def _name(node: Any) -> str:
    tx = node.find("{*}tx")
    if tx is None:
        return ""
    return one_line(" ".join(value.text or "" for value in tx.iter("{*}v"))) or _rich_text(tx)


def _levels(node: Any, is_1904: bool, axis_format: str) -> list[dict[int, object]]:
    """Return the labels of the points, the innermost level first."""
    if node is None:
        return []
    levels = [_cache(level, "", is_1904) for level in node.iter("{*}lvl")]
    return levels or [_points(node, is_1904, axis_format)]


def _points(node: Any, is_1904: bool, axis_format: str = "") -> dict[int, object]:
    for cache in node.iter("{*}numCache", "{*}strCache", "{*}numLit", "{*}strLit") if node is not None else ():
        format_code = cache.findtext("{*}formatCode") or ""
        format_code = axis_format if format_code.lower() in ("", "general") else format_code
        return _cache(cache, format_code if _local(cache).startswith("num") else "@", is_1904)
    return {}


def _cache(cache: Any, format_code: str, is_1904: bool) -> dict[int, object]:
    points: dict[int, object] = {}
    for point in cache.iterchildren("{*}pt"):
        text = point.findtext("{*}v") if point.find("{*}v") is not None else point.text
        i = _whole(point.get("idx"))
        if i is not None and text is not None and text.strip():
            points[i] = _shown(text.strip(), point.get("formatCode") or format_code, is_1904)
    return points


def _shown(text: str, format_code: str, is_1904: bool) -> str:
    """Return a stored value as it is shown by its format; texts, and numbers that are none, as they are."""
    try:
        number = float(text) if format_code != "@" else nan
    except ValueError:
        number = nan
    return shown_number(number, format_code, is_1904=is_1904) if isfinite(number) else one_line(text)


def _axis_titles(chart: Any) -> tuple[str, str]:
    """Return the titles of the category axis and of the value axis; "" for one that is not alone of its kind."""
    labels, values = [], []
    for axis in chart.iterfind("{*}plotArea/*"):
        kind = _local(axis)
        if kind in ("catAx", "dateAx") or (kind == "valAx" and _is_x_axis(axis, chart)):
            labels.append(_title(axis))
        elif kind == "valAx":
            values.append(_title(axis))
    named = [list(filter(None, titles)) for titles in (labels, values)]
    return named[0][0] if named[0] else "", named[1][0] if len(values) == 1 and named[1] else ""


def _is_x_axis(axis: Any, chart: Any) -> bool:
    """Tell whether a value axis lies below: only those of scatter and bubble charts do, besides bars that lie."""
    if any(_local(node) in ("catAx", "dateAx") for node in chart.iterfind("{*}plotArea/*")):
        return False
    return _value(axis.find("{*}axPos")) in ("b", "t")


def _extended_chart(root: Any, chart: Any) -> tuple[str, Rows]:
    """Read a chart of the newer kinds: waterfall, treemap, funnel, histogram, map."""
    by_id = {data.get("id"): data for data in root.iter("{*}data")}
    series = []
    for node in chart.iter("{*}series"):
        reference = node.find("{*}dataId")
        data = by_id.get(reference.get("val")) if reference is not None else None
        if data is None:
            continue
        numbers = {dim.get("type"): dim for dim in data.iterchildren("{*}numDim")}
        labels = next(data.iterchildren("{*}strDim"), None)
        wanted = (numbers[kind] for kind in ("val", "size", "y", "colorVal", *numbers) if kind in numbers)
        values = next(wanted, None)
        level = values.find("{*}lvl") if values is not None else None
        shown = _cache(level, level.get("formatCode", ""), False) if level is not None else {}
        stored = [_cache(one, "@", False) for one in labels.iterchildren("{*}lvl")] if labels is not None else []
        series.append(_Series(_name(node), stored, shown))
    return _title(chart), _table(series, "", "", is_xy=False)


def _title(node: Any) -> str:
    title = node.find("{*}title")
    if title is None:
        return ""
    return _rich_text(title) or one_line(" ".join(value.text or "" for value in title.iter("{*}v")))


def _rich_text(node: Any) -> str:
    if node is None:
        return ""
    lines = ("".join(_runs(paragraph)) for paragraph in node.iter("{*}p"))
    return one_line(" ".join(lines))


def _runs(paragraph: Any) -> Iterator[str]:
    for run in paragraph.iter("{*}t", "{*}br"):
        yield " " if _local(run) == "br" else run.text or ""


def _first(node: Any, name: str) -> Any:
    return next(node.iterchildren(f"{{*}}{name}"), None)


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _value(node: Any) -> str | None:
    """Return the attribute ``val``; the schema's default for a switch is that it is on."""
    return None if node is None else node.get("val", "1")


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,9}", text) else None
