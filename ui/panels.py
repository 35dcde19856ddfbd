"""The parts of the page that open over it: conversations, documents, one document, settings. Static markup.

What they show is fetched and filled in by ``assets/``; text is put there as text, never as markup.
"""

from __future__ import annotations

from ui.markup import escape
from ui.wishes import MOST_SOURCES, models


def banner(*, for_others: bool = False) -> str:
    """Return the head of the page: what can be opened, and ``for_others`` a way out instead of evaluation."""
    last = '<a href="/evaluate/" target="_blank">Evaluate</a>'
    if for_others:
        last = '<button type="button" class="pc-tool" data-pc="leave">Log out</button>'
    return (
        '<div class="pc-banner"><h1>pincite</h1><p>Answers from your documents, with the exact place. '
        f'{last}</p><nav class="pc-tools" aria-label="Tools">'
        f"{_opener('pc-history', 'Conversations')}{_opener('pc-documents', 'Documents')}"
        f"{_opener('pc-settings', 'Settings')}"
        '<details class="pc-export"><summary>Export</summary><div>'
        '<button type="button" class="pc-button" data-pc="save" data-kind="md">Markdown</button>'
        '<button type="button" class="pc-button" data-pc="save" data-kind="json">JSON</button>'
        '<button type="button" class="pc-button" data-pc="save" data-kind="html">HTML</button>'
        "</div></details></nav></div>"
    )


def _opener(name: str, label: str) -> str:
    return (
        f'<button type="button" class="pc-tool" data-pc="panel" data-panel="{name}" aria-haspopup="dialog">'
        f"{label}</button>"
    )


def panels() -> str:
    """Return the panels, closed."""
    return _history() + _documents() + _reader() + _settings()


def _panel(name: str, title: str, body: str, style: str = "") -> str:
    return (
        f'<dialog id="{name}" class="pc-panel {style}" aria-labelledby="{name}-title"><div class="pc-panel-head">'
        f'<h2 id="{name}-title">{title}</h2>'
        '<button type="button" class="pc-close" data-pc="close" aria-label="Close">×</button></div>'
        f'<div class="pc-panel-body">{body}</div></dialog>'
    )


def _history() -> str:
    return _panel(
        "pc-history",
        "Conversations",
        '<p class="pc-meta">Kept on this machine, for this browser.</p>'
        '<input type="search" class="pc-field" id="pc-history-words" placeholder="Search what was said" '
        'aria-label="Search conversations" autocomplete="off">'
        '<p class="pc-panel-note" role="status"></p><ul class="pc-rows" id="pc-history-rows"></ul>'
        '<p class="pc-actions"><button type="button" class="pc-button" data-pc="forget-all">Delete all</button></p>',
        "pc-drawer",
    )


def _documents() -> str:
    return _panel(
        "pc-documents",
        "Documents",
        '<label class="pc-drop" id="pc-drop"><input type="file" id="pc-files" multiple>'
        "<strong>Add files</strong> <span>or drop them here. They stay on this machine.</span></label>"
        '<ul class="pc-rows pc-uploads" id="pc-uploads" aria-live="polite"></ul>'
        '<input type="search" class="pc-field" id="pc-documents-words" aria-label="Filter documents" '
        'placeholder="Filter by title, file, date or #tag" autocomplete="off">'
        '<p class="pc-panel-note" role="status"></p><ul class="pc-rows" id="pc-documents-rows"></ul>'
        '<p class="pc-actions">'
        '<button type="button" class="pc-button" data-pc="more-documents" hidden>Show more</button></p>',
    )


def _reader() -> str:
    return _panel(
        "pc-reader",
        "Document",
        '<p class="pc-meta" id="pc-reader-meta"></p><p class="pc-panel-note" role="status"></p>'
        '<div id="pc-reader-text" tabindex="0" role="region" aria-label="Text of the document"></div>',
        "pc-wide",
    )


def _settings() -> str:
    names = [(model["name"], model["name"]) for model in models()]
    sources = [(str(number), str(number)) for number in range(1, MOST_SOURCES + 1)]
    cautions = [
        ("helpful", "Helpful: answers when it is likely"),
        ("balanced", "Balanced"),
        ("strict", "Strict: declines unless it is nearly sure"),
    ]
    return _panel(
        "pc-settings",
        "Settings",
        _choice("caution", "How sure must it be?", [("", "As the server was started"), *cautions])
        + _choice("style", "Answers", [("", "In sentences"), ("short", "As short as possible")])
        + _choice("sources", "Passages read at most", [("", "5 (usual)"), *sources], "More takes longer to read.")
        + _choice("model", "Language model", [("", "As the server was started"), *names], "Those on this machine.")
        + '<p class="pc-meta">Kept in this browser; they hold from the next question on.</p>',
    )


def _choice(name: str, label: str, options: list[tuple[str, str]], hint: str = "") -> str:
    items = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options)
    said = f' <span class="pc-meta">{hint}</span>' if hint else ""
    return (
        f'<p class="pc-setting"><label for="pc-set-{name}">{label}</label>{said}'
        f'<select id="pc-set-{name}" class="pc-field" data-setting="{name}">{items}</select></p>'
    )
