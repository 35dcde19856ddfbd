"""Make the Word files of this folder anew: ``python tests/files/make_word.py``. LibreOffice saves the second of the first.

``lease.docx`` has everything in it that Word files have beside paragraphs, in the form in which Word writes it.
"""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": f"{OFFICE}/relationships",
        "m": f"{OFFICE}/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
STAMP = 'w:author="Ida Moss" w:date="2024-03-04T10:00:00Z"'


def p(content: str, style: str = "", properties: str = "") -> str:
    """Return a paragraph; text without markup becomes a run."""
    runs = content if content.startswith("<") or not content else r(content)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def r(text: str) -> str:
    """Return a run."""
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def numbered(list_id: int, level: int) -> str:
    """Return the properties of a paragraph in a list."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'


def field(instruction: str, result: str) -> str:
    """Return a field with its result."""
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"{marks[0]}<w:r><w:instrText> {instruction} </w:instrText></w:r>{marks[1]}{r(result)}{marks[2]}"


def cell(content: str, properties: str = "") -> str:
    """Return a cell of a table."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<w:') else p(content)}</w:tc>"


def level(i: int, form: str, text: str, style: str = "") -> str:
    """Return the definition of a level of a list."""
    linked = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{linked}<w:lvlText w:val="{text}"/></w:lvl>'
    )


BOX = f"<w:txbxContent>{p('Low water is at noon.')}</w:txbxContent>"
TEXT_BOX = (
    "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wp:inline><wp:extent cx='2000000' cy='500000'/>"
    '<wp:docPr id="7" name="Box"/><a:graphic><a:graphicData '
    'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
    '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="500000"/></a:xfrm><a:prstGeom prst="rect"/>'
    f"</wps:spPr><wps:txbx>{BOX}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
    '</mc:Choice><mc:Fallback><w:pict><v:shape style="width:150pt;height:40pt"><v:textbox>'
    f"{BOX}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
EQUATION = (
    "<m:oMath><m:r><m:t>t=</m:t></m:r><m:f><m:num><m:r><m:t>d+1</m:t></m:r></m:num><m:den><m:rad><m:radPr>"
    '<m:degHide m:val="1"/></m:radPr><m:deg/><m:e><m:r><m:t>g</m:t></m:r></m:e></m:rad></m:den></m:f></m:oMath>'
)
BEGUN, WIDE = '<w:vMerge w:val="restart"/>', '<w:gridSpan w:val="2"/>'
TABLE = (
    '<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol w:w="2000"/>'
    '<w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>'
    f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('Berth')}{cell('Season')}{cell('Fee')}</w:tr>"
    f"<w:tr>{cell('North quay', BEGUN)}{cell('summer')}{cell('40 crowns')}</w:tr>"
    f"<w:tr>{cell('', '<w:vMerge/>')}{cell('winter')}{cell('25 crowns')}</w:tr>"
    f"<w:tr>{cell('Mole')}{cell('all year', WIDE)}</w:tr></w:tbl>"
)
BODY = (
    p("Lease of a berth", "Title")
    + p("The berth", "Heading1")
    + p("The lessee keeps one boat at the berth.", "Clause")
    + p(
        r("The fee is due ")
        + f'<w:del w:id="1" {STAMP}><w:r><w:delText>in May</w:delText></w:r></w:del>'
        + f'<w:ins w:id="2" {STAMP}>{r("in April")}</w:ins>'
        + r(".")
        + '<w:r><w:footnoteReference w:id="2"/></w:r>',
        "Clause",
    )
    + p(f'<w:moveFrom w:id="3" {STAMP}>{r("Boats are washed ashore.")}</w:moveFrom>')
    + p("Use", "Heading1")
    + p("No fires are lit on board.", "Clause")
    + p(
        '<w:commentRangeStart w:id="0"/>'
        + r("Guests leave by ten.")
        + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
        "Clause",
    )
    + p("at night", properties=numbered(1, 2))
    + p("in fog", properties=numbered(1, 2))
    + p("ropes", properties=numbered(2, 0))
    + p("fenders", properties=numbered(2, 0))
    + p(f'<w:moveTo w:id="4" {STAMP}>{r("Boats are washed ashore.")}</w:moveTo>')
    + TABLE
    + p(r("The tide turns after ") + EQUATION + r(" hours."))
    + p(TEXT_BOX)
    + p(r("See ") + field("REF _Ref1 \\h", "clause 1.2") + r(" and the rules") + r("."))
    + '<w:sdt><w:sdtPr><w:alias w:val="Insured"/><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr>'
    + f"<w:sdtContent>{p('☒ The boat is insured')}</w:sdtContent></w:sdt>"
    + '<w:sectPr><w:headerReference w:type="default" r:id="r6"/><w:headerReference w:type="first" r:id="r8"/>'
    + '<w:footerReference w:type="default" r:id="r7"/><w:pgSz w:w="11906" w:h="16838"/><w:titlePg/></w:sectPr>'
)
STYLES = (
    f'<w:styles {NAMESPACES}><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr>'
    '<w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:customStyle="1" w:styleId="Clause"><w:name w:val="Clause"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
)
NUMBERING = (
    f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>'
    f"{level(0, 'decimal', '%1.', 'Heading1')}{level(1, 'decimal', '%1.%2', 'Clause')}{level(2, 'lowerLetter', '(%3)')}"
    '</w:abstractNum><w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="hybridMultilevel"/>'
    f"{level(0, 'bullet', '•')}</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    "</w:numbering>"
)
PARTS = {
    "document": (f"<w:document {NAMESPACES}><w:body>{BODY}</w:body></w:document>", "document.main"),
    "styles": (STYLES, "styles"),
    "numbering": (NUMBERING, "numbering"),
    "footnotes": (
        f'<w:footnotes {NAMESPACES}><w:footnote w:type="separator" w:id="0">{p("<w:r><w:separator/></w:r>")}</w:footnote>'
        f'<w:footnote w:type="continuationSeparator" w:id="1">{p("<w:r><w:continuationSeparator/></w:r>")}</w:footnote>'
        f'<w:footnote w:id="2">{p("<w:r><w:footnoteRef/></w:r>" + r(" Or in two parts."))}</w:footnote></w:footnotes>',
        "footnotes",
    ),
    "comments": (
        f'<w:comments {NAMESPACES}><w:comment w:id="0" {STAMP} w:initials="IM">{p("Was nine before.")}</w:comment>'
        "</w:comments>",
        "comments",
    ),
    "header1": (f"<w:hdr {NAMESPACES}>{p('Harbour office of Varn')}</w:hdr>", "header"),
    "footer1": (
        f"<w:ftr {NAMESPACES}>{p(r('Form 12') + '<w:r><w:tab/></w:r>' + r('Page ') + field('PAGE', '3'))}</w:ftr>",
        "footer",
    ),
    "header2": (f"<w:hdr {NAMESPACES}>{p('To be signed twice')}</w:hdr>", "header"),
}
KINDS = ("", "styles", "numbering", "footnotes", "comments", "header", "footer", "header")
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>Berth lease</dc:title><dc:subject>Berths</dc:subject>'
    "<dc:creator>Ida Moss</dc:creator><cp:keywords>quay</cp:keywords><dc:description>Signed</dc:description>"
    "<cp:lastModifiedBy>Tom Bell</cp:lastModifiedBy><cp:revision>4</cp:revision>"
    "<cp:lastPrinted>2024-03-05T08:00:00Z</cp:lastPrinted>"
    '<dcterms:created xsi:type="dcterms:W3CDTF">2024-03-01T08:00:00Z</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">2024-03-04T10:00:00Z</dcterms:modified></cp:coreProperties>'
)


