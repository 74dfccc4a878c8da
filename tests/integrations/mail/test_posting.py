"""A mail becomes what its writer meant, once, and only if it surely is theirs."""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

import pytest
from django.test import Client
from pytest_django import Settings

from slaportal.accounts.models import Membership
from slaportal.integrations.models import InboundMail, ReplyAddress
from slaportal.integrations.services import mail
from slaportal.issues.models import Comment, Issue
from slaportal.issues.services import ending, waiting, work
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from slaportal.notifications.outgoing import envelope
from slaportal.notifications.rendering import Mail
from tests.integrations.mail.letters import OURS, SERVER, written
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db


def arrive(raw: bytes, *, at: datetime = MONDAY, way: str = "imap", sent_from: str = "") -> InboundMail:
    row, _ = mail.spool(raw=raw, way=way, now=at, sent_from=sent_from)
    mail.handle_waiting(now=at)
    row.refresh_from_db()
    return row


def answer_address(issue: Issue, member: Membership) -> str:
    """The Reply-To of what the portal writes to this person about this issue."""
    return mail.reply_address(Message(recipient=member.user, subject_reference=issue.reference))


def outcome(row: InboundMail) -> tuple[str, str]:
    return row.state, row.reason


def test_a_member_reports_an_issue_that_counts_from_when_our_server_took_it(world: World) -> None:
    row, _ = mail.spool(raw=written("bob@acme.example"), way="imap", now=MONDAY)
    mail.handle_waiting(now=MONDAY + HOUR)
    row.refresh_from_db()
    issue = Issue.objects.get()
    assert (row.state, row.issue) == ("posted", issue)
    assert (issue.title, issue.reported_by, issue.level) == ("Printer burns", world.bob, "medium")
    assert issue.submitted_at == MONDAY
    assert issue.awaiting_level_from


def test_a_reply_under_ones_own_address_is_a_message_without_the_quoted_history(world: World) -> None:
    issue = report(world.bob)
    text = "It works again.\n\nOn Mon, Mar 2, 2026 at 9:00 AM Support <s@portal.example> wrote:\n> Tell us\n> more"
    row = arrive(written("bob@acme.example", text, to=answer_address(issue, world.bob)), at=MONDAY + HOUR)
    assert outcome(row) == ("posted", "")
    message = Comment.objects.get()
    assert (message.author, message.body, message.issue) == (world.bob, "It works again.", issue)
    assert b"Tell us" in bytes(row.raw)


def test_a_clients_reply_by_mail_ends_the_waiting_for_the_client(world: World) -> None:
    issue = report(world.bob)
    work.comment(issue=fresh(issue), body="Which version?", actor=world.sam, now=MONDAY)
    waiting.wait(issue=fresh(issue), on="client", reason="Version", actor=world.sam, now=MONDAY)
    arrive(written("bob@acme.example", "7.2", to=answer_address(issue, world.bob)), at=MONDAY + HOUR)
    assert fresh(issue).waiting_on == ""


def test_the_vendors_first_mail_is_the_response(world: World) -> None:
    issue = report(world.bob)
    arrive(written(world.sam.user.email, "On it.", to=answer_address(issue, world.sam)), at=MONDAY + HOUR)
    assert fresh(issue).responded_at == MONDAY + HOUR


def test_the_same_mail_three_times_by_three_ways_is_one_issue(world: World) -> None:
    raw = written("bob@acme.example")
    for hop, way in enumerate(("imap", "lmtp", "hook")):
        arrive(
            f"Received: from hop{hop}\r\n by somewhere\r\n".encode() + raw,
            way=way,
            sent_from="bob@acme.example",
        )
    assert Issue.objects.count() == 1
    assert InboundMail.objects.count() == 1


