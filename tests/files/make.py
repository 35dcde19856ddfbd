"""Make the office files of this folder anew, with LibreOffice and Chromium: ``python tests/files/make.py``.

The files are kept in the repository so that the tests need neither program.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
OFFICE = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
NAMESPACES = OFFICE + (
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"'
)

ARTICLE = """<!DOCTYPE html><html><head><title>The harbour of Varn</title></head><body>
<h1>The harbour of Varn</h1>
<p>The harbour of Varn was dug in 1702 by Ada Holm and eighty workers. It took them nine years.</p>
<h2>Lanterns</h2>
<p>Forty-one lanterns stand along the quay. Each burns whale oil, and each is lit by hand at dusk.</p>
<ul><li>The north lantern is the oldest.</li><li>The south lantern was broken by ice in 1811.</li></ul>
<h2>Tolls</h2>
<table><tr><td>Ship</td><td>Toll</td></tr><tr><td>Barge</td><td>3 crowns</td></tr><tr><td>Brig</td><td>11 crowns</td></tr></table>
<p>Fishing boats of the town pay nothing. The efficient office of final fees offers no rebates.</p>
<p style="page-break-before: always">The second page tells of the great flood. It came in March 1888 and took six boats.</p>
</body></html>"""

LEFT = (
    "The first column begins with the ferry. It was built of oak in the winter of 1820 and ran for forty years "
    "between the two banks of the river. Its captain was Jon Reed, who never learnt to swim. The fare was two pence. "
    "On market days the ferry carried sheep, and on Sundays it did not run at all, whatever the weather was."
)
RIGHT = (
    "The second column speaks of the bridge. It replaced the ferry in 1861 and was paid for by a lottery. Its seven "
    "arches are of granite. The engineer, Mary Tull, had built two smaller bridges before. She was given the freedom "
    "of the town, and the bridge has carried her name ever since it was opened to carts and to people on foot."
)


def two_columns() -> str:
    """Return a flat ODT: a heading over both columns, then a section of two."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMESPACES} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.text"><office:automatic-styles>'
        '<style:style style:name="Big" style:family="paragraph"><style:text-properties fo:font-size="20pt"/></style:style>'
        '<style:style style:name="Just" style:family="paragraph"><style:paragraph-properties fo:text-align="justify"/>'
        '</style:style><style:style style:name="Next" style:family="paragraph"><style:paragraph-properties '
        'fo:break-before="column" fo:text-align="justify"/></style:style><style:style style:name="Two" '
        'style:family="section"><style:section-properties text:dont-balance-text-columns="true">'
        '<style:columns fo:column-count="2" fo:column-gap="0.8cm"/></style:section-properties></style:style>'
        "</office:automatic-styles><office:body><office:text>"
        '<text:p text:style-name="Big">Crossings of the river Aune through two hundred years</text:p>'
        '<text:section text:style-name="Two" text:name="s">'
        f'<text:p text:style-name="Just">{LEFT}</text:p><text:p text:style-name="Next">{RIGHT}</text:p>'
        "</text:section></office:text></office:body></office:document>"
    )


def slides() -> str:
    """Return a flat ODP of two slides, the second with notes."""

    def frame(kind: str, top: int, text: str) -> str:
        return (
            f'<draw:frame presentation:class="{kind}" svg:x="2cm" svg:y="{top}cm" svg:width="20cm" svg:height="4cm">'
            f"<draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"
        )

    first = frame("title", 1, "Plans for the lighthouse") + frame("outline", 6, "The lamp will be replaced in May.")
    second = frame("title", 1, "Costs") + frame("outline", 6, "The new lamp costs 920 crowns.")
    notes = "<presentation:notes>" + frame("notes", 14, "Ask the guild for a loan.") + "</presentation:notes>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMESPACES} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation>'
        f'<draw:page draw:name="one">{first}</draw:page><draw:page draw:name="two">{second}{notes}</draw:page>'
        "</office:presentation></office:body></office:document>"
    )


TABLE = "Keeper,Lantern,Since,Wage\nIda Moss,north,2019-04-01,31.5\nTom Bell,south,2021-11-15,28\nEve Rook,east,2023-02-28,30\n"


def convert(source: Path, kind: str, target: str, folder: Path, *options: str) -> None:
    """Have LibreOffice convert a file."""
    command = ["soffice", "--headless", *options, "--convert-to", kind, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, timeout=180)
    suffix = kind.partition(":")[0]
    (HERE / target).write_bytes((folder / f"{source.stem}.{suffix}").read_bytes())


def main() -> None:
    """Make all files."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = {"harbour.html": ARTICLE, "columns.fodt": two_columns(), "slides.fodp": slides(), "keepers.csv": TABLE}
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        convert(folder / "harbour.html", "odt:writer8", "harbour.odt", folder, "--infilter=HTML (StarWriter)")
        writer = folder / "harbour.odt"
        for kind, target in (
            ("docx:MS Word 2007 XML", "harbour.docx"),
            ("pdf", "harbour.pdf"),
            ("epub", "harbour.epub"),
        ):
            convert(writer, kind, target, folder)
        (HERE / "harbour.odt").unlink()
        convert(folder / "columns.fodt", "pdf", "columns.pdf", folder)
        convert(folder / "slides.fodp", "pptx", "slides.pptx", folder)
        convert(folder / "slides.fodp", "pdf", "slides.pdf", folder)
        for kind in ("xlsx", "ods", "xls"):
            convert(folder / "keepers.csv", kind, f"keepers.{kind}", folder)
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--print-to-pdf={HERE / 'browser.pdf'}", str(folder / "harbour.html")],
            check=True, timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    main()
