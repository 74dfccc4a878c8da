"""No mail, however broken, stops the reader; what is understood of it is understood as people mean it."""

import random
from email.message import EmailMessage

import pytest

from slaportal.integrations.mailreading.parsing import parse
from slaportal.integrations.mailreading.reading import Unreadable, read
from slaportal.integrations.services.mail.spooling import digest_of

# Malformed mail that exists: the modern parser of Python raises on several of these.
BROKEN = [
    b"",
    b"\n",
    b"no header at all",
    b"From: a@b.example\nSubject: =?utf-8?q?=?=\n\nx",
    b"From: a@b.example\nSubject: =?nonsense?b?%%%?=\n\nx",
    b'From: "a" <a@b.example\nTo: ,,,;;;\n\nx',
    b"From: a@b.example,\nSubject: trailing comma\n\nx",
    b"From: @@@@\nMessage-ID: <a@b.example> <c@d.example> [\n\nx",
    b"From: a@b.example\nContent-Type: text/plain; charset=x-unknown-9\n\n\xff\xfe\x00",
    b"From: a@b.example\nContent-Type: multipart/mixed\n\n--x\nno boundary was named",
    b'From: a@b.example\nContent-Type: multipart/mixed; boundary=""\n\n--\n\n--',
    b"From: a@b.example\nContent-Transfer-Encoding: base64\nContent-Type: text/plain\n\n!!!not base64!!!",
    b"From: a@b.example\nContent-Type: text/html\n\n<p><b<i>half <script>x",
    b"From: \xc3\xa4@b.example\nSubject: \xff\xff\n\nraw bytes in headers",
    b"From: a@b.example\nContent-Disposition: attachment; filename*=utf-9''%zz\n\nx",
    b"From: a@b.example\nDate: yesterday\nReferences: " + b"<" * 5000 + b"\n\nx",
]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
def test_broken_mail_is_read_as_far_as_it_goes(raw: bytes) -> None:
    letter = parse(raw)
    assert "\x00" not in letter.text


def test_random_damage_never_raises() -> None:
    """2,000 mails with bytes changed, cut out or doubled."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "Bob Müller <bob@acme.example>", "s@p.example", "Grüße"
    letter.set_content("Plain\n\nOn Monday x wrote:\n> y")
    letter.add_alternative("<p>Plain</p>", subtype="html")
    letter.add_attachment(b"1,2\n", maintype="text", subtype="csv", filename="ü.csv")
    whole, dice = letter.as_bytes(), random.Random(4)
    for _ in range(2000):
        raw = bytearray(whole)
        for _change in range(dice.randrange(1, 12)):
            at = dice.randrange(len(raw))
            match dice.randrange(3):
                case 0:
                    raw[at] = dice.randrange(256)
                case 1:
                    del raw[at : at + dice.randrange(1, 40)]
                case _:
                    raw[at:at] = raw[at : at + 60]
        parse(bytes(raw))


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        ("Ja, geht.\n\nAm 02.03.2026 um 09:00 schrieb Support <s@p.example>:\n> alt", "Ja, geht."),
        ("Oui.\n\nLe lun. 2 mars 2026 à 09:00, Support <s@p.example> a écrit :\n> vieux", "Oui."),
        (
            "Works.\n\n-----Original Message-----\nFrom: Support\nSent: Monday\nTo: Bob\nSubject: x\n\nold",
            "Works.",
        ),
        ("Nothing quoted here.", "Nothing quoted here."),
        ("> only a quote", "> only a quote"),
    ],
)
def test_the_quoted_history_is_cut_and_never_the_answer(text: str, newest: str) -> None:
    letter = EmailMessage()
    letter["From"] = "bob@acme.example"
    letter.set_content(text)
    understood = parse(letter.as_bytes())
    assert understood.text == newest
    assert understood.whole.strip() == text.strip()


def test_html_alone_is_read_as_its_words() -> None:
    letter = EmailMessage()
    letter["From"] = "bob@acme.example"
    letter.set_content(
        "<style>p{}</style><p>First&nbsp;line</p><script>evil()</script><p>Second</p>", subtype="html"
    )
    assert parse(letter.as_bytes()).text.replace("\xa0", " ") == "First line\n\nSecond"


def test_several_authors_are_nobody() -> None:
    assert parse(b"From: a@x.example, b@y.example\n\nx").author == ""
    assert parse(b"From: a@x.example\nFrom: b@y.example\n\nx").author == ""


def test_a_mail_that_eats_memory_is_refused_and_harms_nobody() -> None:
    bomb = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n"
    bomb += b"--x\nContent-Type: text/plain; name=a\n\n" + b"A" * (39 * 1024 * 1024)
    try:
        letter = read(bomb)
    except Unreadable:
        return
    assert letter.author == "a@b.example"


def test_a_mail_nested_four_hundred_deep_is_read_or_refused() -> None:
    deep = b"From: a@b.example\n"
    for number in range(400):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
    try:
        letter = read(deep)
    except Unreadable:
        return
    assert letter.author == "a@b.example"


def test_reading_in_a_process_of_its_own_gives_the_same_letter() -> None:
    raw = b"From: Bob <bob@acme.example>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nHello"
    assert read(raw) == parse(raw)
    assert read(raw).subject == "Grüße"


def test_what_servers_add_on_the_way_does_not_make_another_mail() -> None:
    raw = b"From: a@b.example\nSubject: x\n\nbody\n"
    way = b"Received: from one\n by two\nDelivered-To: me\n"
    assert digest_of(way + raw) == digest_of(raw.replace(b"\n", b"\r\n"))
    assert digest_of(raw + b"more") != digest_of(raw)
