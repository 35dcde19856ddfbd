"""Reports as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.compare import Comparison
from eval.report import Report

_FLIPS_SHOWN = 20


def report_table(report: Report) -> str:
    """Return a run's figures, one a line, each with its interval and n."""
    data = report.data
    model = f", {data['model']['name']}" if data["model"] else ""
    head = f"{data['testset']['name']}: {data['asked']} questions, {data['config']['mode']}{model}"
    skipped = [f"left out: {count} ({reason})" for reason, count in data["skipped"].items()]
    return "\n".join([head, figures_table(data["metrics"]), *skipped])


def figures_table(metrics: Mapping[str, Mapping[str, float]]) -> str:
    """Return figures, one a line, each with its interval and n."""
    return "\n".join(
        _aligned(
            [
                (name, f"{item['value']:.3f}", f"[{item['low']:.3f}, {item['high']:.3f}]", f"n={item['n']}")
                for name, item in metrics.items()
            ]
        )
    )


def comparison_table(comparison: Comparison) -> str:
    """Return what changed, metric by metric, then the questions that flipped."""
    lines = [f"{comparison.paired} questions in both runs"]
    left_out = comparison.only_before + comparison.only_after
    if left_out:
        lines.append(f"{left_out} in one run only, left out")
    lines += _aligned(
        [
            (
                change.metric,
                f"{change.before:.3f} -> {change.after:.3f}",
                f"{change.difference.value:+.3f}",
                f"[{change.difference.low:+.3f}, {change.difference.high:+.3f}]",
                f"n={change.difference.n}",
                change.verdict if change.verdict != "same" else "",
            )
            for change in comparison.changes
        ]
    )
    flips = comparison.flips
    if flips:
        lines.append(f"\n{len(flips)} flips" + (f", the first {_FLIPS_SHOWN}:" if len(flips) > _FLIPS_SHOWN else ":"))
        lines += [
            f"  {flip.metric}  {flip.before:.2f} -> {flip.after:.2f}  {flip.question_id}  {flip.question}"
            for flip in flips[:_FLIPS_SHOWN]
        ]
    return "\n".join(lines)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
