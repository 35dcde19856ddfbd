"""Elements of HTML, one by one: what is hidden, what is no content, and what fields, pictures and formulas say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from index.text import one_line

Attributes = Mapping[str, str | None]

_NEVER_SEEN = frozenset(
    "script style template noscript head canvas datalist map area param source track col colgroup frame".split()
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])", re.IGNORECASE)
_OUT_OF_SIGHT = re.compile(
    r"(?:text-indent|(?<![-\w])(?:left|top|margin-left))\s*:\s*-\d{4,}|clip\s*:\s*rect\(\s*0(?:px)?[\s,]+0(?:px)?[\s,]+0",
    re.IGNORECASE,
)
_FONT_SIZE = re.compile(r"font(?:-size)?\s*:[^;]*?(?<![\w.#-])(?P<size>\d*\.?\d+)(?P<unit>[a-z%]*)", re.IGNORECASE)
_SMALL_PICTURE = 64
"""Pixels: a picture that is less wide or high is an icon."""
_SAYS_NOTHING = re.compile(
    r"(?:image|img|picture|photo|foto|bild|logo|icon|untitled|placeholder)?[\W\d_]*|\S+\.(?:jpe?g|png|gif|webp|svg|bmp)",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|csv|tsv|txt|zip|epub|ics|md)$", re.IGNORECASE)
_COOKIES = re.compile(
    r"(?:cookies?|consent|gdpr|ccpa)[-_]?(?:banner|bar|notice|consent|law|pop-?up|modal|overlay|message|dialog|alert|box|"
    r"wall|disclaimer|info|layer|container|wrapper|manager)|onetrust|cookiebot|didomi|usercentrics|cc-window|truste|"
    r"qc-cmp|sp_message",
    re.IGNORECASE,
)
_ADVERTS = frozenset(
    "ad ads advert advertisement advertising adsbygoogle ad-banner ad-box ad-container ad-slot ad-unit ad-wrapper "
    "ad_container ad_slot banner-ad google-ad sponsored-content".split()
)
AUDIO_VIDEO = re.compile(r"youtube|youtu\.be|vimeo|dailymotion|soundcloud|spotify|video|audio|podcast", re.IGNORECASE)
_PLAIN_RAISED = frozenset("st nd rd th er re e me es ème o a os as º ª r sm tm mc ® ™ © †".split())


class Aside(Enum):
    """Parts of a page that are not what it is about; the values are the labels of their places."""

    NAVIGATION = "navigation"
    COOKIES = "cookie notice"
    ADVERT = "advertisement"


def is_hidden(node: LexborNode, tag: str, attributes: Attributes) -> bool:
    """Tell whether an element is not seen, or only when a script or a click shows it."""
    if tag in _NEVER_SEEN or "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if tag == "dialog" and "open" not in attributes:
        return True
    style = attributes.get("style") or ""
    if not _HIDDEN_STYLE.search(style) and not _OUT_OF_SIGHT.search(style):
        return False
    # a formula that is shown as a picture has its text in a hidden twin
    child = next((child for child in node.iter()), None)
    return child is None or child.tag != "math"


def font_is_zero(style: str) -> bool | None:
    """Tell whether a style makes the font invisibly small; None where it does not set a size.

    Mail programs set no size around blocks that set their own, so it is the innermost size that counts.
    """
    match = _FONT_SIZE.search(style)
    if match is None:
        return None
    size = float(match["size"])
    if size and match["unit"].lower() in ("em", "%", "ex"):
        return None
    return size == 0 or (match["unit"].lower() in ("px", "pt") and size < 1)


def aside_kind(tag: str, attributes: Attributes) -> Aside | None:
    """Return which kind of thing beside the content an element seems to be."""
    if tag == "nav" or attributes.get("role") == "navigation":
        return Aside.NAVIGATION
    if tag not in ("div", "section", "aside", "form", "dialog", "ins", "iframe", "ul"):
        return None
    names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
    if _COOKIES.search(names):
        return Aside.COOKIES
    label = (attributes.get("aria-label") or "").strip().lower()
    if label in ("advertisement", "advert", "anzeige", "werbung") or not _ADVERTS.isdisjoint(names.lower().split()):
        return Aside.ADVERT
    return None


def heading_level(tag: str, attributes: Attributes) -> int | None:
    """Return the level of a heading, None for any other element."""
    if re.fullmatch(r"h[1-6]", tag):
        return int(tag[1])
    if (attributes.get("role") or "").lower() == "heading":
        level = attributes.get("aria-level") or "2"
        return min(int(level), 6) if re.fullmatch("[1-9]", level) else 2
    return None


def list_marker(number: int, style: str) -> str:
    """Return the number of a list's item as it is shown: ``3.``, ``c.`` or ``iii.``."""
    if style in ("a", "A") and number > 0:
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord(style) + rest) + letters
        return f"{letters}."
    if style in ("i", "I") and 0 < number < 4000:
        return (_roman(number) if style == "I" else _roman(number).lower()) + "."
    return f"{number}."


