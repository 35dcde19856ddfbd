"""Questions about documents as people bring them, with everything real: the right value, from the right place."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from invariants import check_answer

from index.library import Library
from rag import Answer, Assistant

pytestmark = pytest.mark.weights

HEADER = ("Lamp", "Height (cm)", "Watts", "Price (EUR)")
ROWS = (
    ("Aster", "32", "9", "64.00"),
    ("Begonia", "41", "12", "88.50"),
    ("Crocus", "19", "5", "27.90"),
    ("Dahlia", "55", "20", "143.00"),
)
TITLE = "Lamps of the spring catalogue"


def as_csv() -> bytes:
    return "\n".join(",".join(row) for row in (HEADER, *ROWS)).encode()


def as_markdown() -> bytes:
    lines = ["| " + " | ".join(row) + " |" for row in (HEADER, ("---",) * 4, *ROWS)]
    return f"# {TITLE}\n\n{chr(10).join(lines)}\n".encode()


def as_html() -> bytes:
    cells = ["".join(f"<th>{name}</th>" for name in HEADER), *("".join(f"<td>{c}</td>" for c in row) for row in ROWS)]
    return f"<title>{TITLE}</title><h1>{TITLE}</h1><table><tr>{'<tr>'.join(cells)}</table>".encode()


def as_docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading(TITLE, 0)
    table = document.add_table(0, len(HEADER))
    for row in (HEADER, *ROWS):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return saved(document.save)


def as_pptx() -> bytes:
    from pptx import Presentation
    from pptx.util import Cm

    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = TITLE
    table = slide.shapes.add_table(len(ROWS) + 1, len(HEADER), Cm(1), Cm(5), Cm(20), Cm(8)).table
    for i, row in enumerate((HEADER, *ROWS)):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    return saved(presentation.save)


def as_xlsx() -> bytes:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Catalogue"
    sheet.append([TITLE])
    sheet.append([])
    sheet.append(HEADER)
    for name, *values in ROWS:
        sheet.append([name, *map(float, values)])
    return saved(workbook.save)


def as_pdf() -> bytes:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    buffer = io.BytesIO()
    story = [Paragraph(TITLE, getSampleStyleSheet()["Title"]), Table([HEADER, *ROWS])]
    SimpleDocTemplate(buffer).build(story)
    return buffer.getvalue()


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def standard(seed_library: Library) -> Iterator[Assistant]:
    """Return an assistant as it is opened by default: one model for all libraries."""
    with Assistant.open(seed_library) as assistant:
        yield assistant


Ask = Callable[..., Answer]


@pytest.fixture
def ask(standard: Assistant, tmp_path: Path) -> Ask:
    """Return what puts a question to files, given by name and content."""

    def put(question: str, files: Mapping[str, str | bytes]) -> Answer:
        docs = tmp_path / "docs"
        docs.mkdir(exist_ok=True)
        for name, content in files.items():
            (docs / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        with Library.open(tmp_path / "library", embedder=standard.library.embedder) as library:
            assert library.add([docs]).failed == []
            assistant = standard.over(library)
            answer = assistant.ask(question)
            check_answer(answer, assistant.document)
            return answer

    return put


@pytest.mark.parametrize(
    ("question", "value", "place"),
    [("What is the price of the Begonia?", "88.5", "Price (EUR)"), ("How many watts does the Dahlia have?", "20", "Watts")],
)
@pytest.mark.parametrize("make", [as_csv, as_markdown, as_html, as_docx, as_pptx, as_xlsx, as_pdf])
def test_a_cell_is_found_in_every_format_and_cited_by_row_and_column(
    ask: Ask, make: Callable[[], bytes], question: str, value: str, place: str
) -> None:
    answer = ask(question, {f"lamps.{make.__name__.removeprefix('as_').replace('markdown', 'md')}": make()})
    first = answer.text.partition("[1]")[0]
    assert value in first
    assert all(other not in first for row in ROWS for other in row[1:] if value not in other and other not in value)
    cited = answer.citations[0]
    assert cited.place is not None
    assert (cited.place.kind, cited.place.column) == ("cell", place)
    assert cited.locator is not None
    assert cited.locator.endswith(place)


CONTRACT = """1. Term
1.1 The agreement begins on 1 May 2031.
1.2 It ends on 30 April 2034.

2. Garden
2.1 The hedge is cut twice a year, in March and in August.
2.2 Bees may be kept behind the orchard.
"""


def test_a_clause_is_found_by_its_number(ask: Ask) -> None:
    answer = ask("What does clause 2.1 say?", {"garden.txt": CONTRACT})
    assert "hedge" in answer.text
    assert "2.1 The hedge" in answer.citations[0].quote


def test_a_fact_in_a_heading_is_found_and_cited(ask: Ask) -> None:
    text = "# Choir\n\n## Rehearsals: Wednesdays at 19:30\n\nBring your own folder.\n\n## Fees\n\nThere are none.\n"
    answer = ask("When are the rehearsals of the choir?", {"choir.md": text})
    assert "19:30" in answer.text
    assert any("19:30" in citation.quote for citation in answer.citations)


def test_what_a_source_asks_is_no_evidence(ask: Ask) -> None:
    text = "Q: Is the sauna free of charge?\nA: The sauna costs 7 crowns an hour.\n\nQ: Is there a bar?\nA: It opens at six.\n"
    answer = ask("Is the sauna free of charge?", {"faq.txt": text})
    assert "7 crowns" in answer.text
    assert not answer.text.lower().startswith("yes")
    assert all("?" not in citation.quote for citation in answer.citations)


def test_the_file_that_is_named_is_the_one_that_is_read(ask: Ask) -> None:
    files = {f"flat_{name}.txt": f"The flat has {n} rooms.\n" for name, n in (("elm", "three"), ("yew", "five"))}
    assert "five" in ask("How many rooms does the flat have according to flat_yew.txt?", files).text.lower()


def test_the_newest_word_of_a_mail_counts(ask: Ask) -> None:
    mail = (
        "From: Mira Falk <mira@example.org>\nTo: Jon Abel <jon@example.org>\nSubject: Re: Outing\n"
        "Date: Wed, 4 Jun 2031 09:00:00 +0000\n\nWe meet at the north gate instead.\n\nMira\n\n"
        "On Tue, 3 Jun 2031 at 17:00, Jon Abel <jon@example.org> wrote:\n> We meet at the south gate.\n> Jon\n"
    )
    answer = ask("At which gate do we meet?", {"outing.eml": mail})
    assert "north" in answer.text.partition("[1]")[0].lower()
