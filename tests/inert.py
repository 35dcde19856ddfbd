"""What a browser would make of our HTML, and that it is nothing but ours."""

from __future__ import annotations

import re
from html.parser import HTMLParser

ALLOWED_TAGS = {
    *("a", "article", "blockquote", "button", "cite", "code", "details", "div", "h2", "h3", "h4", "li", "mark", "ol"),
    *("p", "section", "span", "strong", "summary", "sup", "ul"),
    *("dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"),
}
ALLOWED_ATTRIBUTES = {
    *("aria-busy", "aria-expanded", "aria-hidden", "aria-label", "aria-labelledby", "aria-live", "class", "data-copy"),
    *("data-pc", "data-phase", "data-question", "href", "id", "role", "tabindex", "type"),
    *("aria-pressed", "data-export", "data-good", "scope"),
    *("data-alone", "data-conversation", "data-document", "data-end", "data-number", "data-quote", "data-start"),
}
OUR_LINK = re.compile(r"#(src|ref)-\d+-\d+")

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</mark></blockquote><iframe src=//evil.test>",
    "<form action=//evil.test><input name=q></form>",
    "[click](javascript:alert(1)) ![i](http://evil.test/i.png) <http://evil.test>",
    "${alert(1)} {{alert(1)}} {{#each x}}{{this}}{{/each}} `${alert(1)}`",
    "<!--><img src=x onerror=alert(1)-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62; &amp;",
    "**<b>bold</b>** `<i>code</i>` [1](javascript:alert(1))",
    "\x00<scr\x00ipt>\x08\ud800\r\n\u2028\u202e",
    "<style>*{background:url(//evil.test)}</style>",
    "<a href='#src-1-1' onclick=alert(1)>1</a>",
]


class Page(HTMLParser):
    """What a browser would see: elements with attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that elements are nested properly."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """There are no comments of ours."""
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment

    def attributes(self, tag: str, name: str) -> list[str | None]:
        """Return the values of an attribute over all elements ``tag`` that have it."""
        return [attributes[name] for found, attributes in self.elements if found == tag and name in attributes]


def assert_inert(html: str) -> Page:
    """Fail unless ``html`` is well nested and made of our elements, attributes and links only."""
    page = Page(html)
    assert page.open == []
    assert {tag for tag, _ in page.elements} <= ALLOWED_TAGS
    assert {name for _, attributes in page.elements for name in attributes} <= ALLOWED_ATTRIBUTES
    assert all(OUR_LINK.fullmatch(str(href)) for href in page.attributes("a", "href"))
    assert not set("$`{}") & set(re.sub(r"&#\d+;", "", html))
    return page
