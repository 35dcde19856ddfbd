"""Make the office files of this folder anew, with LibreOffice and Chromium: ``python tests/files/make.py``.

The files are kept in the repository so that the tests need neither program.
"""

from __future__ import annotations

import subprocess
from datetime import datetime
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


def fleet(path: Path) -> None:
    """Write a workbook with all that a sheet may hold beside plain cells, for LibreOffice to save anew."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    styles = {
        name: book.add_format({"num_format": code})
        for name, code in {
            "share": "0.0%", "euro": '#,##0.00 "€"', "dollar": "[$$-409]#,##0.00", "day": "dd/mm/yyyy", "moment": "d/m/yy h:mm",
            "clock": "hh:mm", "span": "[h]:mm:ss", "padded": "00000", "loss": "#,##0.00;(#,##0.00)",
        }.items()
    }  # fmt: skip
    bold = book.add_format({"bold": True, "align": "center"})
    sheet = book.add_worksheet("Fleet")
    sheet.merge_range("A1:E1", "Boats for hire, summer 2025", bold)
    sheet.write_row("A3", ["Boat", "Class", "Seats", "Price", "Share"], bold)
    boats = [("Finch", 4, 69, 0.075), ("Heron", 6, 1240.5, 0.125), ("Tern", 8, 99.9, 0.8)]
    for row, (boat, seats, price, share) in enumerate(boats, start=3):
        sheet.write(row, 0, boat)
        sheet.write(row, 2, seats)
        sheet.write(row, 3, price, styles["euro"])
        sheet.write(row, 4, share, styles["share"])
    sheet.merge_range("B4:B5", "small", bold)
    sheet.write("B6", "large")
    sheet.write_formula("C7", "=SUM(C4:C6)", None, 18)
    sheet.write("A7", "Total")
    sheet.write_comment("D5", "Without oil.", {"author": "Ida Moss"})
    sheet.write_row("A10", ["Keeper", "Since", "Paid", "Shift", "Worked", "Number"], bold)
    sheet.write("A11", "Tom Bell")
    sheet.write_datetime("B11", datetime(2026, 3, 14), styles["day"])
    sheet.write_datetime("C11", datetime(2026, 3, 14, 9, 30), styles["moment"])
    sheet.write("D11", 0.5, styles["clock"])
    sheet.write("E11", 26.5 / 24, styles["span"])
    sheet.write("F11", 471, styles["padded"])
    sheet.write_row("H3", ["Port", "Depth"], bold)
    for row, (port, depth) in enumerate((("Varn", 4.2), ("Oster", 6), ("Lund", 3.5), ("Aune", 2)), start=3):
        sheet.write_row(row, 7, (port, depth))
    sheet.insert_textbox("K2", "Ask the harbour master before sailing.")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"name": "=Fleet!$C$3", "categories": "=Fleet!$A$4:$A$6", "values": "=Fleet!$C$4:$C$6"})
    chart.set_title({"name": "Seats by boat"})
    sheet.insert_chart("K10", chart)
    sheet.set_header("&LGuild of Varn&RPage &P")
    sheet.set_footer("&CNot for the public &A")
    kinds = book.add_worksheet("Values")
    kinds.write_row("A1", ["What", "Amount", "Open"], bold)
    kinds.write("A2", "loss")
    kinds.write("B2", -12.5, styles["loss"])
    kinds.write_boolean("C2", True)
    kinds.write("A3", "fee")
    kinds.write("B3", 1234.5, styles["dollar"])
    kinds.write_boolean("C3", False)
    kinds.write("A4", "error")
    kinds.write_formula("B4", "=1/0", None, "#DIV/0!")
    kinds.write("A5", "kept back")
    kinds.write("B5", 7)
    kinds.set_row(4, None, None, {"hidden": True})
    kinds.set_column("C:C", None, None, {"hidden": True})
    kinds.write_url("A6", "https://varn.example/", None, "the guild's page")
    secret = book.add_worksheet("Reserve")
    secret.write_row("A1", ["Chest", "Crowns"])
    secret.write_row("A2", ["iron", 920])
    secret.hide()
    book.close()


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
            ("doc:MS Word 97", "harbour.doc"),
            ("epub", "harbour.epub"),
        ):
            convert(writer, kind, target, folder)
        (HERE / "harbour.odt").unlink()
        convert(folder / "columns.fodt", "pdf", "columns.pdf", folder)
        convert(folder / "slides.fodp", "pptx", "slides.pptx", folder)
        convert(folder / "slides.fodp", "pdf", "slides.pdf", folder)
        for kind in ("xlsx", "ods", "xls"):
            convert(folder / "keepers.csv", kind, f"keepers.{kind}", folder)
        fleet(folder / "source.xlsx")
        for kind in ("ods", "xls"):
            convert(folder / "source.xlsx", kind, f"fleet.{kind}", folder)
        convert(folder / "source.ods", "xlsx", "fleet.xlsx", folder)
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--print-to-pdf={HERE / 'browser.pdf'}", str(folder / "harbour.html")],
            check=True, timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    main()
