"""Markdown: parsed by markdown-it-py and read as the page that it makes; front matter comes first, a line a field."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.html import append_html
from index.text import one_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(
    r"\A(?:---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)|\+\+\+[ \t]*\n(?P<toml>.*?)\n\+\+\+[ \t]*(?:\n|\Z))",
    re.DOTALL,
)
_FIELD = re.compile(r"^[\"']?(?P<key>[^\s:=#\"'\-][^:=\n]*?)[\"']?[ \t]*[:=](?:[ \t]+(?P<value>.*)|[ \t]*)$")
_DEEPEST = 100
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_KNOWN = _VOID | frozenset(
    "a abbr acronym address article aside audio b bdi bdo big blockquote body button canvas caption center cite code "
    "colgroup data datalist dd del details dfn dialog div dl dt em fieldset figcaption figure font footer form h1 h2 "
    "h3 h4 h5 h6 head header hgroup html i iframe ins kbd label legend li main map mark math menu meter nav noscript "
    "object ol optgroup option output p picture pre progress q rp rt ruby s samp script search section select small "
    "span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr tt u "
    "ul var "
    "video".split()
)
_SWALLOWING = frozenset(
    "audio canvas datalist dialog head iframe math noscript object script select style svg template textarea title "
    "video".split()
)
"""What stands in them is not read as text, so one that never ends would take the rest of the page."""
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w:.-]*)")


def read_markdown(text: str) -> Extracted:
    """Read Markdown with tables, footnotes, struck-out text and raw HTML; marks of emphasis and targets of links go."""
    builder = TextBuilder()
    front = _FRONT_MATTER.match(text)
    fields = list(_fields(front["yaml"] or front["toml"] or "")) if front else []
    if fields:
        builder.part("front matter", "front_matter")
        for key, value in fields:
            builder.block(f"{key}: {value}".rstrip(), between="\n")
        builder.end_part()
    append_markdown(text[front.end() :] if front else text, builder)
    stated = {key.lower(): value for key, value in fields if value}
    return builder.extracted(title=stated.get("title"), date=parse_date(stated.get("date", "")))


def append_markdown(text: str, builder: TextBuilder) -> None:
    """Append Markdown without front matter to ``builder``."""
    append_html(_html(text), builder)


def _fields(front: str) -> Iterator[tuple[str, str]]:
    """Yield the fields of front matter; lists and nested fields go on the line of the field that they belong to."""
    key, values = "", list[str]()
    for line in front.split("\n"):
        match = _FIELD.match(line.rstrip())
        if match is None:
            values += filter(None, [_bare(line.strip().removeprefix("- "))])
            continue
        if key or values:
            yield key, ", ".join(values)
        key, values = match["key"], list(filter(None, [_bare(match["value"] or "")]))
    if key or values:
        yield key, ", ".join(values)


def _bare(value: str) -> str:
    """Return a value without its quotes, a list without its brackets."""
    value = value.strip()
    if value in ("|", ">", "|-", ">-", "-"):
        return ""
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(filter(None, (_bare(item) for item in value[1:-1].split(","))))
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace('\\"', '"')
    return value


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"breaks": True, "maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    # footnotes stand where they are referred to, and those that are not are kept
    return parser.use(footnote_plugin).disable(["footnote_tail", "footnote_inline"])


def _html(text: str) -> str:
    parser = _parser()
    env: MutableMapping[str, Any] = {}
    tokens = _with_notes_below(_with_all_cells(parser.parse(text, env), text.split("\n"), env))
    _mend_html(tokens)
    for token in tokens:
        for inner in token.children or [token]:
            if inner.type == "footnote_ref":
                inner.type, inner.content = "text", f"[{inner.meta['label']}]"
            elif inner.type == "fence" and len(words := inner.info.split(maxsplit=1)) == 2:
                inner.info = words[0]
                inner.type = "html_block"
                inner.content = f"<p>{escape(words[1])}</p><pre>{escape(inner.content)}</pre>"
    return str(parser.renderer.render(tokens, parser.options, env)) + _unused_references(tokens, env)


def _with_all_cells(tokens: Sequence[Token], lines: Sequence[str], env: MutableMapping[str, Any]) -> list[Token]:
    """Add the cells of rows that are longer than their table's header, which the parser leaves out."""
    from markdown_it.token import Token

    whole: list[Token] = []
    line, count = 0, 0
    for token in tokens:
        if token.type == "tr_open" and token.map:
            line, count = token.map[0], 0
        count += token.type in ("td_open", "th_open")
        if token.type == "tr_close" and line < len(lines):
            row = lines[line].strip().removeprefix("|")
            for cell in re.split(r"(?<!\\)\|", row)[count:] if len(row) < 100_000 else ():
                if cell.strip():
                    whole += [
                        Token("td_open", "td", 1),
                        *_parser().parseInline(cell.strip(), env),
                        Token("td_close", "td", -1),
                    ]
        whole.append(token)
    return whole


