"""Word files made for tests: a body in WordprocessingML, and the parts that it refers to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": OFFICE,
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)


def word_file(body: str, **parts: str) -> bytes:
    """Return a Word file.

    Args:
        body: what stands in ``w:body``.
        parts: the content of other parts in ``word/``, by the kind of their relationship (``styles``, ``footnotes``,
            ``header``, …), which is their id, too; namespaces are added to it.
    """
    found = "".join(f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>' for kind in parts)
    members = {
        "_rels/.rels": _relationships(
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": _named(f"<w:document><w:body>{body}</w:body></w:document>"),
        "word/_rels/document.xml.rels": _relationships(found),
        **{f"word/{kind}.xml": _named(content) for kind, content in parts.items()},
    }
    return zipped(members)


def zipped(members: dict[str, str]) -> bytes:
    """Return a package with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


def changed(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return a package with its members changed; None takes a member away."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(buffer, "w") as target:
        for name in package.namelist():
            content = change(name, package.read(name))
            if content is not None:
                target.writestr(name, content)
    return buffer.getvalue()


def p(content: str = "", properties: str = "") -> str:
    """Return a paragraph; text without markup becomes a run."""
    runs = content if content.startswith("<") or not content else r(content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def r(text: str, properties: str = "") -> str:
    """Return a run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: str, properties: str = "") -> str:
    """Return a table of rows as :func:`row` makes them."""
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """Return a row; text without markup becomes a cell."""
    made = (cell if cell.startswith("<") else tc(cell) for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(made)}</w:tr>"


def tc(content: str = "", properties: str = "") -> str:
    """Return a cell; text without markup becomes a paragraph."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def field(instruction: str, result: str | None) -> str:
    """Return a field; without a separator and a result where that is None."""
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    shown = "" if result is None else separate + (result if result.startswith("<") else r(result))
    return f"{begin}<w:r><w:instrText> {instruction} </w:instrText></w:r>{shown}{end}"


def _named(content: str) -> str:
    """Return a part with the namespaces on its root element."""
    head, closed, rest = content.partition(">")
    return f"{head.removesuffix('/')} {_NAMESPACES}{'/' * head.endswith('/')}{closed}{rest}"


def _relationships(inside: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'
