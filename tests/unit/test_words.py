"""The page's languages: every text has its words in each catalogue, and each person is spoken to in the right one."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import DocumentRecord, LibraryInfo, Selection
from rag.types import Answer, Citation, LibrarySummary, ModelInfo, Passage, Reason, Sentence, Timings
from ui.conversations import Conversations
from ui.markup import human_date, human_place
from ui.panels import banner, panels
from ui.presenters import REASONS, library_line, status_text, turn_html, welcome
from ui.security import prepare_page
from ui.types import Overview, Phase, Readiness, Standing, Turn
from ui.words import LANGUAGES, count, language_of, number, restated, say

UI = Path(__file__).parents[2] / "ui"
TEMPLATES = UI.parent / "eval" / "templates"
"""The evaluators' page is not ours, but speaks with our words."""
SCRIPTS = (*(UI / "assets").glob("*.js"), *TEMPLATES.glob("*.js"))
RAISING = (
    *(UI.parent / "index" / "readers").glob("*.py"),
    UI.parent / "index" / "folders.py",
    *(UI / f"{name}.py" for name in ("api_library", "conversations", "feedback", "scope", "session", "shelf")),
    *(UI / f"{name}.py" for name in ("uploads", "wishes", "worker")),
)
"""What files, uploads and questions can fail with. Failures of a library or a model stay English."""
CATALOGUES = {
    language: json.loads((UI / "assets" / "words" / f"{language}.json").read_text(encoding="utf-8"))
    for language in LANGUAGES
    if language != "en"
}
TEXTS_AT = {"say": slice(1, 2), "count": slice(2, 4), "phrase": slice(0, 1)}
"""Which arguments of a function are texts."""
SCRIPT_TEXT = r'"((?:[^"\\\n]|\\.)*)"'


def texts_of_python() -> Iterator[str]:
    """Yield each text that is looked up, or marked to be."""
    for path in UI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS_AT:
                for text in node.args[TEXTS_AT[node.func.id]]:
                    if isinstance(text, ast.Constant):
                        yield str(text.value)


def texts_of_scripts() -> Iterator[str]:
    """Yield each text that the page's script looks up."""
    for path in SCRIPTS:
        script = path.read_text(encoding="utf-8")
        yield from re.findall(rf"\bsay\(\s*{SCRIPT_TEXT}", script)
        for one, many in re.findall(rf"\bcounted\([^,]+,\s*{SCRIPT_TEXT},\s*{SCRIPT_TEXT}", script):
            yield from (one, many)


def texts_of_templates() -> Iterator[str]:
    """Yield each text that a template looks up, in whatever quotes."""
    for path in TEMPLATES.glob("*.html"):
        for _, text in re.findall(r"""\bsay\((["'])(.*?)\1[,)]""", path.read_text(encoding="utf-8")):
            yield text


def failures() -> Iterator[str]:
    """Yield each failure with values in it that a page may show, ``{0}``, ``{1}`` … in their places."""
    for path in RAISING:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                text = node.exc.args[0]
                if isinstance(text, ast.JoinedStr):
                    places = iter(range(9))
                    yield "".join(
                        str(part.value) if isinstance(part, ast.Constant) else f"{{{next(places)}}}"
                        for part in text.values
                    )


FAILURES = frozenset(failures()) - {"{0}: {1}"}
"""All but the one that only puts an archive's name before another."""
TEXTS = frozenset((*texts_of_python(), *texts_of_scripts(), *texts_of_templates(), *FAILURES))


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_there_are_texts_of_both_kinds() -> None:
    assert len(set(texts_of_python())) > 120
    assert len(set(texts_of_scripts())) > 25
    assert {"Search only (no language model)", "Questions asked"} <= set(texts_of_templates())
    assert {"Ask again", "not read", "May", "{n} sources", "Show less", "{n} questions"} <= TEXTS


def test_scripts_look_up_nothing_that_cannot_be_found_here() -> None:
    """Only ``counted`` hands on a text that it was given."""
    calls = [
        call
        for path in SCRIPTS
        for call in re.findall(r"(?<!function )\bsay\((?!\s*\").{0,25}", path.read_text(encoding="utf-8"))
    ]
    assert calls == ["say(number === 1 ? one : many"]


