"""Plots as inline SVG. Colours come from the page's style sheet, so they follow light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from eval.statistics import Estimate

_WIDTH, _HEIGHT = 460, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 16, 32, 40
_ROW = 22
_LABEL = 190

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps data to pixels: ``x`` from 0 to ``x_max``, ``y`` from 0 to 1, upwards."""

    x_max: float

    def x(self, value: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * value / self.x_max

    def y(self, value: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value

    def path(self, points: Iterable[Point]) -> str:
        return "M" + " L".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)


def recall_plot(recalls: Mapping[int, Estimate]) -> Markup:
    """Plot recall by depth, with its interval as a band. Depths stand at equal distances."""
    places = {k: i + 0.5 for i, k in enumerate(sorted(recalls))}
    scale = _Scale(float(len(places)))
    upper = [(places[k], recalls[k].high) for k in places]
    lower = [(places[k], recalls[k].low) for k in reversed(places)]
    line = [(places[k], recalls[k].value) for k in places]
    marks = "".join(
        f'<circle class="dot a" r="4" cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}"/>'
        f'<text class="value" text-anchor="middle" x="{scale.x(x):.1f}" y="{scale.y(y) - 9:.1f}">{y:.2f}</text>'
        for x, y in line
    )
    ticks = [(places[k], f"@{k}") for k in places]
    band = f'<path class="band a" d="{scale.path([*upper, *lower])} Z"/><path class="line a" d="{scale.path(line)}"/>'
    return _svg("Recall by depth", _axes(scale, ticks, "documents looked at", "share found") + band + marks)


def risk_coverage_plot(points: Sequence[Mapping[str, float]]) -> Markup:
    """Plot how wrong the answers are when only the surest are given."""
    scale = _Scale(1.0)
    line = [(point["coverage"], point["risk"]) for point in points]
    x, y = line[-1]
    here = f'<circle class="dot a" r="4" cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}"/>'
    ticks = [(share / 4, f"{share * 25} %") for share in range(5)]
    drawn = f'<path class="line a" d="{scale.path(line)}"/>' + here
    return _svg("Risk by coverage", _axes(scale, ticks, "questions answered, surest first", "share wrong") + drawn)


def latency_plot(series: Mapping[str, Sequence[float]]) -> Markup:
    """Plot the share of questions served within so many seconds, one curve a name (at most five)."""
    longest = _round_up(max(max(values) for values in series.values()))
    scale = _Scale(longest)
    ticks = [(longest * i / 4, f"{longest * i / 4:g}") for i in range(5)]
    body = _axes(scale, ticks, "seconds", "share of questions")
    for number, (name, values) in enumerate(series.items()):
        ordered = sorted(values)
        steps: list[Point] = [(0.0, 0.0)]
        for rank, value in enumerate(ordered, start=1):
            steps += [(value, (rank - 1) / len(ordered)), (value, rank / len(ordered))]
        colour = "abcde"[number]
        legend_y = _HEIGHT - _BOTTOM - 12 - 16 * number
        body += f'<path class="line {colour}" d="{scale.path([*steps, (longest, 1.0)])}"/>'
        body += f'<path class="line {colour}" d="M{_WIDTH - 130},{legend_y - 4} h18"/>'
        body += f'<text class="value" x="{_WIDTH - 106}" y="{legend_y}">{escape(name)}</text>'
    return _svg("Latency", body)


def interval_plot(title: str, rows: Mapping[str, Estimate]) -> Markup:
    """Plot one figure a row as a dot on its interval, on a common scale from 0 to 1."""
    height = _TOP + _ROW * len(rows) + _BOTTOM

    def x(value: float) -> float:
        return _LABEL + (_WIDTH - _LABEL - 50) * value

    parts = []
    bottom = _TOP + _ROW * len(rows)
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<path class="grid" d="M{x(share):.1f},{_TOP} V{bottom}"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{x(share):.1f}" y="{bottom + 16}">{share:g}</text>')
    for number, (name, figure) in enumerate(rows.items()):
        y = _TOP + _ROW * (number + 0.5)
        label = name if len(name) <= 28 else f"{name[:27]}…"
        parts.append(f'<text class="value" text-anchor="end" x="{_LABEL - 8}" y="{y + 4}">{escape(label)}</text>')
        parts.append(f'<path class="whisker" d="M{x(figure.low):.1f},{y} H{x(figure.high):.1f}"/>')
        parts.append(f'<circle class="dot a" r="4" cx="{x(figure.value):.1f}" cy="{y}"/>')
        parts.append(f'<text class="tick" x="{_WIDTH - 44}" y="{y + 4}">n={figure.n}</text>')
    return _svg(title, "".join(parts), height)


def _round_up(value: float) -> float:
    """Return the next number whose quarters are short to write."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)


def _axes(scale: _Scale, ticks: Sequence[tuple[float, str]], across: str, upwards: str) -> str:
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = scale.y(share)
        parts.append(f'<path class="grid" d="M{_LEFT},{y:.1f} H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{_LEFT - 6}" y="{y + 4:.1f}">{share:g}</text>')
    for value, label in ticks:
        x = scale.x(value)
        parts.append(f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{_HEIGHT - 22}">{escape(label)}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text class="axis" text-anchor="middle" x="{middle}" y="{_HEIGHT - 6}">{escape(across)}</text>')
    parts.append(f'<text class="axis" x="2" y="12">{escape(upwards)}</text>')
    return "".join(parts)


def _svg(title: str, body: str, height: int = _HEIGHT) -> Markup:
    """Wrap a drawing. ``body`` is our own markup: every text in it is escaped where it is put in."""
    name = escape(title)
    return Markup(
        f'<svg role="img" aria-label="{name}" viewBox="0 0 {_WIDTH} {height}"><title>{name}</title>{body}</svg>'
    )