def _roman(number: int) -> str:
    values = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "M CM D CD C XC L XL X IX V IV I".split(),
        strict=True,
    )
    shown = ""
    for value, letters in values:
        count, number = divmod(number, value)
        shown += letters * count
    return shown


def raised(text: str, before: str) -> str:
    """Return superscript text: powers after ``^`` (``10^6`` is not 106), ordinals as they are, marks of notes apart."""
    bare = text.strip()
    if bare.lower().strip(".") in _PLAIN_RAISED or bare.startswith(("[", "(")) or not before.rstrip(" ").strip():
        return text
    if before[-1:].isspace() or len(bare) > 12 or (len(bare) > 1 and bare.isalpha()):
        return text
    return f"^{bare}"


def link_note(href: str, text: str) -> str:
    """Return what a link's target says that its text does not: a mail address, a phone number or a document's name."""
    scheme, _, rest = href.strip().partition(":")
    if scheme.lower() in ("mailto", "tel"):
        target = one_line(unquote(rest.partition("?")[0]))
        digits = _digits(target)
        is_known = target.lower() in text.lower() or bool(digits and digits[-6:] in _digits(text))
        return f" ({target})" if target and not is_known else ""
    try:
        name = one_line(PurePosixPath(unquote(urlsplit(href.strip()).path)).name)
    except ValueError:
        return ""
    return f" ({name})" if _DOCUMENT.search(name) and len(name) <= 100 and name.lower() not in text.lower() else ""


def _digits(text: str) -> str:
    return "" if "@" in text else re.sub(r"\D", "", text)


def form_value(node: LexborNode, tag: str, attributes: Attributes) -> str:
    """Return what is filled in: text, or ``[x]`` and ``[ ]`` for boxes; buttons give their label."""
    if tag == "textarea":
        return one_line(node.text())
    kind = (attributes.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return "[x]" if "checked" in attributes else "[ ]"
    if kind in ("hidden", "password", "image", "file", "color", "reset"):
        return ""
    return one_line(attributes.get("value") or "")


def select_text(node: LexborNode) -> str:
    """Return the chosen option of a list, and the others where there are few."""
    options = [(one_line(option.text()), "selected" in option.attributes) for option in node.css("option")]
    options = [(text, chosen) for text, chosen in options if text]
    chosen = [text for text, is_chosen in options if is_chosen]
    if not chosen and options and "multiple" not in node.attributes:
        chosen = [options[0][0]]
    shown = ", ".join(chosen)
    if 1 < len(options) <= 12:
        return f"{shown} (choices: {', '.join(text for text, _ in options)})".strip()
    return shown


def picture_text(attributes: Attributes) -> tuple[str, bool]:
    """Return what a picture's description says, and whether the picture may hold something that is not said."""
    alt = one_line(attributes.get("alt") or "")
    if _is_small(attributes):
        return (alt if len(alt) <= 60 else ""), False
    title = one_line(attributes.get("title") or "")
    if title and title.lower() not in alt.lower() and not _SAYS_NOTHING.fullmatch(title):
        alt = f"{alt} ({title})" if alt else title
    says_nothing = _SAYS_NOTHING.fullmatch(alt) is not None
    is_decorative = attributes.get("alt") == ""  # as the standard has it
    is_unread = says_nothing and not is_decorative and bool(attributes.get("src") or attributes.get("data-src"))
    text = f"[Picture: {alt.replace('[', '(').replace(']', ')')}]" if alt else ""
    return text, is_unread


def _is_small(attributes: Attributes) -> bool:
    style = attributes.get("style") or ""
    for side in ("width", "height"):
        stated = re.fullmatch(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*", attributes.get(side) or "")
        styled = re.search(rf"(?<![-\w]){side}\s*:\s*(\d{{1,5}})(?:\.\d+)?px", style)
        if any(match and int(match[1]) < _SMALL_PICTURE for match in (stated, styled)):
            return True
    return False


def svg_texts(node: LexborNode) -> list[str]:
    """Return the texts of a drawing; where it has none its title."""
    texts = [one_line(text.text(separator=" ")) for text in node.css("text")]
    texts = [text for text in texts if text]
    if texts:
        return texts
    label = one_line(node.attributes.get("aria-label") or "")
    is_picture = node.attributes.get("role") == "img" and not _is_small(node.attributes)
    return [f"Picture: {label}"] if label and is_picture else []


def formula(node: LexborNode) -> str:
    """Return a formula of MathML as text."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    from index.readers.mathml import linear

    source = re.sub(r"\s[\w-]+:[\w-]+=\"[^\"]*\"", "", (node.html or "").replace("&nbsp;", " "))
    try:
        return linear(fromstring(source)) or one_line(node.attributes.get("alttext") or "")
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return one_line(node.text(separator=" "))
