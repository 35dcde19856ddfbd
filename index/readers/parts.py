"""Parts of files: XML parsed without following anything, and failures that cost one part only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from index.readers.base import TextBuilder


def parse_xml(data: bytes, *, recover: bool = False) -> Any:
    """Return the root element of an XML part. Entities stay as they are, and nothing else is opened.

    Args:
        data: the part.
        recover: whether to take what stands before and between mistakes.

    Raises:
        ValueError: it is no well-formed XML, or nothing of it can be read.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=recover, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no well-formed XML: {error}") from None
    if root is None:
        raise ValueError("no XML")
    return root


@contextmanager
def costing_only(builder: TextBuilder, where: str) -> Iterator[None]:
    """Let what goes wrong cost one part of a file, which is noted, and nothing else."""
    try:
        yield
    except MemoryError:
        raise
    except Exception:
        builder.unread("damaged_part", where, remedy="save_again")
