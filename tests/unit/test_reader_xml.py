"""XML: articles, other prose and records, each by what its root says that it is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.mathml import linear
from index.readers.xml import read_xml


def read(source: str | bytes) -> Extracted:
    return read_xml(source.encode() if isinstance(source, str) else source, "a.xml")


def lines(source: str | bytes) -> list[str]:
    return [line for line in read(source).text.split("\n") if line]


ARTICLE = """<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS.dtd"><article xmlns:mml="http://www.w3.org/1998/Math/MathML">
<front><journal-meta><journal-title-group><journal-title>Tide Letters</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="doi">10.1/tide</article-id><title-group><article-title>Tides of <italic>Varn</italic>
</article-title></title-group><contrib-group><contrib><name><surname>Holm</surname><given-names>Ada</given-names></name>
<xref ref-type="aff">1</xref></contrib><contrib><collab>The Quay Group</collab></contrib></contrib-group>
<aff><label>1</label>Harbour School, Varn</aff><pub-date><day>5</day><month>Mar</month><year>2021</year></pub-date>
<abstract><p>We measured tides.</p></abstract><kwd-group><kwd>tide</kwd><kwd>moon</kwd></kwd-group>
<permissions><license><license-p>Free to copy.</license-p></license></permissions></article-meta></front>
<body><sec><label>1</label><title>Method</title><p>A gauge<fn><p>Made of oak.</p></fn> of 10<sup>2</sup> cm
 [<xref ref-type="bibr">1</xref>], see <xref>Table 1</xref>.</p>
