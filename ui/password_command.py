"""The command ``pincite password``: set the password of a server that others may reach, or take it away."""

from __future__ import annotations

import sys

import click

from ui.passwords import PasswordError, remove_password, save_password


@click.command()
@click.option("--remove", is_flag=True, help="Take the password away.")
def password(remove: bool) -> None:
    """Set the password for 'pincite serve --host' with another address than this computer's own.

    It is asked for twice, or read as one line from standard input. A server that is running keeps the former one.
    """
    if remove:
        click.echo("The password is gone." if remove_password() else "There was no password.")
        return
    save_password(_typed())
    click.echo("The password is set. A server that is running takes it when it is started again.")


def _typed() -> str:
    """Return what was typed, or the first line of a standard input that is no terminal."""
    if sys.stdin.isatty():
        return str(click.prompt("New password", hide_input=True, confirmation_prompt="Again"))
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        raise PasswordError("the password is not valid text; type it as UTF-8") from None
    return line.removesuffix("\n").removesuffix("\r")
