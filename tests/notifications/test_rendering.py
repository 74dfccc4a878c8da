"""Each mail says what happened, what to do by when, and where; the same in text and in HTML."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest

from slaportal.notifications import rendering
from slaportal.notifications.kinds import KINDS, Kind
from slaportal.notifications.templatetags.mail import fill
from tests.notifications.people import FULL

ALL = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
LANGUAGES = pytest.mark.parametrize("language", ["en", "de"])
LINK = "https://portal.example/issues/ISS-7Q4K2M9D"


class Words(HTMLParser):
    """The visible text of an HTML mail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"style", "title"}
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def words(text: str) -> list[str]:
    """The words of a text, without quotation marks of plain text and punctuation that differs."""
    return re.findall(r"[\w@/.&<>-]*\w", text)


def render(
    kind: Kind | str, context: dict[str, Any], *, zone: str = "Europe/Berlin", language: str = "en"
) -> rendering.Mail:
    """Render for somebody in `zone` who reads `language`."""
    reader = SimpleNamespace(language=language, timezone=zone)
    return rendering.render(KINDS[kind] if isinstance(kind, str) else kind, context=context, reader=reader)


@ALL
@LANGUAGES
def test_text_and_html_have_the_facts_the_deed_and_the_link(kind: Kind, language: str) -> None:
    mail = render(kind, FULL, zone="Asia/Kolkata", language=language)
    seen = " ".join("".join(Words(mail.html).parts).split())
    for body in (mail.text, seen):
        for fact in ("ISS-7Q4K2M9D", FULL["title"], "Northwind & Sons", LINK, "24 Nov 2026, 20:00 IST"):
            assert fact in body.replace("24. Nov", "24 Nov")
    assert f'href="{LINK}"' in mail.html
    assert mail.subject.startswith(
        tuple(f"[ISS-7Q4K2M9D {level}] Export of the <monthly> report fails – " for level in ("High", "Hoch"))
    )


@ALL
@LANGUAGES
@pytest.mark.parametrize(
    "context", [FULL, {}, {"reference": "ISS-7Q4K2M9D", "fyi": True}], ids=["full", "empty", "fyi"]
)
def test_text_and_html_say_the_same(kind: Kind, language: str, context: dict[str, Any]) -> None:
    mail = render(kind, context, language=language)
    text, html = words(mail.text), words("".join(Words(mail.html).parts))
    assert set(text) ^ set(html) <= set()


@ALL
@LANGUAGES
def test_no_fact_is_needed_to_render(kind: Kind, language: str) -> None:
    mail = render(kind, {}, language=language)
    assert mail.subject
    first, second = mail.text.split("\n\n")[:2]
    for sentence in (first, second):
        assert sentence.strip()
        assert "None" not in sentence
        assert not re.search(r" [.,;:]|\(\)|“”|\bby\s*[.,]", sentence), sentence
    assert "https://portal.example/" in mail.text
    assert "None" not in mail.html


@ALL
def test_a_kind_has_its_words_in_both_languages(kind: Kind) -> None:
    assert render(kind, FULL, language="de").text != render(kind, FULL, language="en").text


def test_another_language_is_answered_in_english() -> None:
    assert render("issue-received", FULL, language="fr-CH") == render("issue-received", FULL, language="en")


def test_times_are_the_readers() -> None:
    assert "Tue 24 Nov 2026, 15:30 CET" in render("issue-received", FULL).text.replace("\n", " ")
    assert "Tue 24 Nov 2026, 20:00 IST" in render("issue-received", FULL, zone="Asia/Kolkata").text.replace(
        "\n", " "
    )
    assert "Tue 24 Nov 2026, 18:30 UTC+04:00" in render(
        "issue-received", FULL, zone="Asia/Dubai"
    ).text.replace("\n", " ")
    assert "14:30 UTC" in render("issue-received", FULL, zone="Mars/Olympus").text.replace("\n", " ")


def test_control_characters_reach_no_header() -> None:
    assert render("issue-received", {"title": "a\x00b\x1b[31mc\r\nd"}).subject == "a b [31mc d – received"


def test_a_deadline_ahead_is_due_and_one_behind_was_due() -> None:
    ahead = render("deadline-warning", {**FULL, "detected_at": "2026-11-27T08:29:59+00:00"}).text
    behind = render("deadline-breached", {**FULL, "detected_at": "2026-11-27T08:30:00+00:00"}).text
    assert "\nDue: Fri 27 Nov 2026, 09:30 CET" in ahead
    assert "Noticed:" not in ahead
    assert "\nWas due: Fri 27 Nov 2026, 09:30 CET\nNoticed: Fri 27 Nov 2026, 09:30 CET" in behind


def test_labels_are_in_the_readers_language() -> None:
    context = {**FULL, "step": "75 % of the time used", "percent": None}
    text = render("deadline-warning", context, language="de").text.replace("sind\num", "sind um")
    assert "75 % der Zeit sind um" in text
    assert "Einstufung: Hoch" in text
    assert "Di, 24. Nov 2026, 15:30 CET" in text


def test_what_people_wrote_is_shown_and_not_run() -> None:
    html = render("comment-added", {**FULL, "text": "<script>alert(1)</script>{{ vendor }}"}).html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "{{ vendor }}" in html


def test_html_loads_nothing_from_anywhere() -> None:
    for kind in KINDS.values():
        html = render(kind, FULL).html
        assert not re.search(r"<(img|link|script|iframe|object)\b|url\(|@import", html)
        assert set(re.findall(r"https?://[^\s\"'<]+", html)) == {LINK}


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "https://evil.example/", "javascript:alert(1)", None, 7]
)
def test_a_link_leads_to_the_portal_only(path: object) -> None:
    mail = render("issue-received", {**FULL, "url": path})
    assert 'href="https://portal.example/"' in mail.html
    assert "evil" not in mail.html


def test_a_reader_who_only_looks_on_is_told_there_is_nothing_to_do() -> None:
    mail = render("classification-countered", {**FULL, "fyi": True})
    assert "there is nothing for you to do" in mail.text.lower()
    assert "Agree or say" not in mail.text


def test_a_long_message_is_cut() -> None:
    mail = render("comment-added", {**FULL, "text": "word " * 5000})
    assert len(mail.text) < 4000
    assert "…" in mail.text


def test_a_long_title_leaves_room_for_the_purpose_of_the_mail() -> None:
    subject = render("issue-resolved", {**FULL, "title": "x" * 200}).subject
    assert len(subject) < 140
    assert subject.endswith("… – resolved, please confirm")


def test_lines_of_the_text_are_short_except_for_addresses() -> None:
    for kind in KINDS.values():
        for line in render(kind, FULL).text.splitlines():
            assert len(line) <= 100
    assert fill("x" * 200) == "x" * 200
