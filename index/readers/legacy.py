"""Office files from before 2007: LibreOffice, where installed, makes them into newer ones, which are then read."""

from __future__ import annotations

LEGACY = {".doc": "docx", ".dot": "docx", ".ppt": "pptx", ".pps": "pptx", ".pot": "pptx"}
"""Ending of an old format, and the newer one (also LibreOffice's name of it)."""


def remedy(suffix: str) -> str:
    """Return what is wrong with a file of an old format that cannot be converted, and what to do."""
    return f"format {suffix} needs LibreOffice to be read; install it, or save the file as .{LEGACY[suffix]}"
