"""The parts of the page that open over it: conversations, documents, one document, settings. Static markup.

What they show is fetched and filled in by ``assets/``; text is put there as text, never as markup.
"""

from __future__ import annotations

from ui.markup import escape
from ui.wishes import MOST_SOURCES, models
from ui.words import ENGLISH, LANGUAGES, say


def banner(language: str = ENGLISH, *, for_others: bool = False) -> str:
    """Return the head of the page: what can be opened, and ``for_others`` a way out instead of evaluation."""
    last = f'<a href="/evaluate/" target="_blank">{say(language, "Evaluate")}</a>'
    if for_others:
        last = f'<button type="button" class="pc-tool" data-pc="leave">{say(language, "Log out")}</button>'
    openers = (
        _opener("pc-history", say(language, "Conversations")),
        _opener("pc-documents", say(language, "Documents")),
        _opener("pc-settings", say(language, "Settings")),
    )
    promise = say(language, "Answers from your documents, with the exact place.")
    return (
        f'<div class="pc-banner"><h1>pincite</h1><p>{promise} {last}</p>'
        f'<nav class="pc-tools" aria-label="{say(language, "Tools")}">{"".join(openers)}'
        f'<details class="pc-export"><summary>{say(language, "Export")}</summary><div>'
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


def panels(language: str = ENGLISH) -> str:
    """Return the panels, closed."""
    return _history(language) + _documents(language) + _reader(language) + _settings(language)


def _panel(language: str, name: str, title: str, body: str, style: str = "") -> str:
    return (
        f'<dialog id="{name}" class="pc-panel {style}" aria-labelledby="{name}-title"><div class="pc-panel-head">'
        f'<h2 id="{name}-title">{title}</h2>'
        f'<button type="button" class="pc-close" data-pc="close" aria-label="{say(language, "Close")}">×</button></div>'
        f'<div class="pc-panel-body">{body}</div></dialog>'
    )


def _history(language: str) -> str:
    body = (
        f'<p class="pc-meta">{say(language, "Kept on this machine, for this browser.")}</p>'
        '<input type="search" class="pc-field" id="pc-history-words" '
        f'placeholder="{say(language, "Search what was said")}" '
        f'aria-label="{say(language, "Search conversations")}" autocomplete="off">'
        '<p class="pc-panel-note" role="status"></p><ul class="pc-rows" id="pc-history-rows"></ul>'
        '<p class="pc-actions"><button type="button" class="pc-button" data-pc="forget-all">'
        f"{say(language, 'Delete all')}</button></p>"
    )
    return _panel(language, "pc-history", say(language, "Conversations"), body, "pc-drawer")


def _documents(language: str) -> str:
    body = (
        '<div id="pc-libraries" hidden><p class="pc-setting">'
        f'<label for="pc-set-library">{say(language, "Library")}</label><select id="pc-set-library" class="pc-field" '
        f'data-new="{say(language, "New library…")}"></select></p>'
        f'<form id="pc-new-library" class="pc-edit" hidden><input class="pc-field" maxlength="64" required '
        f'aria-label="{say(language, "Name of the new library")}" '
        f'placeholder="{say(language, "Name of the new library")}">'
        f'<button class="pc-button">{say(language, "Make it")}</button></form></div>'
        '<label class="pc-drop" id="pc-drop"><input type="file" id="pc-files" multiple>'
        f"<strong>{say(language, 'Add files')}</strong> "
        f"<span>{say(language, 'or drop them here. They stay on this machine.')}</span></label>"
        '<ul class="pc-rows pc-uploads" id="pc-uploads" aria-live="polite"></ul>'
        '<input type="search" class="pc-field" id="pc-documents-words" '
        f'aria-label="{say(language, "Filter documents")}" '
        f'placeholder="{say(language, "Filter by title, file, date or #tag")}" autocomplete="off">'
        '<p class="pc-panel-note" role="status"></p><ul class="pc-rows" id="pc-documents-rows"></ul>'
        '<p class="pc-actions"><button type="button" class="pc-button" data-pc="more-documents" hidden>'
        f"{say(language, 'Show more')}</button></p>"
    )
    return _panel(language, "pc-documents", say(language, "Documents"), body)


def _reader(language: str) -> str:
    body = (
        '<p class="pc-meta" id="pc-reader-meta"></p><p class="pc-panel-note" role="status"></p>'
        '<div id="pc-reader-text" tabindex="0" role="region" '
        f'aria-label="{say(language, "Text of the document")}"></div>'
    )
    return _panel(language, "pc-reader", say(language, "Document"), body, "pc-wide")


def _settings(language: str) -> str:
    names = [(model["name"], model["name"]) for model in models()]
    usual = ("", say(language, "{n} (usual)", n=5))
    sources = [usual, *((str(number), str(number)) for number in range(1, MOST_SOURCES + 1))]
    started = ("", say(language, "As the server was started"))
    cautions = [
        started,
        ("helpful", say(language, "Helpful: answers when it is likely")),
        ("balanced", say(language, "Balanced")),
        ("strict", say(language, "Strict: declines unless it is nearly sure")),
    ]
    styles = [("", say(language, "In sentences")), ("short", say(language, "As short as possible"))]
    languages = [("", say(language, "As the browser says")), *LANGUAGES.items()]
    slower, here = say(language, "More takes longer to read."), say(language, "Those on this machine.")
    choices = (
        _choice("caution", say(language, "How sure must it be?"), cautions),
        _choice("style", say(language, "Answers"), styles),
        _choice("sources", say(language, "Passages read at most"), sources, slower),
        _choice("model", say(language, "Language model"), [started, *names], here),
        f'<p class="pc-meta">{say(language, "Kept in this browser; they hold from the next question on.")}</p>',
        _choice("language", say(language, "Language of this page"), languages, kind="data-language"),
    )
    return _panel(language, "pc-settings", say(language, "Settings"), "".join(choices))


def _choice(
    name: str, label: str, options: list[tuple[str, str]], hint: str = "", *, kind: str = "data-setting"
) -> str:
    items = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options)
    said = f' <span class="pc-meta">{hint}</span>' if hint else ""
    return (
        f'<p class="pc-setting"><label for="pc-set-{name}">{label}</label>{said}'
        f'<select id="pc-set-{name}" class="pc-field" {kind}="{name}">{items}</select></p>'
    )