def test_code_looks_up_no_text_that_is_made_on_the_spot() -> None:
    made = [
        f"{path.name}:{node.lineno}"
        for path in UI.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS_AT
        for text in node.args[TEXTS_AT[node.func.id]]
        if isinstance(text, ast.JoinedStr | ast.BinOp | ast.IfExp) and path.name != "words.py"
    ]
    assert made == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_text_is_translated_and_nothing_else(language: str) -> None:
    catalogue = CATALOGUES[language]
    assert sorted(TEXTS - set(catalogue)) == []
    assert sorted(set(catalogue) - TEXTS) == []
    assert list(catalogue) == sorted(catalogue)
    assert [text for text, said in catalogue.items() if not said.strip() or said != said.strip()] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_has_the_places_of_its_text(language: str) -> None:
    assert [t for t, said in CATALOGUES[language].items() if placeholders(t) != placeholders(said)] == []


@pytest.mark.parametrize("said", [TEXTS, *(catalogue.values() for catalogue in CATALOGUES.values())])
def test_no_text_means_anything_in_a_page(said: list[str]) -> None:
    """A failure may have quotation marks: its values are anybody's, so it is made harmless as a whole."""
    plain = [text for text in said if "{0}" not in text] + [text.replace("'", "") for text in said if "{0}" in text]
    assert [text for text in plain if set(re.sub(r"\{\w+\}", "", text)) & set("<>&\"'`${}\\\n")] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_one_and_many_end_as_their_text_does(language: str) -> None:
    """A full stop, an ellipsis or a question mark is part of how a text is used."""
    for text, said in CATALOGUES[language].items():
        assert re.search(r"[.…?:]?$", text)[0] == re.search(r"[.…?:]?$", said)[0], text  # type: ignore[index]


# --- which language -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-at,en;q=0.5", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,es;q=0.8,en;q=0.7", "es"),
        ("en;q=0.2, tr ; q=0.9", "tr"),
        ("de;q=0.5,es;q=0.5", "de"),
        ("es;q=0.5,de;q=0.5", "es"),
        ("de;q=0,tr;q=0.001", "tr"),
        ("de;q=0", "en"),
        ("*", "en"),
        ("fr,*;q=0.5", "en"),
        ("tr;q=0.3,*;q=0.5", "en"),
        ("en;q=0,*", "de"),
        ("zh-Hant-TW,ja", "en"),
        ("deutsch", "en"),
        ("de;q=2", "en"),
        ("de;q=x,es", "es"),
        (";;;,,, q=1 \x00 é de", "en"),
        ("fr," * 100_000 + "de", "en"),
        ("de," + "-" * 1_000_000, "de"),
    ],
)
def test_the_browser_says_what_a_person_reads(accepted: str, language: str) -> None:
    assert language_of({}, accepted) == language


@given(st.text() | st.text(alphabet="dentrs*;q=01., -"))
def test_whatever_a_browser_says_there_is_a_language(accepted: str) -> None:
    assert language_of({}, accepted) in LANGUAGES


def test_what_was_chosen_counts_more_if_it_is_one_of_ours() -> None:
    assert language_of({"pincite-language": "tr"}, "de") == "tr"
    for foreign in ("", "fr", "../de", "DE", "<script>"):
        assert language_of({"pincite-language": foreign}, "de") == "de"


def test_the_page_is_marked_with_its_language() -> None:
    page = '<!doctype html><html\n\tlang="en"\n\tstyle="x"><head></head></html>'
    marked = prepare_page(page, "n", "<script></script>", "tr")
    assert marked.startswith('<!doctype html><html lang="tr" data-language="tr"\n\tstyle="x"><head>')
    assert prepare_page("<html><head></head></html>", "n", "").startswith('<html lang="en" data-language="en"><head>')


# --- numbers, dates, places -----------------------------------------------------------------------------------------


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert [number(language, 1234567) for language in LANGUAGES] == ["1,234,567", *["1.234.567"] * 3]
    assert [number(language, 1234.56, 1) for language in LANGUAGES] == ["1,234.6", *["1.234,6"] * 3]


def test_one_and_many() -> None:
    def told(n: int) -> list[str]:
        return [count(language, n, "{n} document", "{n} documents") for language in LANGUAGES]

    assert told(1) == ["1 document", "1 Dokument", "1 documento", "1 belge"]
    assert told(0) == ["0 documents", "0 Dokumente", "0 documentos", "0 belge"]
    assert told(1200) == ["1,200 documents", "1.200 Dokumente", "1.200 documentos", "1.200 belge"]


