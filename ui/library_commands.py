"""Commands about what a library holds: ``add``, ``list``, ``show``, ``remove``, ``backup``, ``doctor``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from index.doctor import Finding, examine
from index.errors import PinciteError
from index.library import Library
from index.text import one_line, without_invisible
from index.types import SyncReport
from index.weights import Status, default_embedder, default_generator, verify
from ui.options import JSON, LIBRARY
from ui.setup import open_library
from ui.terminal import ProgressBars
from ui.unread import skipped_lines, unread_lines


@contextmanager
def _opened(library: str | None) -> Iterator[Library]:
    """Open a library that there is: a command that looks at one makes none."""
    bars = ProgressBars()
    try:
        opened = open_library(library, progress=bars, create=False)
    finally:
        bars.close()
    with opened:
        yield opened


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@LIBRARY
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Tag the documents of these files; repeat for more.")
@click.option("--watch", is_flag=True, help="Stay, and bring in what changes, until Ctrl-C.")
@JSON
def add(paths: tuple[Path, ...], library: str | None, tags: tuple[str, ...], watch: bool, as_json: bool) -> None:
    """Bring files and folders into a library; again to bring it up to date.

    A folder stands for the files of readable formats below it; hidden ones are left out, and those that patterns in a
    file .pinciteignore name (as in .gitignore).
    """
    bars = ProgressBars()
    try:
        with open_library(library, progress=bars) as opened:
            report = opened.add(paths, tags=tags, progress=bars)
            bars.close()
            _tell(report, as_json)
            if watch:
                click.echo("watching; Ctrl-C ends it", err=True)
                for change in opened.follow(paths, tags=tags):
                    if change.added or change.updated or change.renamed or change.removed or change.failed:
                        _tell(change, as_json)
    finally:
        bars.close()
    if report.failed and not (report.added or report.updated or report.unchanged or report.removed or report.renamed):
        raise PinciteError("nothing was added; see the reasons above")


def _tell(report: SyncReport, as_json: bool) -> None:
    if as_json:
        counts: dict[str, Any] = {name: getattr(report, name) for name in ("added", "updated", "unchanged", "removed")}
        renamed = [{"from": old, "to": new} for old, new in report.renamed]
        reasons = {
            name: [{"source": source, "reason": reason} for source, reason in getattr(report, name)]
            for name in ("failed", "skipped")
        }
        unread = {path: [asdict(item) for item in items] for path, items in report.unread.items()}
        click.echo(json.dumps({**counts, "renamed": renamed, **reasons, "unread": unread}))
        return
    renamed_note = f"{len(report.renamed)} renamed, " if report.renamed else ""
    click.echo(
        f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
        f"{renamed_note}{len(report.removed)} removed, {len(report.failed)} failed"
        + (f", {len(report.skipped)} skipped" if report.skipped else "")
    )
    for path, items in report.unread.items():
        for line in unread_lines(items):
            click.echo(f"not read: {one_line(path)}: {one_line(line)}", err=True)
    for line in skipped_lines(report.skipped):
        click.echo(f"skipped: {one_line(line)}", err=True)
    for _, reason in report.failed:
        click.echo(f"failed: {one_line(reason)}", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@LIBRARY
def backup(file: Path, library: str | None) -> None:
    """Write a library into one FILE, as it is now; others may go on writing to it.

    To use the copy, put it into an empty folder as library.sqlite3 and name that folder with --library.
    """
    with _opened(library) as opened:
        opened.backup(file)
        info = opened.info()
    click.echo(f"{file}: {info.documents} documents, generation {info.generation}")


@click.command("list")
@LIBRARY
@JSON
def list_documents(library: str | None, as_json: bool) -> None:
    """List the documents of a library."""
    with _opened(library) as opened:
        records = opened.catalogue()
    if as_json:
        click.echo(json.dumps([asdict(record) for record in records], ensure_ascii=False, indent=2))
        return
    for record in records:
        notes = [record.date, *(f"#{tag}" for tag in record.tags)]
        click.echo(", ".join(filter(None, [f"{record.id}  {one_line(record.title)}", *notes])))
        for source in (record.source, *record.copies):
            click.echo(f"    {one_line(source)}")
    click.echo(f"{len(records)} document{'' if len(records) == 1 else 's'}")


@click.command()
@click.argument("document")
@LIBRARY
@JSON
def show(document: str, library: str | None, as_json: bool) -> None:
    """Show one DOCUMENT (an id, a path or a file name) as citations see it: its extracted text."""
    with _opened(library) as opened:
        record = opened.find(document)
        found, unread = opened.document(record.id), opened.unread(record)
    if found is None:
        raise PinciteError(f"{document}: has just been removed; 'pincite list' names those there are")
    if as_json:
        noted = {"unread": [asdict(item) for item in unread]}
        click.echo(json.dumps(asdict(found) | noted, ensure_ascii=False, indent=2))
        return
    click.echo(f"{one_line(found.title)}\n{one_line(found.source)}{f' ({found.date})' if found.date else ''}")
    for line in unread_lines(unread):
        click.echo(f"not read: {one_line(line)}")
    click.echo()
    click.echo(without_invisible(found.text))


@click.command()
@click.argument("documents", nargs=-1, required=True)
@LIBRARY
def remove(documents: tuple[str, ...], library: str | None) -> None:
    """Take DOCUMENTS (ids, paths or file names) out of a library, all or none. Their files are left alone."""
    with _opened(library) as opened:
        records = {record.id: record for record in (opened.find(document) for document in documents)}
        opened.remove(records)
    for record in records.values():
        click.echo(f"removed: {one_line(record.source)}")


@click.command()
@LIBRARY
@JSON
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
def doctor(library: str | None, as_json: bool, repair: bool) -> None:
    """Check library, index and weights."""
    with _opened(library) as opened:
        findings = [*examine(opened, repair=repair), *_weights()]
        info = opened.info()
    remaining = [finding for finding in findings if not finding.repaired]
    if as_json:
        report = {"ok": not remaining, "library": asdict(info), "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            state = "repaired" if finding.repaired else f"mend it: {finding.remedy}"
            click.echo(f"{one_line(finding.subject)}: {finding.problem}; {state}")
        click.echo(f"{info.path}: {info.documents} documents, {info.chunks} passages, generation {info.generation}")
        click.echo("everything is in order" if not remaining else f"{len(remaining)} to mend")
    if remaining:
        raise PinciteError(f"{len(remaining)} found that is not in order; see above")


def _weights() -> Iterator[Finding]:
    bars = ProgressBars()
    try:
        for weights in (default_embedder(), default_generator()):
            result = verify(weights.name, bars)
            if result.status is not Status.OK:
                yield Finding(weights.name, result.detail, f"pincite models pull {weights.name}")
    finally:
        bars.close()


@click.group()
def feedback() -> None:
    """What people thought of answers, kept beside the library."""


@feedback.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@LIBRARY
def feedback_export(folder: Path, library: str | None) -> None:
    """Write it to a new FOLDER as a question set for 'pincite eval'."""
    from ui.feedback import export

    with _opened(library) as opened:
        count = export(opened, folder)
    click.echo(f"{folder}: {count} question{'' if count == 1 else 's'}; measure with 'pincite eval {folder}'")
