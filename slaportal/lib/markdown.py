"""Text that people write, as HTML that cannot act: Markdown without HTML, then an allow-list.

The text is stored as it was written and cleaned each time it is shown, so that a better cleaner also cleans the past.
"""

from typing import Final

import nh3
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

MAX_CHARACTERS: Final = 50_000
MAX_NESTING: Final = 12
MAX_LINE_MARKS: Final = 200

TAGS: Final = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES: Final = {"http", "https", "mailto"}

_parser = (
    MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "maxNesting": MAX_NESTING})
    .enable(["linkify", "table", "strikethrough"])
    # Pictures would tell their server who reads; the portal has attachments for them.
    .disable("image")
)


def to_html(text: str) -> SafeString:
    """Return `text` as safe HTML; too long, too deep or too tangled text as plain paragraphs."""
    if len(text) > MAX_CHARACTERS or _tangled(text):
        return _plain(text)
    tokens = _parser.parse(text)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        return _plain(text)  # the parser drops what lies deeper; a message must not lose words
    html = _parser.renderer.render(tokens, _parser.options, {})
    # Headings of a message stay below those of the page around it.
    html = (
        html.replace("<h1>", "<h3>")
        .replace("</h1>", "</h3>")
        .replace("<h2>", "<h4>")
        .replace("</h2>", "</h4>")
    )
    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(cleaned)  # noqa: S308 - cleaned by the allow-list above


def _plain(text: str) -> SafeString:
    return mark_safe(linebreaks(escape(text)))  # noqa: S308 - escaped in the same breath


def _tangled(text: str) -> bool:
    """Whether one line holds so many marks that a parser could be kept busy with it."""
    return any(sum(line.count(mark) for mark in "*_[]`~>|!") > MAX_LINE_MARKS for line in text.splitlines())
