"""Word's automatic numbering: worked examples, which Word and LibreOffice number alike."""

from __future__ import annotations

from typing import Any

import pytest
from word_files import p, word_file

from index.readers.numbering import Numbering, formatted
from index.readers.parts import parse_xml
from index.readers.word import read_word

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def level(i: int, form: str = "decimal", text: str = "", *, start: int = 1, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{i}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text or f"%{i + 1}."}"/></w:lvl>'
    )


OUTLINE = (
    level(0, text="%1.") + level(1, text="%1.%2") + level(2, "lowerLetter", "(%3)") + level(3, "lowerRoman", "(%4)")
)


def definition(levels: str = OUTLINE, number: int = 0, more: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{number}">{more}{levels}</w:abstractNum>'


def num(number: int, of: int = 0, overrides: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/>{overrides}</w:num>'


def override(i: int, start: int) -> str:
    return f'<w:lvlOverride w:ilvl="{i}"><w:startOverride w:val="{start}"/></w:lvlOverride>'


def numbering(*content: str, styles: dict[str, str] | None = None) -> Numbering:
    return Numbering(parse_xml(f"<w:numbering {W}>{''.join(content)}</w:numbering>".encode()), styles)


def labels(lists: Numbering, *paragraphs: tuple[int, int] | int) -> str:
    """Return the numbers of paragraphs given as (list, level), or as levels of list 1."""
    pairs: list[Any] = [one if isinstance(one, tuple) else (1, one) for one in paragraphs]
    return " ".join(lists.label(str(list_id), i).strip() for list_id, i in pairs)


def test_levels_count_below_each_other() -> None:
    lists = numbering(definition(), num(1))
    assert labels(lists, 0, 1, 1, 2, 2, 3, 1, 0, 1, 2) == "1. 1.1 1.2 (a) (b) (i) 1.3 2. 2.1 (a)"


def test_a_level_that_is_passed_over_counts_as_begun() -> None:
    lists = numbering(definition(level(0) + level(1, text="%1.%2") + level(2, text="%1.%2.%3")), num(1))
    assert labels(lists, 1, 2, 0, 2, 1) == "1.1 1.1.1 2. 2.1.1 2.2"


def test_lists_of_one_definition_count_on_unless_they_override_their_start() -> None:
    lists = numbering(definition(), num(1), num(2), num(3, 0, override(0, 1)), num(4, 0, override(1, 7)))
    assert labels(lists, (1, 0), (1, 0), (2, 0), (3, 0), (3, 0), (1, 0)) == "1. 2. 3. 1. 2. 3."
    assert labels(lists, (4, 1), (4, 1), (4, 0), (4, 1)) == "3.7 3.8 4. 4.7"


def test_lists_of_different_definitions_count_by_themselves() -> None:
    lists = numbering(definition(), definition(number=5), num(1), num(2, 5))
    assert labels(lists, (1, 0), (2, 0), (1, 0), (2, 0)) == "1. 1. 2. 2."


def test_an_override_may_redefine_a_level() -> None:
    own = f'<w:lvlOverride w:ilvl="0">{level(0, "upperRoman", "%1)", start=4)}</w:lvlOverride>'
    assert labels(numbering(definition(), num(1), num(2, 0, own)), (2, 0), (2, 0), (2, 1)) == "IV) V) V.1"


@pytest.mark.parametrize(
    ("restart", "expected"), [("0", "1. 1.1 (a) 1.2 (b) 2. 2.1 (c)"), ("1", "1. 1.1 (a) 1.2 (b) 2. 2.1 (a)")]
)
def test_a_level_may_begin_anew_after_certain_levels_only(restart: str, expected: str) -> None:
    third = level(2, "lowerLetter", "(%3)", more=f'<w:lvlRestart w:val="{restart}"/>')
    lists = numbering(definition(level(0) + level(1, text="%1.%2") + third), num(1))
    assert labels(lists, 0, 1, 2, 1, 2, 0, 1, 2) == expected


def test_legal_numbering_writes_all_levels_as_decimals() -> None:
    levels = level(0, "upperRoman", "Article %1") + level(1, text="%1.%2", more="<w:isLgl/>")
    assert labels(numbering(definition(levels), num(1)), 0, 0, 1) == "Article I Article II 2.1"


def test_starts_bullets_words_around_and_no_number() -> None:
    levels = level(0, start=5, text="Section %1:") + level(1, "bullet", "•") + level(2, "none", " ") + level(3, text="§")
    lists = numbering(definition(levels), num(1))
    assert [lists.label("1", i) for i in range(4)] == ["Section 5: ", "- ", "", "§ "]


def test_pictures_for_bullets_and_text_without_a_space_after_the_number() -> None:
    levels = level(0, more='<w:lvlPicBulletId w:val="0"/>') + level(1, text="(%2)", more='<w:suff w:val="nothing"/>')
    lists = numbering(definition(levels), num(1))
    assert (lists.label("1", 0), lists.label("1", 1)) == ("- ", "(1)")


def test_a_definition_may_stand_for_a_numbering_style() -> None:
    linked = definition("", 1, '<w:numStyleLink w:val="Law"/>')
    source = definition(OUTLINE, 0, '<w:styleLink w:val="Law"/>')
    assert labels(numbering(source, linked, num(2, 1)), (2, 0), (2, 1)) == "1. 1.1"
    by_style = numbering(definition(), linked, num(1), num(2, 1), styles={"Law": "1"})
    assert labels(by_style, (1, 0), (2, 0)) == "1. 2."


def test_definitions_that_refer_to_each_other_end() -> None:
    first = definition("", 0, '<w:styleLink w:val="b"/><w:numStyleLink w:val="a"/>')
    second = definition("", 1, '<w:styleLink w:val="a"/><w:numStyleLink w:val="b"/>')
    assert labels(numbering(first, second, num(1)), 0) == ""


@pytest.mark.parametrize(("list_id", "i"), [("9", 0), ("1", 9), ("1", -1), ("", 0)])
def test_unknown_lists_and_levels_have_no_numbers(list_id: str, i: int) -> None:
    assert numbering(definition(), num(1)).label(list_id, i) == ""


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("decimal", "1 4 12 28"),
        ("decimalZero", "01 04 12 28"),
        ("0001", "0001 0004 0012 0028"),
        ("lowerRoman", "i iv xii xxviii"),
        ("upperLetter", "A D L BB"),
        ("ordinal", "1st 4th 12th 28th"),
        ("cardinalText", "One Four Twelve Twenty-eight"),
        ("ordinalText", "First Fourth Twelfth Twenty-eighth"),
        ("chineseCounting", "一 四 十二 二十八"),
        ("decimalEnclosedCircle", "① ④ ⑫ 28"),
        ("russianLower", "а г м ю"),
        ("aFormOfTheFuture", "1 4 12 28"),
    ],
)
def test_forms_of_numbers(form: str, expected: str) -> None:
    assert " ".join(formatted(number, form) for number in (1, 4, 12, 28)) == expected