def _with_notes_below(tokens: Sequence[Token]) -> list[Token]:
    """Move each footnote below the block that refers to it first; the label goes before its text."""
    notes: dict[str, list[Token]] = {}
    rest: list[Token] = []
    label = None
    for token in tokens:
        if token.type == "footnote_reference_open":
            label = str(token.meta["label"])
            key = label if label not in notes else f"{label}\n{len(notes)}"
            notes[key] = []
            rest.append(token)
            token.meta["key"] = key
        elif token.type == "footnote_reference_close":
            label = None
        elif label is not None:
            notes[key].append(token)
        else:
            rest.append(token)
    placed: list[Token] = []
    pending: list[str] = []
    depth = 0
    for token in rest:
        if token.type == "footnote_reference_open":
            continue
        placed.append(token)
        pending += [str(child.meta["label"]) for child in token.children or [] if child.type == "footnote_ref"]
        depth += token.nesting
        if depth == 0 and pending:
            for name in dict.fromkeys(pending):
                placed += _labelled(notes.pop(name, []), name)
            pending = []
    for key in list(notes):
        placed += _labelled(notes.pop(key), key.partition("\n")[0])
    return placed


def _labelled(tokens: list[Token], label: str) -> list[Token]:
    from markdown_it.token import Token

    first = next((token for token in tokens if token.type == "inline"), None)
    if first is not None and first.children is not None:
        first.children.insert(0, Token("text", "", 0, content=f"[{label}] "))
    return tokens


def _mend_html(tokens: Sequence[Token]) -> None:
    """Make text of what looks like HTML and is none: ``List<String>``, ``<host>``, tags that never end."""
    blocks = [token for token in tokens if token.type == "html_block"]
    endings = [{match["name"].lower() for match in _TAG.finditer(token.content) if match["end"]} for token in blocks]
    later: set[str] = set()
    for token, ends in zip(reversed(blocks), reversed(endings), strict=True):
        later |= ends
        token.content = _mended_block(token.content, later)
    for token in tokens:
        if token.type == "inline":
            _mend_inline([child for child in token.children or [] if child.type == "html_inline"])


def _mended_block(html: str, ends: set[str]) -> str:
    start = html.lstrip()[:9].lower()
    is_comment = start.startswith("<!--")
    if (is_comment and "-->" not in html) or (
        start.startswith(("<?", "<!")) and not is_comment and start != "<!doctype"
    ):
        return f"<pre>{escape(html)}</pre>"

    def mend(match: re.Match[str]) -> str:
        name = match["name"].lower()
        is_text = not _is_tag(match["name"]) or (name in _SWALLOWING and not match["end"] and name not in ends)
        return "&lt;" + match[0][1:] if is_text else match[0]

    return html if is_comment else _TAG.sub(mend, html)


def _mend_inline(children: Sequence[Token]) -> None:
    """Keep the tags that have both ends in one paragraph, and those that need no end."""
    waiting: dict[str, list[Token]] = {}
    for child in children:
        match = _TAG.match(child.content)
        if match is None:
            if not child.content.startswith("<!--"):
                child.type = "text"
            continue
        name = match["name"].lower()
        if not _is_tag(match["name"]):
            child.type = "text"
        elif match["end"]:
            if waiting.get(name):
                waiting[name].pop()
            else:
                child.type = "text" if name != "a" else child.type
        elif name not in _VOID and not child.content.endswith("/>"):
            waiting.setdefault(name, []).append(child)
        elif name not in _VOID:
            child.content = child.content[:-2] + f"></{name}>"
    for name, lone in waiting.items():
        for child in lone:
            if name == "a":
                child.content = ""
            else:
                child.type = "text"


def _is_tag(name: str) -> bool:
    """Tell whether a name is one of HTML; ``<Button>`` is a component of a program."""
    return name.lower() in _KNOWN and (name.islower() or name.isupper()) and not (len(name) == 1 and name.isupper())


def _unused_references(tokens: Sequence[Token], env: MutableMapping[str, Any]) -> str:
    """Return the definitions of links that no link uses: lists of sources are written so."""
    used = {
        str(child.attrs.get("href") or child.attrs.get("src"))
        for token in tokens
        for child in token.children or []
        if child.type in ("link_open", "image")
    }
    return "".join(
        f"<p>{escape(one_line(' '.join((f'[{label}]:', found['href'], found.get('title') or ''))))}</p>"
        for label, found in env.get("references", {}).items()
        if found["href"] not in used
    )