@pytest.mark.parametrize(
    "vouched",
    [
        "",
        f"{SERVER}; dmarc=fail header.from=acme.example",
        f"{SERVER}; spf=pass smtp.mailfrom=acme.example",
        f"{SERVER}; dmarc=pass header.from=evil.example",
        f"{SERVER}; dmarc=pass header.from=acme.example.evil.example",
        "mx.evil.example; dmarc=pass header.from=acme.example",
        f"mx.evil.example; dmarc=fail ({SERVER}; dmarc=pass header.from=acme.example)",
    ],
)
def test_a_forged_sender_goes_to_quarantine(world: World, vouched: str) -> None:
    row = arrive(written("bob@acme.example", vouched=vouched))
    assert outcome(row) == ("quarantined", "unverified")
    assert not Issue.objects.exists()


def test_a_verdict_below_that_of_our_server_counts_for_nothing(world: World) -> None:
    forged = f"Authentication-Results: {SERVER}; dmarc=fail header.from=acme.example\r\n".encode()
    assert outcome(arrive(forged + written("bob@acme.example")))[1] == "unverified"


def test_a_reply_address_works_for_nobody_it_was_forwarded_to(world: World) -> None:
    issue = report(world.bob)
    address = answer_address(issue, world.bob)
    for thief in ("alice@acme.example", "charlie@globex.example", "x@evil.example"):
        assert outcome(arrive(written(thief, to=address)))[1] == "not-the-recipient"
    assert not Comment.objects.exists()


def test_a_guessed_or_revoked_address_goes_to_quarantine(world: World) -> None:
    issue = report(world.bob)
    guessed = OURS.replace("@", f"+{'a' * 26}@")
    assert outcome(arrive(written("bob@acme.example", "a", to=guessed)))[1] == "unknown-token"
    address = answer_address(issue, world.bob)
    ReplyAddress.objects.update(revoked_at=MONDAY)
    assert outcome(arrive(written("bob@acme.example", "b", to=address)))[1] == "unknown-token"


def test_access_that_ended_ends_answers_too(world: World) -> None:
    issue = report(world.bob)
    address = answer_address(issue, world.bob)
    Membership.objects.filter(pk=world.bob.pk).update(active=False)
    assert outcome(arrive(written("bob@acme.example", to=address)))[1] == "no-access"


def test_a_copied_address_gains_nothing(world: World) -> None:
    before = Message.objects.count()
    row = arrive(written("bob@acme.example", Cc="thief@evil.example"))
    assert row.state == "posted"
    told = {one.recipient.email for one in Message.objects.all()[before:]}
    assert "thief@evil.example" not in told
    assert outcome(arrive(written("thief@evil.example", "Send me all of it")))[1] == "unknown-sender"


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto-submitted"),
        ({"Precedence": "bulk"}, "bulk"),
        ({"X_Portal_Kind": "comment-added"}, "machine"),
        ({"List_Id": "<all.acme.example>"}, "machine"),
    ],
)
def test_machines_are_kept_and_not_answered(world: World, headers: dict[str, str], why: str) -> None:
    before = Message.objects.count()
    assert outcome(arrive(written("bob@acme.example", **headers))) == ("ignored", why)
    assert Message.objects.count() == before


def test_word_of_a_mail_server_is_ignored(world: World) -> None:
    assert outcome(arrive(written("bob@acme.example"), way="lmtp", sent_from="<>")) == (
        "ignored",
        "null-sender",
    )


def test_two_portals_that_write_to_each_other_stop_at_once(world: World) -> None:
    """What one portal sends, the other one takes for a machine's: the loop has length one."""
    report(world.bob)
    message = Message.objects.filter(recipient=world.bob.user).first()
    assert message is not None
    letter = envelope(message, Mail(subject="Received", text="Hello", html="<p>Hello</p>"), urgent=False)
    other = letter.message().as_bytes().replace(b"@portal.example>", b"@other.example>")
    assert outcome(arrive(other))[0] == "ignored"
    assert Issue.objects.count() == 1