def relationships(*found: tuple[str, str, str]) -> str:
    """Return the part that says what another one refers to: (id, type, target) each."""
    inside = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in found)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def lease() -> dict[str, str]:
    """Return the members of ``lease.docx``."""
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{main}.{kind}+xml"/>' for name, (_, kind) in PARTS.items()
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    referred = [
        (f"r{i}", f"{OFFICE}/relationships/{kind}", f"{name}.xml")
        for i, (name, kind) in enumerate(zip(PARTS, KINDS, strict=True), start=1)
        if kind
    ]
    return {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{overrides}<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": relationships(
            ("r1", f"{OFFICE}/relationships/officeDocument", "word/document.xml"),
            ("r2", f"{package}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": CORE,
        "word/_rels/document.xml.rels": relationships(*referred),
        **{f"word/{name}.xml": content for name, (content, _) in PARTS.items()},
    }


def main() -> None:
    """Make the files."""
    made = HERE / "lease.docx"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in lease().items():
            package.writestr(zipfile.ZipInfo(name), '<?xml version="1.0" encoding="UTF-8"?>' + content)
    with TemporaryDirectory() as folder:
        command = ["soffice", "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder, str(made)]
        subprocess.run(command, check=True, timeout=180)
        (HERE / "lease-saved.docx").write_bytes((Path(folder) / "lease.docx").read_bytes())


if __name__ == "__main__":
    main()
