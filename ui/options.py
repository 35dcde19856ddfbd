"""Options that several commands have."""

from __future__ import annotations

import click

LIBRARY = click.option(
    "--library", metavar="DIR", help="Folder of the library (default: PINCITE_LIBRARY, or your user-data folder)."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
