"""PDFs for tests: by reportlab, and written by hand where what is needed is odd."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from index.readers.base import Extracted
from index.readers.formats import extract

PROSE = (
    "The ferry was built of oak in the winter of 1820 and ran for forty years between the two banks of the river. "
    "Its captain was Jon Reed, who never learnt to swim, and its fare was two pence on every day of the week. "
)


def read(data: bytes, name: str = "a.pdf") -> Extracted:
    (text,) = extract(data, name).texts
    return text


def drawn(draw: Callable[[Any], None], **settings: Any) -> bytes:
    """Return what ``draw`` draws on a canvas of reportlab, A4, 10 point Helvetica."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **settings)
    canvas.setFont("Helvetica", 10)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def set_lines(canvas: Any, lines: Sequence[str], x: float = 60, y: float = 760, pitch: float = 12) -> float:
    """Draw lines of text one below the other; return where the next would stand."""
    for line in lines:
        canvas.drawString(x, y, line)
        y -= pitch
    return y


def laid_out(*flow: Any) -> bytes:
    """Return what flows through reportlab's platypus: a string is a paragraph, a list of rows a table."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["Normal"]
    buffer = io.BytesIO()
    items = [
        Paragraph(item, style) if isinstance(item, str) else Table(item) if isinstance(item, list) else item
        for item in flow
    ]
    SimpleDocTemplate(buffer, pagesize=A4).build(items)
    return buffer.getvalue()


def ruled(rows: list[list[Any]], *more: Any, **settings: Any) -> Any:
    """Return a table of reportlab with lines around its cells."""
    from reportlab.lib.colors import black
    from reportlab.platypus import Table

    return Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, black), *more], **settings)


def by_hand(*pages: str, fonts: str = "/F 3 0 R", page: str = "", objects: Sequence[bytes] = ()) -> bytes:
    """Return a PDF of content streams, 200 points square, without a table of offsets.

    Args:
        pages: what is drawn on each, in the language of PDF; font ``/F`` is Helvetica.
        fonts: of all pages.
        page: more entries of each page's dictionary.
        objects: further objects, numbered from 100.
    """
    kids = " ".join(f"{10 + 2 * i} 0 R" for i in range(len(pages)))
    items = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    }
    for i, content in enumerate(pages):
        stream = content.encode("latin-1")
        entries = f"/Parent 2 0 R/MediaBox[0 0 200 200]/Contents {11 + 2 * i} 0 R/Resources<</Font<<{fonts}>>>>{page}"
        items[10 + 2 * i] = f"<</Type/Page{entries}>>".encode()
        items[11 + 2 * i] = b"<</Length %d>>stream\n%b\nendstream" % (len(stream), stream)
    items |= {100 + i: item for i, item in enumerate(objects)}
    body = b"".join(b"%d 0 obj%b endobj\n" % (number, item) for number, item in items.items())
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def shown(text: str, x: float = 20, y: float = 150, size: float = 10, before: str = "") -> str:
    """Return the PDF operators that draw a text."""
    return f"BT {before} /F {size} Tf {x} {y} Td ({text}) Tj ET "