def test_mail_that_the_portal_wrote_itself_is_ignored(world: World) -> None:
    assert outcome(arrive(written(f"Support <{OURS.replace('@', '+x@')}>"))) == ("ignored", "own-mail")


def test_a_reply_to_an_ended_issue_becomes_its_follow_up(world: World) -> None:
    issue = report(world.bob)
    address = answer_address(issue, world.bob)
    ending.withdraw(issue=fresh(issue), reason="Mine", actor=world.bob, now=MONDAY)
    row = arrive(written("bob@acme.example", to=address), at=MONDAY + HOUR)
    assert row.issue is not None
    assert (row.issue.follows, row.state) == (issue, "posted")


def test_attachments_come_along_and_refused_ones_are_named(world: World) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "bob@acme.example", OURS, "Log"
    letter.set_content("See the log.")
    letter.add_attachment(b"line\n", maintype="text", subtype="plain", filename="app.log")
    letter.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="fix.exe")
    raw = f"Authentication-Results: {SERVER}; dmarc=pass header.from=acme.example\r\n".encode()
    row = arrive(raw + letter.as_bytes())
    assert row.issue is not None
    assert [one.name for one in row.issue.attachments.all()] == ["app.log"]
    assert "fix.exe" in row.issue.description


def test_ten_thousand_mails_of_one_writer_do_not_become_ten_thousand_issues(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slaportal.integrations.services.mail.handling.MOST_A_DAY", 3)
    reasons = [arrive(written("bob@acme.example", f"Number {n}")).reason for n in range(5)]
    assert reasons == ["", "", "", "too-many", "too-many"]


def test_a_mail_that_cannot_be_posted_does_not_stop_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("slaportal.integrations.services.mail.posting.new_issue", fails)
    row, _ = mail.spool(raw=written("bob@acme.example"), way="imap", now=MONDAY)
    for _round in range(3):
        mail.handle_waiting(now=MONDAY)
    row.refresh_from_db()
    assert outcome(row) == ("quarantined", "failed")


def test_what_was_put_right_is_tried_again_and_what_is_rubbish_dismissed(
    world: World, settings: Settings
) -> None:
    settings.INBOUND_AUTHSERV_ID = "mistyped"
    one, two = arrive(written("bob@acme.example")), arrive(written("bob@acme.example", "Rubbish"))
    settings.INBOUND_AUTHSERV_ID = SERVER
    mail.retry(mail=one, actor=world.lena, now=MONDAY)
    mail.dismiss(mail=two, actor=world.lena, now=MONDAY)
    mail.handle_waiting(now=MONDAY)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == ("posted", "dismissed")
    with pytest.raises(Refused):
        mail.retry(mail=two, actor=world.lena, now=MONDAY)


def test_staff_see_the_quarantine_with_its_reason_and_the_letter_as_text(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    row = arrive(written("x@evil.example", "<script>alert(1)</script>"))
    browser = client_for(world.lena)
    assert "Nobody with this address" in browser.get("/admin/integrations/inboundmail/").content.decode()
    page = browser.get(f"/admin/integrations/inboundmail/{row.pk}/change/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert client_for(world.sam).get("/admin/integrations/inboundmail/").status_code == 403


def test_no_reply_address_goes_out_where_no_mail_comes_in(world: World, settings: Settings) -> None:
    settings.INBOUND_ADDRESS = ""
    assert answer_address(report(world.bob), world.bob) == ""


def test_the_address_of_a_reply_is_the_same_in_every_mail_and_kept_as_a_hash_only(world: World) -> None:
    issue = report(world.bob)
    first, second = answer_address(issue, world.bob), answer_address(issue, world.bob)
    assert first == second != answer_address(issue, world.alice)
    token = first.partition("+")[2].partition("@")[0]
    kept = ReplyAddress.objects.get(user=world.bob.user)
    assert token not in (kept.token_hash, kept.nonce)
