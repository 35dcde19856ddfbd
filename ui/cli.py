"""The command ``pincite``. Other packages add commands through the entry-point group ``pincite.commands``."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from index.errors import PinciteError
from index.text import one_line
from ui.options import JSON, LIBRARY, MODEL, SELECTION, selection_of

if TYPE_CHECKING:
    from rag.types import Style

_CAUTION = click.option(
    "--caution",
    type=click.Choice(["helpful", "balanced", "strict"]),
    help="How sure it must be that the documents hold the answer (default: balanced, or PINCITE_CAUTION).",
)


_ELSEWHERE = {
    "add": ("ui.library_commands", "add"),
    "backup": ("ui.library_commands", "backup"),
    "doctor": ("ui.library_commands", "doctor"),
    "feedback": ("ui.library_commands", "feedback"),
    "list": ("ui.library_commands", "list_documents"),
    "mcp": ("ui.mcp_server", "command"),
    "password": ("ui.password_command", "password"),
    "remove": ("ui.library_commands", "remove"),
    "show": ("ui.library_commands", "show"),
}
"""Commands of other modules, which are imported when one is used: module and name."""


class _Commands(click.Group):
    """Our own commands and those that other packages have registered."""

    def list_commands(self, context: click.Context) -> list[str]:
        registered = (point.name for point in entry_points(group="pincite.commands"))
        return sorted({*super().list_commands(context), *_ELSEWHERE, *registered})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        own = super().get_command(context, name)
        if own is not None:
            return own
        if name in _ELSEWHERE:
            module, attribute = _ELSEWHERE[name]
            found: click.Command = getattr(import_module(module), attribute)
            return found
        for point in entry_points(group="pincite.commands", name=name):
            command: click.Command = point.load()
            return command
        return None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pincite")
def cli() -> None:
    """Ask your own documents. Everything runs on this machine; every sentence comes with its proof."""


@cli.command()
@click.argument("question")
@LIBRARY
@MODEL
@JSON
@click.option(
    "--style",
    type=click.Choice(["chat", "short"]),
    default="chat",
    show_default=True,
    help="Sentences, or the bare answer.",
)
@click.option(
    "--history",
    metavar="FILE.json",
    type=click.Path(path_type=Path),
    help='The conversation so far: [{"role": "user", "text": "…"}, …].',
)
@_CAUTION
@SELECTION
def ask(
    question: str,
    library: str | None,
    model: str | None,
    as_json: bool,
    style: str,
    history: Path | None,
    caution: str | None,
    **within: Any,
) -> None:
    """Answer one question, with citations."""
    from rag import AssistantConfig
    from rag.errors import check_question
    from ui.history import load_history
    from ui.setup import open_assistant
    from ui.terminal import ProgressBars, show

    check_question(question, AssistantConfig().max_question_chars)  # before seconds go by in loading
    turns = load_history(history) if history else ()
    selection = selection_of(within)
    bars = ProgressBars()
    try:
        assistant = open_assistant(library, model, caution=caution, progress=bars)
    finally:
        bars.close()
    with assistant:
        if assistant.notice:
            click.echo(assistant.notice, err=True)
        if as_json:
            answer = assistant.ask(question, history=turns, style=cast("Style", style), within=selection)
            click.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))
        else:
            events = assistant.stream(question, history=turns, style=cast("Style", style), within=selection)
            show(events, out=sys.stdout, status=sys.stderr)


@cli.command()
@click.argument("question")
@LIBRARY
@JSON
@click.option("-k", "count", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages.")
@SELECTION
def search(question: str, library: str | None, as_json: bool, count: int, **within: Any) -> None:
    """Show the passages for a question; no language model."""
    from dataclasses import asdict

    from rag.passages import to_passage
    from ui.setup import open_library
    from ui.terminal import ProgressBars

    if not question.strip():
        raise PinciteError("the question is empty; ask something")
    selection = selection_of(within)
    bars = ProgressBars()
    try:
        with open_library(library, progress=bars, with_seeds=True) as opened:
            passages = [to_passage(passage) for passage in opened.search(question, k=count, within=selection)]
    finally:
        bars.close()
    if as_json:
        click.echo(json.dumps([asdict(passage) for passage in passages], ensure_ascii=False, indent=2))
        return
    for passage in passages:
        title = one_line(" > ".join(filter(None, (passage.title, passage.heading))))
        place = f"{passage.locator}, " if passage.locator else ""
        click.echo(f"{passage.rank}. {title} ({passage.score:.4f}), {place}characters {passage.start}-{passage.end}")
        click.echo(f"   {one_line(passage.text)}\n")
    if not passages:
        click.echo("nothing found")


@cli.command()
@LIBRARY
@MODEL
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen at; one that others reach needs 'pincite password' or PINCITE_TOKEN.",
)
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="A host name others call this server by; repeat for more."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=None, help="Port (default: the first free one from 7860)."
)
@click.option("--open/--no-open", "open_browser", default=False, help="Open the page in the browser.")
@_CAUTION
def serve(
    library: str | None,
    model: str | None,
    host: str,
    names: tuple[str, ...],
    port: int | None,
    open_browser: bool,
    caution: str | None,
) -> None:
    """Serve the chat window."""
    from ui.app import serve as serve_app
    from ui.server import access_for, exposure
    from ui.setup import open_assistant, open_library
    from ui.terminal import ProgressBars

    access = access_for(host, names)  # what is not allowed is said before anything is fetched
    bars = ProgressBars()
    try:
        opened = open_library(library, progress=bars, with_seeds=True)  # what cannot be opened before the page is
    finally:
        bars.close()

    def ready(address: str) -> None:
        click.echo(f"pincite is at {address} (Ctrl-C ends it)")
        if access is not None:
            click.echo(exposure(access, served.info().path), err=True)
        if open_browser:
            webbrowser.open(address)

    with opened as served:
        serve_app(
            lambda: open_assistant(served, model, caution=caution),
            library=served,
            host=host,
            port=port,
            names=names,
            on_ready=ready,
        )


@cli.command()
def setup() -> None:
    """Fetch the default weights and make the default library, where they are missing."""
    from index.weights import default_generator, ensure_generator
    from ui.setup import open_library
    from ui.terminal import ProgressBars

    bars = ProgressBars()
    try:
        _, _, notice = ensure_generator(default_generator().name, bars)
        open_library(None, progress=bars, seed_missing=True).close()
    finally:
        bars.close()
    if notice:
        click.echo(notice, err=True)


@cli.group()
def models() -> None:
    """The local weights."""


@models.command("list")
@JSON
def models_list(as_json: bool) -> None:
    """List the weights there are, and which are on this machine."""
    from index.weights import all_weights, locate

    rows = []
    for weights in all_weights():
        path = _locate_or_none(locate, weights.name)
        rows.append(
            {
                "name": weights.name,
                "role": weights.role,
                "default": weights.default,
                "licence": weights.licence,
                "summary": weights.summary,
                "sha256": weights.upstream.sha256,
                "path": str(path) if path else None,
            }
        )
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        state = "here" if row["path"] else "not fetched"
        default = ", default" if row["default"] else ""
        click.echo(f"{row['name']:30} {row['role']}{default}, {row['licence']}, {state}: {row['summary']}")


@models.command("pull")
@click.argument("name")
def models_pull(name: str) -> None:
    """Fetch weights by NAME, or any Hugging Face model by ORG/NAME. The only command that uses the network."""
    from index.weights import ensure, pull_hub_model
    from ui.terminal import ProgressBars

    bars = ProgressBars()
    try:
        path = pull_hub_model(name, bars) if "/" in name else ensure(name, bars, repair=True)
    finally:
        bars.close()
    click.echo(str(path))


@models.command("verify")
def models_verify() -> None:
    """Hash the weights on this machine and compare."""
    from index.weights import Status, all_weights, verify
    from ui.terminal import ProgressBars

    bars = ProgressBars()
    damaged = []
    for weights in all_weights():
        result = verify(weights.name, bars)
        bars.close()
        click.echo(f"{weights.name}: {result.status}")
        if result.status is Status.DAMAGED:
            damaged.append(weights.name)
    if damaged:
        raise PinciteError(f"damaged: {', '.join(damaged)}; fetch again with 'pincite models pull {damaged[0]}'")


def _locate_or_none(locate: Any, name: str) -> Path | None:
    try:
        path: Path | None = locate(name)
        return path
    except PinciteError:
        return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; a stated failure is one line on stderr. Exit: 0 done, 1 failure, 2 usage, 130 interrupted."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        code = cli.main(list(arguments) if arguments is not None else None, prog_name="pincite", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message())
    except PinciteError as error:
        _fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _fail(message: str) -> None:
    click.echo(f"pincite: {one_line(message)}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
