"""Make the presentations and OpenDocument files of this folder anew: ``python tests/files/make_decks.py``.

``deck.pptx`` is written by python-pptx, with what that cannot write added to its parts; LibreOffice makes ``deck.odp``
of it and ``deck-saved.pptx`` of that. ``manual.odt`` and ``manual.rtf`` are saved by LibreOffice from a flat file.
"""

from __future__ import annotations

import io
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm

HERE = Path(__file__).parent
PACKAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"


def point(number: int, text: str) -> str:
    """Return a point of a SmartArt diagram."""
    return f'<dgm:pt modelId="{number}"><dgm:t><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'


DATA = (
    f'<dgm:dataModel xmlns:dgm="{DIAGRAM}" xmlns:a="{DRAWING}"><dgm:ptLst><dgm:pt modelId="0" type="doc"/>'
    f"{point(3, 'Light the wick')}{point(1, 'Trim the wick')}{point(2, 'Fill the tank')}{point(4, 'Use whale oil only')}"
    '<dgm:pt modelId="9" type="pres"/></dgm:ptLst><dgm:cxnLst>'
    '<dgm:cxn modelId="11" srcId="0" destId="1" srcOrd="0"/><dgm:cxn modelId="13" srcId="0" destId="3" srcOrd="2"/>'
    '<dgm:cxn modelId="12" srcId="0" destId="2" srcOrd="1"/><dgm:cxn modelId="14" srcId="2" destId="4" srcOrd="0"/>'
    '<dgm:cxn modelId="15" type="presOf" srcId="1" destId="9" srcOrd="0"/></dgm:cxnLst></dgm:dataModel>'
)
DIAGRAM_FRAME = (
    f'<p:graphicFrame xmlns:p="{SLIDES}" xmlns:a="{DRAWING}" xmlns:r="{PACKAGE}"><p:nvGraphicFramePr><p:cNvPr id="90" '
    'name="Diagram 1"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x="0" y="0"/><a:ext cx="90" '
    f'cy="90"/></p:xfrm><a:graphic><a:graphicData uri="{DIAGRAM}"><dgm:relIds xmlns:dgm="{DIAGRAM}" r:dm="rId77"/>'
    "</a:graphicData></a:graphic></p:graphicFrame>"
)
COMMENTS = (
    f'<p:cmLst xmlns:p="{SLIDES}"><p:cm authorId="0" dt="2024-03-05T10:00:00.000" idx="1"><p:pos x="1" y="1"/>'
    "<p:text>Check the price with the glazier.</p:text></p:cm></p:cmLst>"
)
AUTHORS = (
    f'<p:cmAuthorLst xmlns:p="{SLIDES}"><p:cmAuthor id="0" name="Ida Moss" initials="IM" lastIdx="1"/></p:cmAuthorLst>'
)