def test_dates_are_written_out() -> None:
    assert [human_date("2024-02-03", language) for language in LANGUAGES] == [
        "3 February 2024",
        "3. Februar 2024",
        "3 de febrero de 2024",
        "3 Şubat 2024",
    ]
    assert human_date("spring", "de") == "spring"


def test_places_of_passages_are_named() -> None:
    assert [human_place("page 7", language) for language in LANGUAGES] == ["page 7", "Seite 7", "página 7", "sayfa 7"]
    assert human_place("Budget, row 4", "es") == "Budget, fila 4"
    assert human_place("Sheet Prices, row 4, Net price", "de") == "Blatt Prices, Zeile 4, Net price"
    assert human_place("page 3, table 1, row 2", "tr") == "sayfa 3, tablo 1, satır 2"
    assert human_place("page 3, clause 3.2", "es") == "página 3, cláusula 3.2"
    for other in ("", "page", "page x", "homepage 7", "Kapitel 1"):
        assert human_place(other, "de") == other


def test_what_is_in_no_catalogue_stays_english_whatever_it_is() -> None:
    assert say("de", "a {b} c") == "a {b} c"
    assert say("fr", "Ask again") == say("en", "Ask again") == "Ask again"
    assert say("de", "Also in {names}", names="{x} {names}") == "Auch in {x} {names}"


# --- pages ----------------------------------------------------------------------------------------------------------

HOSTILE = "<img src=x onerror=alert(1)> {n} ${x} `'\""
PASSAGE = Passage(
    "d", "c1", HOSTILE, "s", "2024-02-03", "", 1, 0.8125, 0, 12, "It rained.  ", True, "page 7", 0.5, 7.25
)
ANSWER = Answer(
    "Rain?",
    "Did it rain?",
    "It rained. [1] It snowed.",
    False,
    None,
    (Sentence(0, 14, True, 0.9, (1,)), Sentence(15, 25, False, 0.1)),
    (Citation(1, "d", HOSTILE, "s", 7, 3, 9, "rained", "2024-02-03", "page 7", (HOSTILE,)),),
    (PASSAGE,),
    Timings(0.4, 0.1, 0.5, 1.25),
    ModelInfo("small", "none"),
    LibrarySummary(1, 1200, 3400, "e"),
    confidence=0.734,
)


def turn_in(language: str, answer: Answer = ANSWER, standing: Standing = Standing.THERE) -> Turn:
    return Turn(
        1,
        "Rain?",
        Phase.DONE,
        understood=answer.standalone_question,
        answer=answer,
        passages=answer.passages,
        within=Selection(ids=("d",), since="2024-01-01"),
        standing=((1, standing),),
        language=language,
    )


def text_of(html: str) -> str:
    """Return the words a person may meet in ``html``: its text, and what is told of elements."""
    told = re.findall(r'(?:aria-label|placeholder)="([^"]*)"', html)
    return " | ".join([*told, *re.findall(r">([^<>]+)<", html)])


def test_an_answer_in_german() -> None:
    text = text_of(turn_html(turn_in("de", standing=Standing.CHANGED)))
    for said in (
        "Verstanden als: Did it rain?",
        "Gefragt in: 1 Dokument, ab 1. Januar 2024",
        "1 Satz ist als „unbelegt“ markiert",
        "3. Februar 2024 · Seite 7",
        "1 Quelle",
        "Mit Quellen kopieren",
        "1,2 s · small",
        "Verstehen 0,4 s",
        "73 %, dass es in den Quellen steht",
        "1.200 Dokumente, 3.400 Textstellen",
        "0,812",
        "zitiert als 1",
        "enthält diese Worte nicht mehr",
        "Seit dieser Antwort hat sich ein zitiertes Dokument geändert.",
    ):
        assert said in text, said
    assert status_text(turn_in("de")) == "Beantwortet mit 1 Quelle, 1 Satz unbelegt."


