"""The words of messages in the admin: who may, and edit, look, try, put in force, restore."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.notifications.models import Message, TemplateVersion
from tests.notifications.people import owe

LIST = reverse("admin:notifications_templateversion_changelist")
WORDS = reverse("admin:notifications_templateversion_words", args=["comment-added", "en"])
SignIn = Callable[[Membership], Client]
BLOCKS = {"topic": "a word for you", "happened": "{who} wrote about {issue}.", "ask": "Please read it."}


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("lena", 200), ("sam", 404), ("vera", 404)])
def test_leads_and_administrators_edit_words_and_nobody_else(
    client_for: SignIn, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    client = client_for(request.getfixturevalue(who))
    assert client.get(LIST).status_code == status
    assert client.get(WORDS).status_code == status
    client.post(WORDS, {**BLOCKS, "save": "1"})
    assert TemplateVersion.objects.exists() == (status == 200)


def test_clients_do_not_reach_the_page(client_for: SignIn, alice: Membership) -> None:
    assert client_for(alice).get(WORDS).status_code in (302, 403, 404)


def test_the_page_begins_with_the_portals_words_and_a_preview_of_a_real_issue(
    client_for: SignIn, ada: Membership, alice: Membership
) -> None:
    owe(alice.user)
    page = client_for(ada).get(WORDS).content.decode()
    assert "{who} wrote about {issue}." in page
    assert "srcdoc" in page
    looked = (
        client_for(ada).post(WORDS, {**BLOCKS, "look": "1", "reference": "iss-7q4k2m9d"}).content.decode()
    )
    assert "Export of the &lt;monthly&gt; report fails – a word for you" in looked
    assert not TemplateVersion.objects.exists()


def test_words_are_put_in_force_brought_back_and_given_up(client_for: SignIn, ada: Membership) -> None:
    client = client_for(ada)
    client.post(WORDS, {**BLOCKS, "save": "1"})
    client.post(WORDS, {**BLOCKS, "topic": "another word", "save": "1"})
    assert "version 2" in client.get(LIST).content.decode()
    assert 'value="a word for you"' in client.get(f"{WORDS}?version=1").content.decode()
    made = TemplateVersion.objects.get(number=2)
    assert (made.active, made.by) == (True, ada.user)
    client.post(WORDS, {"restore": "1"})
    assert not TemplateVersion.objects.filter(active=True).exists()


def test_a_placeholder_that_is_not_known_is_told_with_everything_that_was_typed(
    client_for: SignIn, ada: Membership
) -> None:
    page = client_for(ada).post(WORDS, {**BLOCKS, "ask": "Ask {password}.", "save": "1"}).content.decode()
    assert "{password} is not known" in page
    assert "a word for you" in page
    assert not TemplateVersion.objects.exists()


def test_a_test_comes_to_the_one_who_edits(client_for: SignIn, ada: Membership) -> None:
    page = client_for(ada).post(WORDS, {**BLOCKS, "send": "1"}).content.decode()
    assert "Sent to" in page
    assert [sent.to for sent in mail.outbox] == [[f"{ada.user.name} <{ada.user.email}>"]]
    assert mail.outbox[0].subject.startswith("[Test] ")


def test_an_issue_that_nobody_was_told_about_is_said(client_for: SignIn, ada: Membership) -> None:
    page = client_for(ada).post(WORDS, {**BLOCKS, "look": "1", "reference": "ISS-NONE"}).content.decode()
    assert "Nobody was told anything about ISS-NONE yet." in page


@pytest.mark.parametrize("path", ["digest/en", "unheard-of/en", "comment-added/fr"])
def test_there_is_no_page_for_words_that_nobody_edits(client_for: SignIn, ada: Membership, path: str) -> None:
    assert client_for(ada).get(f"{LIST}{path}/").status_code == 404


def test_the_front_page_counts_what_could_not_be_delivered(
    client_for: SignIn, lena: Membership, sam: Membership, alice: Membership
) -> None:
    message = owe(alice.user)
    words = "1 message could not be delivered"
    assert words not in client_for(lena).get(reverse("admin:index")).content.decode()
    Message.objects.filter(pk=message.pk).update(status=Message.Status.FAILED)
    assert words in client_for(lena).get(reverse("admin:index")).content.decode()
    assert words not in client_for(sam).get(reverse("admin:index")).content.decode()
