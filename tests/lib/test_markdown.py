"""Text of strangers becomes HTML that cannot act, and never loses its words."""

import time

import nh3
import pytest

from slaportal.lib.markdown import ATTRIBUTES, MAX_CHARACTERS, SCHEMES, TAGS, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "![x](https://tracker.example/pixel.png)",
    '<a href="https://a.example" onclick="alert(1)">x</a>',
    "<iframe src=https://a.example></iframe>",
    "<style>*{display:none}</style>",
    '<form action="/sign-out" method="post"><button>x</button></form>',
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "|<script>a</script>|b|\n|-|-|\n|<b onclick=1>|2|",
    "<math><mi//xlink:href='javascript:alert(1)'>",
    "<!--><script>alert(1)</script>-->",
    "\x00<script>alert(1)</script>",
    "[a]: javascript:alert(1)\n\n[a]",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_comes_through(text: str) -> None:
    html = str(to_html(text))
    # Cleaning twice changes nothing: what is left is inside the allow-list.
    assert (
        nh3.clean(
            html,
            tags=set(TAGS),
            attributes={k: set(v) for k, v in ATTRIBUTES.items()},
            url_schemes=set(SCHEMES),
            link_rel="nofollow noopener noreferrer",
        )
        == html
    )
    for danger in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<style",
        "<form",
        '="javascript',
        '="data',
        '="vbscript',
    ):
        assert danger not in html.lower()


def test_what_people_write_looks_as_they_meant() -> None:
    html = str(to_html("It **stops** at `E-1042`:\n\n1. open\n2. export\n\n> as seen\n\n~~wrong~~"))
    for part in ("<strong>stops</strong>", "<code>E-1042</code>", "<ol>", "<blockquote>", "<s>wrong</s>"):
        assert part in html


def test_a_line_break_stays_a_line_break() -> None:
    assert "<br" in to_html("one\ntwo")


def test_an_address_becomes_a_link_that_tells_nothing_about_us() -> None:
    html = to_html("see https://status.example/x?a=1&b=2")
    assert '<a href="https://status.example/x?a=1&amp;b=2" rel="nofollow noopener noreferrer">' in html


def test_headings_stay_below_those_of_the_page() -> None:
    html = to_html("# One\n\n## Two")
    assert "<h1>" not in html
    assert "<h2>" not in html
    assert "<h3>One</h3>" in html


@pytest.mark.parametrize(
    "text",
    [
        "> " * 200 + "the point",
        "\n".join("  " * depth + "- the point" for depth in range(60)),
        "*a" * 20_000 + " the point",
        "[" * 20_000 + "the point",
        "`" * 40_000 + "the point",
        "<" * 40_000 + "the point",
        "&" * 40_000 + "the point",
        "https://" * 5_000 + " the point",
        ("[a](" * 49 + "\n") * 200 + "the point",
        ("- " * 150 + "\n") * 150 + "the point",
        "the point " + "x" * MAX_CHARACTERS,
    ],
    ids=[
        "quotes",
        "lists",
        "stars",
        "brackets",
        "ticks",
        "angles",
        "ands",
        "links",
        "half links",
        "dashes",
        "long",
    ],
)
def test_a_bomb_costs_little_and_keeps_its_words(text: str) -> None:
    begin = time.process_time()
    html = to_html(text)
    assert "the point" in html
    assert time.process_time() - begin < 2