<sec><title>Model</title><p>So:</p><disp-formula><label>(1)</label><mml:math><mml:mi>h</mml:mi><mml:mo>=</mml:mo><mml:msup>
<mml:mi>a</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math></disp-formula>
<list list-type="order"><list-item><p>Wait</p></list-item><list-item><p>Read</p></list-item></list></sec>
<fig><label>Figure 1</label><caption><title>The gauge.</title><p>At noon.</p></caption><graphic/></fig>
<table-wrap><label>Table 1</label><caption><p>Heights</p></caption><table><thead><tr><th>Day</th><th>cm</th></tr></thead>
<tbody><tr><td>Mon</td><td>81</td></tr></tbody></table><table-wrap-foot><fn><p>Mean of two.</p></fn></table-wrap-foot>
</table-wrap></sec></body>
<back><ack><p>To the guild.</p></ack><ref-list><ref><label>1</label><mixed-citation><name><surname>Reed</surname>
<given-names>J</given-names></name>. Ice. 1811.</mixed-citation></ref><ref><label>2</label><mixed-citation>Plain entry.
</mixed-citation></ref><ref><element-citation><person-group><name><surname>Bell</surname><given-names>T</given-names></name>
</person-group><year>1999</year><article-title>Fog</article-title></element-citation></ref></ref-list></back></article>"""


def test_an_article_is_read_whole_and_in_order() -> None:
    assert read(ARTICLE).text.replace("\n\n", "\n").split("\n") == [
        "Tides of Varn",
        "Authors: Ada Holm, The Quay Group",
        "1 Harbour School, Varn",
        "Journal: Tide Letters | Published: 5 Mar 2021 | DOI: 10.1/tide",
        "Abstract",
        "We measured tides.",
        "Keywords: tide, moon",
        "1 Method",
        "A gauge of 10^2 cm [1], see Table 1.",
        "Made of oak.",
        "Model",
        "So:",
        "(1) h = a^2",
        "1. Wait",
        "2. Read",
        "Figure 1 The gauge.",
        "At noon.",
        "Table 1 Heights",
        "Day: Mon | cm: 81",
        "Mean of two.",
        "Acknowledgments",
        "To the guild.",
        "References",
        "1 Reed J. Ice. 1811.",
        "2 Plain entry.",
        "Bell T. 1999. Fog",
        "Free to copy.",
    ]


def test_an_article_states_title_date_and_headings_and_names_its_pictures() -> None:
    article = read(ARTICLE)
    assert (article.title, article.date) == ("Tides of Varn", "2021-03-05")
    assert [(heading.level, heading.text) for heading in article.headings] == [
        (1, "Tides of Varn"),
        (2, "Abstract"),
        (2, "1 Method"),
        (3, "Model"),
        (2, "Acknowledgments"),
        (2, "References"),
    ]
    assert [(item.what, item.where) for item in article.unread] == [("picture", "Figure 1")]


def test_several_articles_are_places() -> None:
    body = ARTICLE.partition("<article ")[2]
    articles = read(f"<set><article {body}<article {body}</set>")
    assert [place.label for place in articles.places if place.kind == "heading"].count("Tides of Varn") > 1
    assert articles.text.count("We measured tides.") == 2


def test_prose_of_docbook_is_read() -> None:
    source = (
        '<book xmlns="http://docbook.org/ns/docbook"><title>Pumps</title><chapter><title>Care</title><para>Oil <emphasis>all'
        "</emphasis> of it<footnote><para>Not the belt.</para></footnote> weekly.</para><note><para>Wear gloves.</para></note>"
        '<orderedlist numeration="loweralpha"><listitem><para>Open</para></listitem></orderedlist><variablelist><varlistentry>'
        "<term>PSI</term><listitem><para>pressure</para></listitem></varlistentry></variablelist><table><title>Sizes</title>"
        '<tgroup><colspec colname="a"/><colspec colname="b"/><thead><row><entry>Pump</entry><entry>Size</entry></row></thead>'
        "<tbody><row><entry>A</entry><entry>3</entry></row></tbody></tgroup></table><programlisting>x = 1\n  y = 2"
        "</programlisting><section><title>Winter</title><para>Drain it.</para></section></chapter></book>"
    )
    assert lines(source) == [
        "Pumps", "Care", "Oil all of it weekly.", "Not the belt.", "Wear gloves.", "a. Open", "PSI: pressure", "Sizes",
        "Pump: A | Size: 3", "x = 1", "  y = 2", "Winter", "Drain it.",
    ]  # fmt: skip
    assert [(heading.level, heading.text) for heading in read(source).headings] == [
        (1, "Pumps"),
        (2, "Care"),
        (3, "Winter"),
    ]


def test_prose_of_tei_is_read() -> None:
    source = (
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Letters</title></titleStmt></fileDesc>'
        "</teiHeader><text><body><div><head>One</head><p>Dear <persName>Ida</persName>, the ice<note>thick</note> came.</p>"
        "<lg><l>up</l><l>down</l></lg></div></body></text></TEI>"
    )
    assert lines(source) == ["Letters", "One", "Dear Ida, the ice came.", "thick", "up", "down"]
    assert read(source).title == "Letters"


def test_a_record_is_a_line_of_named_values() -> None:
    source = (
        '<boats><boat id="7"><name>Gull</name><berth><quay>north</quay><no>4</no></berth><price currency="EUR">12.50</price>'
        "<tag>oak</tag><tag>old</tag><empty/></boat><boat id='8'><name>Tern | B</name></boat></boats>"
    )
    assert lines(source) == [
        "id: 7 | name: Gull | berth quay: north | berth no: 4 | price currency: EUR | price: 12.50 | tag: oak, old",
        "id: 8 | name: Tern / B",
    ]
    assert [(place.label, place.kind) for place in read(source).places] == [("boat 1", "record"), ("boat 2", "record")]


def test_parts_of_a_record_keep_to_it() -> None:
    source = (
        "<orders><order><id>9</id><line><sku>A</sku><n>1</n></line><line><sku>B</sku><n>2</n></line></order>"
        "<order><id>10</id><line><sku>C</sku><n>3</n></line><line><sku>D</sku><n>4</n></line></order></orders>"
    )
    assert lines(source) == [
        "id: 9", "order id: 9 | line sku: A | line n: 1", "order id: 9 | line sku: B | line n: 2",
        "id: 10", "order id: 10 | line sku: C | line n: 3", "order id: 10 | line sku: D | line n: 4",
    ]  # fmt: skip
    assert [place.label for place in read(source).places][:2] == ["order 1", "order 1, line 1"]


def test_entries_of_a_feed_are_records_without_their_markup() -> None:
    source = (
        "<rss version='2.0'><channel><title>News</title><item><title>Pier</title><description><![CDATA[<p>It <b>reopens</b>.</p><script>no"
        "</script>]]></description></item><item><title>Gulls</title><description>Many &lt;p&gt;terns</description></item>"
        "</channel></rss>"
    )
    assert lines(source)[1:] == [
        "title: Pier | description: It reopens.",
        "title: Gulls | description: Many terns",
    ]
    assert read(source).title == "News"


def test_long_values_are_paragraphs() -> None:
    long = "A sentence about tides. " * 30
    assert read(f"<a><b><t>One</t><text>{long}</text></b><b><text>{long}</text></b></a>").text.split("\n\n") == [
        "t: One",
        f"text: {long.strip()}",
        long.strip(),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "cp1252"])
def test_the_declared_encoding_is_believed(encoding: str) -> None:
    assert lines(f'<?xml version="1.0" encoding="{encoding}"?><a><b>Größe</b></a>'.encode(encoding)) == ["b: Größe"]


def test_entities_are_never_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words", encoding="utf-8")
    found = read(
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "ha"><!ENTITY z "&y;&y;&y;">]>'
        "<a><b>&x;</b><c>&z;</c><d>&nbsp;caf&eacute;</d></a>"
    )
    assert found.text == "b: &x; | c: &z; | d: café"


def test_a_bomb_of_entities_stays_small() -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    assert len(read(f"<!DOCTYPE a [{entities}]><a><b>&a11;</b></a>").text) < 100


def test_what_is_before_and_after_a_fault_is_read_and_the_fault_is_noted() -> None:
    broken = read("<a>\n<b>one</b>\n<c>two</d>\n<e>three</e>")
    assert all(word in broken.text for word in ("one", "two", "three"))
    assert [(item.what, item.where, item.remedy) for item in broken.unread] == [
        ("damaged_part", "line 3", "save_again")
    ]


@pytest.mark.parametrize("data", [b"hello world", b"<", b"\x00\x01\x02", b"<?xml version='1.0'?>"])
def test_what_is_no_xml_says_so(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.xml: is not valid XML") as caught:
        read(data)
    assert "\n" not in str(caught.value)


def test_xhtml_and_drawings_are_read_as_such() -> None:
    page = read('<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body><p>Hi</p></body></html>')
    assert (page.title, page.text) == ("T", "Hi")
    assert lines('<svg xmlns="http://www.w3.org/2000/svg"><text>North <tspan>gate</tspan></text></svg>') == [
        "North gate"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "<a>" * 1_000 + "deep" + "</a>" * 1_000,
        "<a>" * 100_000,
        "<p>x<b>" * 900,
        "<a>" + "<b><c>1</c><d>2</d></b>" * 30_000 + "</a>",
        "<a>" + "<b><x><c>1</c><d>2</d></x><x><c>1</c><d>2</d></x></b>" * 10_000 + "</a>",
        "<article><body>" + "<sec><p>x" * 900,
        "<a>" + "<b>" * 60 + "<c>1</c><c>2</c>" * 2_000,
    ],
)
def test_nesting_and_size_cost_neither_recursion_nor_long_times(source: str) -> None:
    begun = time.perf_counter()
    assert isinstance(read(source), Extracted)
    assert time.perf_counter() - begun < 30


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        ("<msqrt><mi>n</mi></msqrt><mroot><mi>x</mi><mn>3</mn></mroot>", "sqrt(n)root(3, x)"),
        ("<msubsup><mo>∑</mo><mn>1</mn><mi>n</mi></msubsup><msub><mi>x</mi><mi>i</mi></msub>", "∑_1^n x_i"),
        (
            "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr><mtr><mtd><mn>0</mn></mtd></mtr></mtable>",
            "[1, 0; 0]",
        ),
        ("<semantics><mi>x</mi><annotation>x tex</annotation></semantics>", "x"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x¯"),
    ],
)
def test_formulas_are_written_in_a_line(formula: str, text: str) -> None:
    from xml.etree.ElementTree import fromstring

    assert linear(fromstring(f"<math>{formula}</math>")) == text
