"""The vendor's own words: safe placeholders, editions that are kept, and a look before they are in force."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from slaportal.accounts.models import User
from slaportal.lib.refusal import Refused
from slaportal.notifications import kinds, placeholders, rendering, selectors, services
from slaportal.notifications.models import Message, TemplateVersion
from tests.notifications.people import FULL, NOW, make_person, owe

WORDS = {
    "topic": "we have it",
    "happened": "{who} sent us {issue}.",
    "ask": "Wait[ until {answer_by}].",
    "button": "Look",
}
EDITABLE = [kind.key for kind in kinds.KINDS.values() if not kind.own]


def save(**changes: str) -> TemplateVersion:
    return services.save_version(
        kind="issue-received", language="en", blocks={**WORDS, **changes}, by=None, now=NOW
    )


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("{title} at {level}", {"title": "A", "level": "High"}, "A at High"),
        ("{title}[ by {answer_by}].", {"title": "A"}, "A."),
        ("{title}[ by {answer_by}].", {"title": "A", "answer_by": "noon"}, "A by noon."),
        ("By {answer_by}.", {}, "By –."),
        ("{title}", {"title": "{level} [x {level}]"}, "{level} [x {level}]"),
        ("{title}", {"title": "%s {0} {0.__class__}"}, "%s {0} {0.__class__}"),
    ],
)
def test_values_are_put_in_once_and_never_looked_at_again(
    text: str, values: dict[str, str], filled: str
) -> None:
    placeholders.check(text)
    assert placeholders.fill(text, values) == filled


@pytest.mark.parametrize(
    "text",
    [
        "{password}", "{title.__class__}", "{0}", "{}", "{title!r}", "{title:>9}", "{{title}}", "{ title }",
        "{title", "title}", "[no placeholder]", "[{title}", "{title}]", "[a [{title}]]",
    ],
)  # fmt: skip
def test_anything_but_a_known_placeholder_is_refused(text: str) -> None:
    with pytest.raises(placeholders.WordsError):
        placeholders.check(text)


def test_an_unknown_placeholder_is_answered_with_the_known_ones(db: None) -> None:
    with pytest.raises(Refused, match=r"\{secret\} is not known\. Known are: .*\{answer_by\}"):
        save(happened="{secret}")
    assert not TemplateVersion.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"topic": ""}, {"happened": " \n"}, {"topic": "x" * 121}, {"why": "x" * 601}]
)
def test_words_that_are_missing_or_too_long_are_refused(db: None, changes: dict[str, str]) -> None:
    with pytest.raises(Refused):
        save(**changes)


@pytest.mark.parametrize(
    ("kind", "language"), [("digest", "en"), ("unheard-of", "en"), ("comment-added", "fr")]
)
def test_there_are_words_only_for_what_is_told_and_read(db: None, kind: str, language: str) -> None:
    with pytest.raises(Refused):
        services.save_version(kind=kind, language=language, blocks=WORDS, by=None, now=NOW)


def test_words_in_force_are_sent_and_say_the_same_in_text_and_html(person: User) -> None:
    save(ask="Answer[ by {answer_by}], please; nothing but {title}.")
    owe(person)
    owe(make_person("uwe@client.example", language="de"))
    services.deliver(now=NOW)
    english, german = mail.outbox
    assert english.subject.endswith("– we have it")
    assert "Meera Nair (Protecto) sent us “Export of the <monthly> report fails”." in str(
        english.body
    ).replace("\n", " ")
    assert "Answer by Wed 25 Nov 2026, 17:00 CET" in str(english.body).replace("\n", " ")
    html = str(english.alternatives[0][0])  # type: ignore[union-attr]
    assert "nothing but Export of the &lt;monthly&gt; report fails" in html
    assert "we have it" not in german.subject


def test_markup_and_template_tags_in_words_are_only_words(person: User) -> None:
    save(ask="<script>alert(1)</script> % load x %")
    owe(person)
    services.deliver(now=NOW)
    html = str(mail.outbox[0].alternatives[0][0])  # type: ignore[union-attr]
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_line_break_in_words_cannot_add_a_header(db: None) -> None:
    made = save(topic="hello\r\nBcc: everybody@client.example")
    assert made.blocks["topic"] == "hello Bcc: everybody@client.example"


def test_editions_are_numbered_kept_and_one_is_in_force(db: None) -> None:
    first, second = save(), save(topic="again")
    first.refresh_from_db()
    assert (first.number, first.active, second.number, second.active) == (1, False, 2, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion.objects.filter(pk=first.pk).update(active=True)


def test_restoring_the_portals_words_keeps_the_editions(person: User) -> None:
    save()
    assert services.restore_default(kind="issue-received", language="en")
    assert not services.restore_default(kind="issue-received", language="en")
    owe(person)
    services.deliver(now=NOW)
    assert mail.outbox[0].subject.endswith("– received")
    assert TemplateVersion.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", EDITABLE)
def test_an_editor_begins_with_words_that_could_be_put_in_force(db: None, kind: str, language: str) -> None:
    words = rendering.standard_words(kinds.get(kind), language)
    services.save_version(kind=kind, language=language, blocks=words, by=None, now=NOW)
    mail = services.preview(kind=kind, language=language, context=FULL, timezone="UTC", blocks=words)
    assert "{" not in mail.subject + mail.text


def test_a_preview_shows_a_real_message_and_saves_and_sends_nothing(person: User) -> None:
    owe(person)
    example = selectors.example("comment-added", reference="ISS-7Q4K2M9D")
    assert example is not None
    mail_seen = services.preview(
        kind="comment-added", language="de", context=example.context, timezone="Europe/Berlin", blocks=WORDS
    )
    assert mail_seen.subject.startswith("[ISS-7Q4K2M9D Hoch]")
    assert not TemplateVersion.objects.exists()
    assert not mail.outbox


def test_a_test_goes_to_who_asks_and_to_nobody_else(person: User) -> None:
    owe(person)
    ada = make_person("ada@protecto.example", name="Ada")
    before = Message.objects.count()
    services.test_send(to=ada, kind="issue-received", language="en", context=FULL, blocks=WORDS, now=NOW)
    assert [sent.to for sent in mail.outbox] == [["Ada <ada@protecto.example>"]]
    assert mail.outbox[0].subject.startswith("[Test] [ISS-7Q4K2M9D High]")
    assert Message.objects.count() == before
