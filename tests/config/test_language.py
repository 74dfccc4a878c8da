"""German: complete, compiled, on the pages, and never in what is kept."""

import ast
import gettext
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from slaportal.accounts.models import Membership
from slaportal.issues.services import classification, waiting, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, report

SignIn = Callable[[Membership], Client]
FOLDER = Path(settings.BASE_DIR) / "locale" / "de" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)\d*[sd]|\{\w+\}")
FIELD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")')
# Words that no German page of ours has; the stories of the tests themselves are English and name none of them.
CANARIES = (
    "Sign in",
    "Password",
    "Skip to content",
    "Report an issue",
    "Next deadline",
    "Waiting on",
    "Criticality",
    "Conversation",
    "History",
    "Resolve in",
    "Respond in",
    "Clocks run",
    "provisional",
    "What happens next",
    "reported the issue",
    "Medium",
)


def entries() -> list[dict[str, str]]:
    """Every entry of django.po but its header, as keyword → text; `flags` holds the comment line of marks."""
    found = []
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n"):
        entry: dict[str, str] = {"flags": ""}
        last = ""
        for line in block.splitlines():
            if line.startswith("#"):
                entry["flags"] += line if line.startswith("#,") else ""
            elif match := FIELD.fullmatch(line):
                last = match[1]
                entry[last] = ast.literal_eval(match[2])
            else:
                entry[last] += ast.literal_eval(line)
        if entry.get("msgid"):
            found.append(entry)
    return found


def translations(entry: dict[str, str]) -> list[str]:
    return [text for key, text in entry.items() if key.startswith("msgstr")]


def test_every_entry_is_translated() -> None:
    bare = [one["msgid"] for one in entries() if "fuzzy" in one["flags"] or not all(translations(one))]
    assert not bare, f"Translate these in locale/de, then `make messages`: {bare}"


def test_translations_keep_every_placeholder() -> None:
    for one in entries():
        wanted = set(PLACEHOLDER.findall(one.get("msgid_plural", one["msgid"])))
        texts = translations(one)
        # The singular may leave the number out: “ein Vorgang”.
        assert set(PLACEHOLDER.findall(texts[-1])) == wanted, one["msgid"]
        assert set(PLACEHOLDER.findall(texts[0])) <= wanted, one["msgid"]


def test_the_compiled_words_are_those_of_the_source() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = cast("dict[Any, str]", vars(gettext.GNUTranslations(file))["_catalog"])
    written: dict[Any, str] = {}
    for one in entries():
        context = f"{one['msgctxt']}\x04" if "msgctxt" in one else ""
        for number, text in enumerate(translations(one)):
            key = context + one["msgid"]
            written[(key, number) if "msgid_plural" in one else key] = text
    assert {key: text for key, text in compiled.items() if key} == written, "Run `make messages`."


def visible(client: Client, address: str) -> str:
    """Return the words of a page: no tags, no scripts."""
    response = client.get(address, headers={"accept-language": "de"})
    assert response.status_code == 200
    page = response.content.decode()
    return re.sub(r"<(script|style|template)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)


def in_german(member: Membership) -> Membership:
    member.user.language = "de"
    member.user.save(update_fields=["language"])
    return member


@pytest.mark.django_db
def test_the_sign_in_page_is_german() -> None:
    words = visible(Client(), reverse("accounts:sign-in"))
    assert "Anmelden" in words
    assert [one for one in CANARIES if one in words] == []


@pytest.mark.parametrize("who", ["alice", "sam"])
@pytest.mark.parametrize("address", ["/", "/?tab=all", "/issues/{}", "/issues/{}/explain"])
def test_pages_have_no_english_leftovers(world: World, client_for: SignIn, who: str, address: str) -> None:
    issue = report(world.alice)
    words = visible(client_for(in_german(getattr(world, who))), address.format(issue.reference))
    assert [one for one in CANARIES if one in words] == []


@pytest.mark.django_db
def test_a_refusal_speaks_the_language_of_the_person(world: World) -> None:
    issue = report(world.alice)
    with translation.override("de"), pytest.raises(Refused, match="Sagen Sie, worauf Sie warten"):
        waiting.wait(issue=issue, on="client", reason="", actor=world.sam, now=MONDAY + HOUR)


def kept(world: World, language: str) -> list[Any]:
    """Do the same acts in `language`; return what ledger and letterbox keep, without row numbers."""
    with translation.override(language):
        issue = report(world.alice)
        later = MONDAY + HOUR
        classification.counter(issue=issue, level="low", reason="One person", actor=world.sam, now=later)
        work.progress(issue=issue, stage="fixing", percent=40, actor=world.sam, now=later)
        waiting.wait(issue=issue, on="client", reason="Logs", actor=world.sam, now=later)
    recorded = Event.objects.filter(subject=issue.reference).order_by("pk")
    events = [json.loads(one.payload)["data"] for one in recorded]
    contexts = [
        one.context for one in Message.objects.filter(subject_reference=issue.reference).order_by("pk")
    ]
    own = ("reference", "url")
    return [
        {key: value for key, value in one.items() if key not in own and type(value) is not int}
        for one in [*events, *contexts]
    ]


@pytest.mark.django_db
def test_what_a_german_does_is_kept_in_the_same_words(world: World) -> None:
    assert kept(world, "de") == kept(world, "en")