def deck() -> bytes:
    """Return a presentation with one of everything that slides are made of."""
    presentation = Presentation()
    layouts = presentation.slide_layouts
    first = presentation.slides.add_slide(layouts[1])
    first.shapes.title.text = "The lamp of Varn"
    first.placeholders[1].text = "It is lit at dusk.\nIt is put out at dawn."
    box = first.shapes.add_textbox(Cm(1), Cm(12), Cm(9), Cm(4)).text_frame
    box.text = "Climb the stairs.\nOpen the shutter.\nTurn the key."
    for paragraph in box.paragraphs:
        paragraph._p.get_or_add_pPr().append(
            paragraph._p.makeelement(f"{{{DRAWING}}}buAutoNum", {"type": "arabicParenR", "startAt": "4"})
        )
    group = first.shapes.add_group_shape().shapes.add_group_shape()
    group.shapes.add_textbox(Cm(1), Cm(1), Cm(5), Cm(2)).text_frame.text = "Inside two groups."
    first.notes_slide.notes_text_frame.text = "Thank the guild of lamplighters."

    second = presentation.slides.add_slide(layouts[5])
    second.shapes.title.text = "Prices"
    table = second.shapes.add_table(4, 3, Cm(1), Cm(5), Cm(15), Cm(4)).table
    for row, texts in enumerate(
        (("Part", "Price", "Weight"), ("Lens", "920", "41"), ("Wick", "3", "1"), ("", "4", "2"))
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(2, 0).merge(table.cell(3, 0))

    third = presentation.slides.add_slide(layouts[5])
    third.shapes.title.text = "Visitors"
    data = CategoryChartData(number_format="0.0%")
    data.categories = ["Spring", "Summer"]
    data.add_series("Sailors", (0.255, 0.4))
    data.add_series("Pilgrims", (0.745, 0.6))
    chart = third.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(5), Cm(15), Cm(9), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Who came"

    fourth = presentation.slides.add_slide(layouts[6])
    fourth._element.set("show", "0")
    fourth.shapes._spTree.append(_element(DIAGRAM_FRAME))
    for slide in (first, second):
        _add_footer(slide)

    properties = presentation.core_properties
    properties.title, properties.author, properties.last_modified_by = "The lamp", "Ida Moss", "Tom Bell"
    properties.created = properties.modified = properties.last_printed = datetime(2024, 3, 4, 5, 6, 7)
    properties.subject = properties.keywords = properties.category = properties.comments = "lamps"
    properties.language, properties.version, properties.revision = "en", "2", 7
    buffer = io.BytesIO()
    presentation.save(buffer)
    return _with_parts(buffer.getvalue())


def _element(xml: str) -> Any:
    from pptx.oxml import parse_xml

    return parse_xml(xml)


def _add_footer(slide: Any) -> None:
    slide.shapes._spTree.append(
        _element(
            f'<p:sp xmlns:p="{SLIDES}" xmlns:a="{DRAWING}"><p:nvSpPr><p:cNvPr id="80" name="Footer"/><p:cNvSpPr/><p:nvPr>'
            '<p:ph type="ftr" sz="quarter" idx="11"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r>'
            "<a:t>Harbour office of Varn</a:t></a:r></a:p></p:txBody></p:sp>"
        )
    )


def _with_parts(data: bytes) -> bytes:
    """Return the presentation with a diagram on its fourth slide and a comment on its second."""
    added = {
        "ppt/diagrams/data1.xml": DATA,
        "ppt/comments/comment1.xml": COMMENTS,
        "ppt/commentAuthors.xml": AUTHORS,
    }
    relations = {
        "ppt/slides/_rels/slide4.xml.rels": ("rId77", "diagramData", "../diagrams/data1.xml"),
        "ppt/slides/_rels/slide2.xml.rels": ("rId78", "comments", "../comments/comment1.xml"),
        "ppt/_rels/presentation.xml.rels": ("rId79", "commentAuthors", "commentAuthors.xml"),
    }
    types = {
        "/ppt/diagrams/data1.xml": "drawingml.diagramData",
        "/ppt/comments/comment1.xml": "presentationml.comments",
        "/ppt/commentAuthors.xml": "presentationml.commentAuthors",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for member in package.namelist():
            if member.endswith(("printerSettings1.bin", "thumbnail.jpeg")):
                continue
            content = package.read(member)
            if member in relations:
                key, kind, part = relations[member]
                link = f'<Relationship Id="{key}" Type="{PACKAGE}/{kind}" Target="{part}"/></Relationships>'
                content = content.replace(b"</Relationships>", link.encode())
            if member == "[Content_Types].xml":
                overrides = "".join(
                    f'<Override PartName="{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
                    for part, kind in types.items()
                )
                content = content.replace(b"</Types>", f"{overrides}</Types>".encode())
            target.writestr(member, content)
        for member, text in added.items():
            target.writestr(member, text)
    return buffer.getvalue()


SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("style", "style"), ("table", "table"), ("draw", "drawing"),
        ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"), ("meta", "meta"),
    )
)  # fmt: skip


def item(text: str, inner: str = "") -> str:
    """Return an item of a list."""
    return f"<text:list-item><text:p>{text}</text:p>{inner}</text:list-item>"


def cell(text: str, attributes: str = "") -> str:
    """Return a cell of a table."""
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