def test_the_largest_letters_and_words() -> None:
    assert [formatted(number, "lowerLetter") for number in (26, 27, 52, 53)] == ["z", "aa", "zz", "aaa"]
    assert formatted(320, "ordinalText") == "Three hundred twentieth"
    assert formatted(0, "upperRoman") == "0"
    assert len(formatted(10**6, "lowerLetter")) < 100


class TestInAFile:
    LEVELS = level(0, text="%1.", more='<w:pStyle w:val="H"/>') + level(1, text="%1.%2")
    PART = f"<w:numbering>{definition(LEVELS)}{num(1)}</w:numbering>"

    @staticmethod
    def style(name: str, properties: str, base: str = "") -> str:
        based = f'<w:basedOn w:val="{base}"/>' if base else ""
        return (
            f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/>{based}'
            f"<w:pPr>{properties}</w:pPr></w:style>"
        )

    def read(self, body: str, styles: str = "") -> list[str]:
        data = word_file(body, numbering=self.PART, styles=f"<w:styles>{styles}</w:styles>")
        return [line for line in read_word(data, "a.docx").text.splitlines() if line]

    def test_styles_number_their_paragraphs_and_those_based_on_them(self) -> None:
        in_list = '<w:numPr><w:numId w:val="1"/></w:numPr>'
        styles = (
            self.style("H", in_list)
            + self.style("Own", "", "H")
            + self.style("Sub", '<w:numPr><w:ilvl w:val="1"/></w:numPr>', "H")
        )
        body = "".join(p(name, f'<w:pStyle w:val="{name}"/>') for name in ("H", "Own"))
        assert self.read(body, styles) == ["1. H", "2. Own"]

    def test_a_paragraph_may_leave_the_list_of_its_style(self) -> None:
        styles = self.style("H", '<w:numPr><w:numId w:val="1"/></w:numPr>')
        out = '<w:pStyle w:val="H"/><w:numPr><w:numId w:val="0"/></w:numPr>'
        body = p("one", '<w:pStyle w:val="H"/>') + p("none", out) + p("two", '<w:pStyle w:val="H"/>')
        assert self.read(body, styles) == ["1. one", "none", "2. two"]

    def test_empty_paragraphs_count_and_hidden_ones_do_not(self) -> None:
        listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
        body = p("one", listed) + p("", listed) + p("", f"{listed}<w:rPr><w:vanish/></w:rPr>") + p("three", listed)
        assert self.read(body) == ["1. one", "3. three"]

    def test_a_deleted_paragraph_does_not_count(self) -> None:
        listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
        gone = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        body = p("one", listed) + p(gone, f"{listed}<w:rPr><w:del/></w:rPr>") + p("two", listed)
        assert self.read(body) == ["1. one", "2. two"]
