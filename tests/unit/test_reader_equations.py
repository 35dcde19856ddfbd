"""Equations of Office files as text: worked examples."""

from __future__ import annotations

import pytest

from index.readers.equations import equation_text
from index.readers.parts import parse_xml

M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def t(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def e(text: str, name: str = "e") -> str:
    return f"<m:{name}>{text if text.startswith('<') else t(text)}</m:{name}>"


def fraction(above: str, below: str, properties: str = "") -> str:
    return f"<m:f>{properties}{e(above, 'num')}{e(below, 'den')}</m:f>"


def power(base: str, above: str) -> str:
    return f"<m:sSup>{e(base)}{e(above, 'sup')}</m:sSup>"


def nary(sign: str, below: str, above: str, inner: str) -> str:
    chosen = f'<m:naryPr><m:chr m:val="{sign}"/></m:naryPr>' if sign else ""
    return f"<m:nary>{chosen}{e(below, 'sub')}{e(above, 'sup')}{e(inner)}</m:nary>"


def root(inner: str, degree: str = "") -> str:
    hidden = "" if degree else '<m:radPr><m:degHide m:val="1"/></m:radPr>'
    return f"<m:rad>{hidden}{e(degree, 'deg') if degree else '<m:deg/>'}{e(inner)}</m:rad>"


MATRIX = f"<m:m><m:mr>{e('1')}{e('0')}</m:mr><m:mr>{e('0')}{e('1')}</m:mr></m:m>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (t("E=m") + power("c", "2"), "E = mc^2"),
        (fraction("1", "2"), "1/2"),
        (fraction("a+b", "2a"), "(a+b)/(2a)"),
        (fraction("2x", "y"), "2x/y"),
        (power(fraction("x-c", "v"), "2"), "((x-c)/v)^2"),
        (power("ab", "n+1"), "(ab)^(n+1)"),
        (f"<m:sSub>{e('x')}{e('max', 'sub')}</m:sSub>", "x_max"),
        (f"<m:sSubSup>{e('x')}{e('i', 'sub')}{e('2', 'sup')}</m:sSubSup>", "x_i^2"),
        (f"<m:sPre>{e('6', 'sub')}{e('14', 'sup')}{e('C')}</m:sPre>", "_6^14C"),
        (power("f", "′"), "f′"),
        (root("b^2-4ac"), "sqrt(b^2-4ac)"),
        (root("x", "3"), "root_3(x)"),
        (nary("∑", "i=1", "n", "i"), "sum_(i = 1)^n i"),
        (nary("", "0", "1", "x dx"), "int_0^1 x dx"),
        (t("2") + nary("∏", "i", "n", "i"), "2 prod_i^n i"),
        (f"<m:d>{e('x+y')}</m:d>", "(x+y)"),
        (f'<m:d><m:dPr><m:begChr m:val="{{"/><m:endChr m:val=""/></m:dPr>{e("x")}</m:d>', "{x"),
        (f'<m:d><m:dPr><m:sepChr m:val=","/></m:dPr>{e("a")}{e("b")}</m:d>', "(a,b)"),
        (f"<m:func>{e('sin', 'fName')}{e('x')}</m:func>", "sin x"),
        (f"<m:func>{e('log', 'fName')}<m:e><m:d>{e('x')}</m:d></m:e></m:func>", "log(x)"),
        (
            f"<m:func><m:fName><m:limLow>{e('lim')}{e('x→0', 'lim')}</m:limLow></m:fName>{e('x')}</m:func>",
            "lim_(x → 0) x",
        ),
        (MATRIX, "[1, 0; 0, 1]"),
        (f"<m:d><m:e>{MATRIX}</m:e></m:d>", "(1, 0; 0, 1)"),
        (f"<m:eqArr>{e('x=1')}{e('y=2')}</m:eqArr>", "x = 1; y = 2"),
        (f'<m:acc><m:accPr><m:chr m:val="\u0303"/></m:accPr>{e("n")}</m:acc>', "ñ"),
        (f'<m:acc><m:accPr><m:chr m:val="\u20d7"/></m:accPr>{e("AB")}</m:acc>', "vec(AB)"),
        (f"<m:bar>{e('x')}</m:bar>", "bar(x)"),
        (fraction("n", "k", '<m:fPr><m:type m:val="noBar"/></m:fPr>'), "n choose k"),
        (t("𝑥𝟐"), "x2"),
        (f"<m:box>{e('x')}</m:box>", "x"),
        (f"<m:future>{e('x')}</m:future>", "x"),
        ("<w:ins><m:r><m:t>x</m:t></m:r></w:ins><w:del><m:r><m:t>y</m:t></m:r></w:del>", "x"),
        ("<m:f/>", "/"),
        ("", ""),
    ],
)
def test_equations_are_written_on_a_line(content: str, expected: str) -> None:
    assert equation_text(parse_xml(f"<m:oMath {M} {W}>{content}</m:oMath>".encode())) == expected


def test_several_equations_of_a_paragraph_are_divided() -> None:
    both = f"<m:oMath>{t('a=1')}</m:oMath><m:oMath>{t('b=2')}</m:oMath>"
    assert equation_text(parse_xml(f"<m:oMathPara {M}>{both}</m:oMathPara>".encode())) == "a = 1; b = 2"
