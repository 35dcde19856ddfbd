"""Charts and SmartArt: what they show, as rows and as numbered texts."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from index.readers.charts import chart_rows, diagram_texts
from index.readers.parts import parse_xml

C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
DGM = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def chart(kind: str, data: Any) -> Any:
    """Return a chart as python-pptx makes it."""
    from pptx import Presentation
    from pptx.enum.chart import XL_CHART_TYPE

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    return slide.shapes.add_chart(getattr(XL_CHART_TYPE, kind), 0, 0, 9_000_000, 9_000_000, data).chart


def categories(number_format: str = "General") -> Any:
    from pptx.chart.data import CategoryChartData

    return CategoryChartData(number_format=number_format)


def test_a_value_carries_its_category_and_its_series_with_the_unit_of_the_axis() -> None:
    data = categories()
    data.categories = ["Oak", "Ash"]
    data.add_series("North", (12, 7.5))
    data.add_series("South", (3, None))
    made = chart("BAR_CLUSTERED", data)
    made.has_title = True
    made.chart_title.text_frame.text = "Trees felled"
    for axis, title in ((made.category_axis, "Kind"), (made.value_axis, "tonnes")):
        axis.has_title = True
        axis.axis_title.text_frame.text = title
    assert chart_rows(made.part.blob) == (
        "Trees felled",
        [["Kind", "North (tonnes)", "South (tonnes)"], ["Oak", "12", "3"], ["Ash", "7.5", None]],
    )


def test_the_only_series_gives_the_title_unless_someone_took_it_away() -> None:
    data = categories()
    data.categories = ["Oak"]
    data.add_series("Trees felled", (12,))
    made = chart("PIE", data)
    assert chart_rows(made.part.blob)[0] == "Trees felled"
    made.has_title = False
    assert chart_rows(made.part.blob)[0] == ""


@pytest.mark.parametrize(
    ("number_format", "shown"), [("0.0%", "25.5%"), ('"$"#,##0.00', "$0.26"), ("General", "0.255")]
)
def test_values_are_shown_by_their_format(number_format: str, shown: str) -> None:
    data = categories(number_format)
    data.categories = ["Oak"]
    data.add_series("Share", (0.255,))
    assert chart_rows(chart("LINE", data).part.blob)[1][1] == ["Oak", shown]


def test_values_without_a_format_take_that_of_their_axis_unless_it_is_linked() -> None:
    data = categories()
    data.categories = ["Oak"]
    data.add_series("Share", (0.5,))
    made = chart("COLUMN_CLUSTERED", data)
    labels = made.value_axis.tick_labels
    labels.number_format, labels.number_format_is_linked = "0%", False
    assert chart_rows(made.part.blob)[1][1] == ["Oak", "50%"]
    labels.number_format_is_linked = True
    assert chart_rows(made.part.blob)[1][1] == ["Oak", "0.5"]


def test_dates_are_categories_in_iso_form() -> None:
    data = categories()
    data.categories = [date(2024, 2, 29), date(2024, 3, 1)]
    data.add_series("Felled", (1, 2))
    assert chart_rows(chart("LINE", data).part.blob)[1] == [
        ["Date", "Felled"],
        ["2024-02-29", "1"],
        ["2024-03-01", "2"],
    ]


def test_an_outer_category_stands_in_every_row_that_it_spans() -> None:
    data = categories()
    for year, quarters in (("2023", ("Q3", "Q4")), ("2024", ("Q1",))):
        outer = data.add_category(year)
        for quarter in quarters:
            outer.add_sub_category(quarter)
    data.add_series("Felled", (1, 2, 3))
    rows = chart_rows(chart("COLUMN_STACKED", data).part.blob)[1]
    assert rows[1:] == [["2023", "Q3", "1"], ["2023", "Q4", "2"], ["2024", "Q1", "3"]]


def test_points_of_a_scatter_chart_have_x_and_y_and_those_of_a_bubble_chart_a_size() -> None:
    from pptx.chart.data import BubbleChartData, XyChartData

    scatter = XyChartData()
    for name, points in (("Oak", ((1, 2), (3, 4.5))), ("Ash", ((1.5, 2),))):
        series = scatter.add_series(name)
        for x, y in points:
            series.add_data_point(x, y)
    assert chart_rows(chart("XY_SCATTER", scatter).part.blob)[1] == [
        ["Series", "X", "Y"],
        ["Oak", "1", "2"],
        ["Oak", "3", "4.5"],
        ["Ash", "1.5", "2"],
    ]
    bubbles = BubbleChartData()
    bubbles.add_series("Oak").add_data_point(1, 2, 9)
    assert chart_rows(chart("BUBBLE", bubbles).part.blob)[1][1] == ["Oak", "1", "2", "9"]


def test_charts_of_the_strict_form_and_with_gaps_are_read() -> None:
    points = '<c:pt idx="0"><c:v>4</c:v></c:pt><c:pt idx="4000000"><c:v>5</c:v></c:pt><c:pt idx="x"><c:v>6</c:v></c:pt>'
    xml = (
        '<c:chartSpace xmlns:c="http://purl.oclc.org/ooxml/drawingml/chart"><c:chart><c:plotArea><c:areaChart><c:ser>'
        f"<c:val><c:numRef><c:numCache>{points}</c:numCache></c:numRef></c:val></c:ser></c:areaChart></c:plotArea>"
        "</c:chart></c:chartSpace>"
    )
    assert chart_rows(xml.encode()) == ("", [["Category", "Value"], [1, "4"], [4000001, "5"]])


def test_a_chart_that_keeps_no_values_has_no_rows() -> None:
    xml = f"<c:chartSpace {C}><c:chart><c:plotArea><c:lineChart><c:ser/></c:lineChart></c:plotArea></c:chart></c:chartSpace>"
    assert chart_rows(xml.encode()) == ("", [])


def test_the_newer_kinds_of_charts_are_read() -> None:
    xml = (
        '<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex"><cx:chartData><cx:data id="0">'
        '<cx:strDim type="cat"><cx:lvl ptCount="2"><cx:pt idx="0">Start</cx:pt><cx:pt idx="1">Storm</cx:pt></cx:lvl></cx:strDim>'
        '<cx:numDim type="val"><cx:lvl ptCount="2" formatCode="0"><cx:pt idx="0">80</cx:pt><cx:pt idx="1">-12</cx:pt></cx:lvl>'
        "</cx:numDim></cx:data></cx:chartData><cx:chart><cx:title><cx:tx><cx:txData><cx:v>Trees left</cx:v></cx:txData></cx:tx>"
        '</cx:title><cx:plotArea><cx:plotAreaRegion><cx:series layoutId="waterfall"><cx:tx><cx:txData><cx:v>Trees</cx:v>'
        '</cx:txData></cx:tx><cx:dataId val="0"/></cx:series></cx:plotAreaRegion></cx:plotArea></cx:chart></cx:chartSpace>'
    )
    rows = [["Category", "Trees"], ["Start", "80"], ["Storm", "-12"]]
    assert chart_rows(xml.encode()) == ("Trees left", rows)


def point(number: int, text: str) -> str:
    return f'<dgm:pt modelId="{number}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'


def diagram(points: str, *edges: tuple[int, int, int]) -> bytes:
    connections = "".join(f'<dgm:cxn srcId="{a}" destId="{b}" srcOrd="{order}"/>' for a, b, order in edges)
    head = f'<dgm:dataModel {DGM}><dgm:ptLst><dgm:pt modelId="0" type="doc"/>'
    return f"{head}{points}</dgm:ptLst><dgm:cxnLst>{connections}</dgm:cxnLst></dgm:dataModel>".encode()


def test_points_of_a_diagram_are_numbered_in_the_order_in_which_they_are_shown() -> None:
    points = point(3, "Saw") + point(1, "Measure") + point(2, "Mark") + point(4, "With chalk") + point(5, "")
    data = diagram(points, (0, 1, 0), (0, 5, 1), (0, 2, 2), (0, 3, 3), (2, 4, 0))
    assert diagram_texts(data) == ["1. Measure", "2. Mark", "2.1 With chalk", "3. Saw"]


def test_points_without_connections_keep_the_order_of_the_file_and_circles_end() -> None:
    assert diagram_texts(diagram(point(1, "Saw") + point(2, "Plane"))) == ["1. Saw", "2. Plane"]
    assert diagram_texts(diagram(point(1, "Saw") + point(2, "Plane"), (1, 2, 0), (2, 1, 0))) == ["1. Saw", "1.1 Plane"]


def test_entities_are_not_resolved(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden words")
    for value in (f'SYSTEM "file://{secret}"', '"expanded words"'):
        xml = f"<!DOCTYPE r [<!ENTITY e {value}>]><dgm:dataModel {DGM}><dgm:ptLst>{point(1, 'Saw &e;')}</dgm:ptLst></dgm:dataModel>"
        assert diagram_texts(xml.encode()) == ["1. Saw"]


def test_what_is_no_xml_is_said_to_be_none() -> None:
    for data in (b"", b"<a", b"\x00\x01"):
        with pytest.raises(ValueError, match="XML"):
            parse_xml(data)
        with pytest.raises(ValueError, match="XML"):
            chart_rows(data)


def test_charts_of_a_real_program_are_read_as_those_of_the_library() -> None:
    import zipfile
    from pathlib import Path

    files = Path(__file__).parents[1] / "files"
    found = []
    for name in ("deck.pptx", "deck-saved.pptx"):
        with zipfile.ZipFile(io.BytesIO((files / name).read_bytes())) as package:
            (part,) = (m for m in package.namelist() if m.startswith("ppt/charts/chart") and m.endswith(".xml"))
            title, rows = chart_rows(package.read(part))
            found.append((title, rows[0], [row[0] for row in rows[1:]]))
    assert found == [("Who came", ["Category", "Sailors", "Pilgrims"], ["Spring", "Summer"])] * 2