def test_a_refusal_in_turkish_and_spanish() -> None:
    refusal = Answer(
        *("Rain?", "Rain?", "I do not know.", True, Reason.NOT_IN_SOURCES, (), (), ()),
        *(Timings(0.0, 0.1, 0.5, 1.25), None, LibrarySummary(1, 1, 1, "e")),
    )
    assert "Belgelerde bu yok." in turn_html(turn_in("tr", refusal))
    assert "Los documentos no lo dicen." in turn_html(turn_in("es", refusal))
    for language in CATALOGUES:
        assert say(language, REASONS[Reason.NOT_IN_SOURCES]) in turn_html(turn_in(language, refusal))
        assert status_text(turn_in(language, refusal)) == say(language, "The documents do not say.")


def pages_in(language: str) -> list[str]:
    records = tuple(DocumentRecord(f"T{n}", f"T{n}", f"T{n}", f"{2000 + n}-01-01", "") for n in range(1200))
    overview = Overview(LibraryInfo(1, 1200, 1, "e"), records, ("Why?",))
    turns = [turn_in(language, standing=standing) for standing in Standing]
    unfinished = [Turn(1, "Q?", phase, 3, "R?", (PASSAGE,), "Half", language=language) for phase in Phase]
    return [
        *(turn_html(turn) + status_text(turn) for turn in (*turns, *unfinished)),
        *(
            welcome(readiness, language)
            for readiness in (Readiness(), Readiness(overview), Readiness(Overview(overview.info)))
        ),
        banner(language),
        panels(language),
    ]


@pytest.mark.parametrize("language", CATALOGUES)
def test_nothing_of_a_page_stays_english(language: str) -> None:
    """Words that stand in an English page, and in no translation, are met in no page of that language."""
    said = " ".join(CATALOGUES[language].values())
    words = {word for text in TEXTS for word in re.findall(r"[A-Za-z]{4,}", re.sub(r"\{\w+\}", "", text))}
    ours = " Why Half rained snowed onerror alert small It Did Rain English Markdown JSON HTML pincite "
    english = {word for word in words if not re.search(rf"\b{word}\b", said + ours)}
    assert len(english) > 150
    for page in pages_in(language):
        text = text_of(page)
        assert {word for word in english if re.search(rf"\b{word}\b", text)} == set(), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_makes_markup_of_text(language: str) -> None:
    for page in pages_in(language):
        assert "<img" not in page
    tags = [re.findall(r"<[a-z][^<>]*>", "".join(pages_in(spoken))) for spoken in (language, "en")]
    assert len(tags[0]) == len(tags[1])


def test_a_library_in_spanish() -> None:
    records = tuple(DocumentRecord(f"T{n}", f"T{n}", f"T{n}", f"{2000 + n}-01-01", "") for n in range(1200))
    line = re.sub(r"<[^<>]+>", "", library_line(Overview(LibraryInfo(1, 1200, 1, "e"), records), "es"))
    assert line == "Esta biblioteca contiene 1.200 documentos, de 2000 a 3199: T0, T1, T2, T3 y 1.196 más."


def test_a_conversation_is_kept_in_no_language(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    kept.keep("o", "c", turn_in("de"))
    (turn,) = kept.turns("o", "c")
    assert turn.language == "en"
    assert turn.within == Selection(ids=("d",), since="2024-01-01")
    assert "Asked of: 1 document, from 1 January 2024" in turn_html(turn)


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("failure", sorted(FAILURES))
def test_a_failure_is_restated_with_its_values(language: str, failure: str) -> None:
    values = ["a (b): c.zip", "12", "x; y", "z"]
    assert restated(language, failure.format(*values)) == CATALOGUES[language][failure].format(*values)


def test_failures_are_known_by_all_that_stands_between_their_values() -> None:
    assert restated("de", "x: is damaged (a file in it is larger than stated); save it again").startswith(
        "x: ist beschädigt (eine Datei darin ist größer"
    )
    inner = "a.zip: b.txt: is empty; add a file with text in it"
    assert restated("tr", inner) == "a.zip: b.txt: boş; metin içeren bir dosya ekleyin"


@pytest.mark.parametrize("failure", ["", "{0}", "what nobody said", "x" * 10_000, ": " * 5_000, "(" * 1_000 + "; y"])
def test_what_is_no_failure_of_ours_stays_as_it_is(failure: str) -> None:
    assert restated("es", failure) == failure


def test_values_are_not_expanded() -> None:
    assert restated("de", "{1}{0}: is empty; add a file with text in it").startswith("{1}{0}: ist leer")