COVERED = "<table:covered-table-cell/>"
LEVELS = (
    '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="1" style:num-suffix="" text:display-levels="2"/>'
    '<text:list-level-style-number text:level="3" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>'
)
OIL = f"<text:list>{item('Never sperm oil.')}</text:list>"
INNER = f"<text:list>{item('Use whale oil.', OIL)}{item('Leave a finger of air.')}</text:list>"
BODY = f"""<text:tracked-changes><text:changed-region xml:id="c1" text:id="c1"><text:deletion><office:change-info>
<dc:creator>Tom Bell</dc:creator><dc:date>2024-01-01T00:00:00</dc:date></office:change-info>
<text:p> and a bell</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p text:style-name="Title">Manual of the lighthouse</text:p>
<text:h text:style-name="Heading_20_1" text:outline-level="1">Duties</text:h>
<text:p>The keeper has a lantern<text:change text:change-id="c1"/> and a boat<text:note text:id="ftn1"
 text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>The boat leaks.</text:p>
</text:note-body></text:note>, a rope<office:annotation><dc:creator>Eve Rook</dc:creator><dc:date>2024-02-03T04:05:06</dc:date>
<text:p>Which length?</text:p></office:annotation>, and a<text:s text:c="3"/>dog.</text:p>
<text:h text:style-name="Heading_20_2" text:outline-level="2">Evenings</text:h>
<text:list xml:id="list1" text:style-name="Steps">{item("Trim the wick.")}
{item("Fill the tank.", INNER)}
</text:list><text:p>Rest until dusk.</text:p>
<text:list text:continue-list="list1" text:style-name="Steps">{item("Light the wick.")}</text:list>
<text:list text:style-name="Dots">{item("The north lantern is the oldest.")}</text:list>
<text:h text:style-name="Heading_20_1" text:outline-level="1">Tolls</text:h>
<table:table table:name="T"><table:table-column table:number-columns-repeated="3"/><table:table-header-rows>
<table:table-row>{cell("Ship")}{cell("Summer")}{cell("Winter")}</table:table-row></table:table-header-rows>
<table:table-row>{cell("Barge", 'table:number-rows-spanned="2"')}{cell("3")}{cell("5")}</table:table-row>
<table:table-row>{COVERED}{cell("4")}{cell("6")}</table:table-row>
<table:table-row>{cell("Brig")}{cell("11", 'table:number-columns-spanned="2"')}{COVERED}</table:table-row></table:table>
<text:p>In the box: <draw:frame text:anchor-type="as-char" svg:width="6cm" svg:height="2cm"><draw:text-box>
<text:p>Ring twice in fog.</text:p></draw:text-box></draw:frame></text:p>"""
MANUAL = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document {SPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"><office:meta>'
    "<dc:title>Lighthouse manual</dc:title><meta:creation-date>2024-01-02T03:04:05</meta:creation-date>"
    "<dc:date>2024-05-06T07:08:09</dc:date></office:meta><office:styles>"
    '<style:style style:name="Standard" style:family="paragraph"/>'
    '<style:style style:name="Title" style:family="paragraph" style:parent-style-name="Standard"/>'
    + "".join(
        f'<style:style style:name="Heading_20_{n}" style:display-name="Heading {n}" style:family="paragraph" '
        f'style:parent-style-name="Standard" style:default-outline-level="{n}"/>'
        for n in (1, 2)
    )
    + '<text:outline-style style:name="Outline"><text:outline-level-style text:level="1" style:num-format="I" '
    'style:num-suffix="."/><text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
    "</text:outline-style></office:styles><office:automatic-styles>"
    f'<text:list-style style:name="Steps">{LEVELS}</text:list-style><text:list-style style:name="Dots">'
    '<text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>'
    '<style:page-layout style:name="pm1"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/>'
    "<style:header-style/><style:footer-style/></style:page-layout></office:automatic-styles><office:master-styles>"
    '<style:master-page style:name="Standard" style:page-layout-name="pm1"><style:header><text:p>Harbour office of Varn'
    "</text:p></style:header><style:footer><text:p><text:page-number>1</text:page-number></text:p></style:footer>"
    f"</style:master-page></office:master-styles><office:body><office:text>{BODY}</office:text></office:body></office:document>"
)


def convert(source: Path, kind: str, folder: Path) -> Path:
    """Have LibreOffice convert a file; return the new one."""
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(folder / "out"), str(source)], check=True, timeout=180)
    return folder / "out" / f"{source.stem}.{kind}"


def main() -> None:
    """Make all files."""
    (HERE / "deck.pptx").write_bytes(deck())
    with TemporaryDirectory() as name:
        folder = Path(name)
        presentation = convert(HERE / "deck.pptx", "odp", folder)
        (HERE / "deck.odp").write_bytes(presentation.read_bytes())
        (HERE / "deck-saved.pptx").write_bytes(convert(presentation, "pptx", folder).read_bytes())
        (folder / "manual.fodt").write_text(MANUAL, encoding="utf-8")
        for ending in ("odt", "rtf"):
            (HERE / f"manual.{ending}").write_bytes(convert(folder / "manual.fodt", ending, folder).read_bytes())


if __name__ == "__main__":
    main()
