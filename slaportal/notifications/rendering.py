"""From a kind and its facts to a mail in the reader's language and zone. Reads no table, sends nothing."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import css_inline
from django.conf import settings
from django.template import Context
from django.template.base import Template
from django.template.engine import Engine
from django.utils import timezone, translation
from django.utils.text import Truncator

from slaportal.notifications import placeholders, words
from slaportal.notifications.kinds import Kind
from slaportal.notifications.placeholders import Placeholder
from slaportal.notifications.templatetags.mail import in_words, instant

LONG_KEYS = ("reason", "text")  # may have several lines
TRANSLATED_KEYS = ("question",)  # words of the portal's own, translated like those of a page
LABEL_KEYS = ("level", "old_level", "new_level", "metric", "role", "stage", "step")
LONGEST_QUOTE = 2000
LONGEST_SUBJECT_TITLE = 80
LONGEST_SUBJECT = 250
BETWEEN = "\x1e"  # between the parts of a brief; no value has a control character
# Characters that turn the direction of a line around: a subject made of them can look like another one.
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")

_inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=False, load_remote_stylesheets=False)


class Reader(Protocol):
    """What rendering knows of the person it writes to."""

    @property
    def language(self) -> str: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True)
class Mail:
    """The words of one message as they leave."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Brief:
    """A message in the few words of a list: what happened, what to do, where."""

    subject: str
    happened: str
    ask: str
    button: str
    link: str

    def as_text(self) -> str:
        """The same as plain text, in the order of a mail."""
        return f"{self.happened}\n\n{self.ask}\n\n{self.button}:\n{self.link}\n"


# The vendor's own words by language: block → text with placeholders.
OwnWords = Mapping[str, Mapping[str, str]]


def render(kind: Kind, *, context: Mapping[str, Any], reader: Reader, own: OwnWords | None = None) -> Mail:
    """Return subject, plain text and HTML of a message of `kind` for `reader`.

    `context` holds plain values (docs of the keys: templates/emails/README.md), any of which may be missing.
    """
    with _reading(kind, context, reader, own) as (template, values):
        subject = template.render(_context(values, "emails/subject.txt", autoescape=False))
        text = template.render(_context(values, "emails/base.txt", autoescape=False))
        html = template.render(_context(values, "emails/base.html", autoescape=True))
    return Mail(subject=_line(subject)[:LONGEST_SUBJECT], text=_tidy(text), html=_inliner.inline(html))


def brief(kind: Kind, *, context: Mapping[str, Any], reader: Reader, own: OwnWords | None = None) -> Brief:
    """Return the few words by which a list shows a message; arguments as for `render`."""
    with _reading(kind, context, reader, own) as (template, values):
        subject = template.render(_context(values, "emails/subject.txt", autoescape=False))
        values["between"] = BETWEEN
        lines = template.render(_context(values, "emails/brief.txt", autoescape=False))
    happened, ask, button = (_line(part) for part in lines.split(BETWEEN))
    return Brief(_line(subject)[:LONGEST_SUBJECT], happened, ask, button, str(values["link"]))


def standard_words(kind: Kind, language: str) -> dict[str, str]:
    """Return the portal's own words for `kind` with placeholders in them: what an editor begins with."""
    template = Engine.get_default().get_template(f"emails/{kind.key}/{language}.html")
    say = words.WORDS[language]
    facts: dict[str, Any] = {name: Placeholder(f"{{{name}}}") for name in placeholders.KNOWN}
    facts |= {"kind": kind, "say": say, "previous": facts["old_level"], "proposed": facts["new_level"]}
    facts["between"] = BETWEEN
    with translation.override(language):
        lines = template.render(_context(facts, "emails/blocks.txt", autoescape=False))
    return dict(zip(placeholders.BLOCKS, (_line(part) for part in lines.split(BETWEEN)), strict=True))


def languages() -> list[str]:
    """The languages that mails are written in."""
    return list(words.WORDS)


def one_line(value: object) -> str:
    """`value` in one line without control characters."""
    return _line(value)


@contextmanager
def _reading(
    kind: Kind, context: Mapping[str, Any], reader: Reader, own: OwnWords | None
) -> Iterator[tuple[Template, dict[str, Any]]]:
    """The template and its values, with the language and the zone of the reader in force."""
    engine = Engine.get_default()
    template = engine.select_template(kind.templates(reader.language))
    language = str(template.name).rsplit("/", 1)[-1].removesuffix(".html")
    with timezone.override(_zone(reader.timezone)), translation.override(language):
        values = _values(kind, context, language)
        blocks = (own or {}).get(language)
        if blocks:
            template = engine.get_template("emails/own.html")
            facts = _plain(values)
            values["own"] = {name: _line(placeholders.fill(text, facts)) for name, text in blocks.items()}
        yield template, values


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
    """The placeholders' values: instants in words, everything else as it is; what is missing is left out."""
    found = {}
    for name in placeholders.KNOWN:
        value = values.get(name)
        if value not in (None, ""):
            moment = instant(value)
            found[name] = in_words(moment) if moment else str(value)
    return found


def absolute(path: object) -> str:
    """The address of a page of the portal; a value that is no path of ours leads to its first page."""
    own = isinstance(path, str) and path.startswith("/") and not path.startswith("//")
    return settings.PORTAL_URL.rstrip("/") + (str(path) if own else "/")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _context(values: dict[str, Any], layout: str, *, autoescape: bool) -> Context:
    return Context({**values, "layout": layout}, autoescape=autoescape)


def _line(value: object) -> str:
    """One line without control characters: what may stand in a header."""
    text = DIRECTION_MARKS.sub("", str(value))
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())


def _paragraphs(value: object) -> str:
    """Several lines without control characters other than the line break, cut where a page reads better."""
    lines = [_line(line) for line in str(value).splitlines()]
    return Truncator("\n".join(lines).strip()).chars(LONGEST_QUOTE)


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _clean(context: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with every text made harmless; what is missing or empty is left out."""
    facts: dict[str, Any] = {}
    for key, value in context.items():
        if value is None or value == "":
            continue
        if isinstance(value, str):
            value = _paragraphs(value) if key in LONG_KEYS else _line(value)
        facts[key] = value
    return facts


def _in_language(facts: dict[str, Any], language: str) -> dict[str, Any]:
    """The facts with labels such as “High” in the words of the language."""
    return {
        key: _label(value, language)
        if key in LABEL_KEYS
        else translation.gettext(value)
        if key in TRANSLATED_KEYS
        else value
        for key, value in facts.items()
    }


def _label(value: object, language: str) -> object:
    for pattern, replacement in words.PATTERNS.get(language, []):
        value = re.sub(pattern, replacement, str(value))
    return words.LABELS.get(language, {}).get(str(value), value)


def _values(kind: Kind, context: Mapping[str, Any], language: str) -> dict[str, Any]:
    facts = _in_language(_clean(context), language)
    say = words.WORDS[language]
    vendor = settings.VENDOR_NAME
    level = facts.get("level", "")
    return {
        **facts,
        "kind": kind,
        "language": language,
        "say": say,
        "vendor": vendor,
        "who": _who(facts, say, vendor),
        "issue": say["quotes"].format(facts["title"])
        if "title" in facts
        else facts.get("reference", say["this_issue"]),
        "proposed": facts.get("new_level") or level or say["proposed_level"],
        "previous": facts.get("old_level") or level or say["previous_level"],
        "subject_title": Truncator(facts.get("title", "")).chars(LONGEST_SUBJECT_TITLE),
        "link": absolute(context.get("ack_url") or context.get("url")),
        "details": _details(kind, facts, say),
        "items": context.get("items", ()),
        "choices": [
            {"label": translation.gettext(one["label"]), "link": absolute(one["path"])}
            for one in context.get("choices", ())
        ],
        "zone": timezone.get_current_timezone_name(),
    }


def _who(facts: Mapping[str, Any], say: Mapping[str, str], vendor: str) -> str:
    """The person who acted and whom they speak for: `Meera Nair (Protecto)`; without a person, the portal."""
    actor = facts.get("actor")
    if not actor:
        return say["portal"]
    side = {"vendor": vendor, "client": facts.get("organization", "")}.get(
        str(facts.get("actor_party")).lower()
    )
    return f"{actor} ({side})" if side else str(actor)


def _details(kind: Kind, facts: Mapping[str, Any], say: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and value of every fact that a reader looks up, in the same order in every mail."""
    level = facts.get("level", "")
    if level and facts.get("provisional"):
        level = f"{level} ({say['provisional']})"
    stage = facts.get("stage", "")
    if stage and "percent" in facts:
        stage = f"{stage}, {facts['percent']} %"
    due, noticed = instant(facts.get("due_at")), instant(facts.get("detected_at"))
    missed = due is not None and noticed is not None and due <= noticed
    due_label = "new_date" if kind.key.startswith("exception-") else "was_due" if missed else "due_at"
    rows: list[tuple[str, object]] = [
        (say["reference"], facts.get("reference")),
        (say["title"], facts.get("title")),
        (say["organization"], facts.get("organization")),
        (say["level"], level),
        (say["stage"], stage),
        (say["respond_by"], _time(facts.get("respond_by"))),
        (say["resolve_by"], _time(facts.get("resolve_by"))),
        (say["metric"], facts.get("metric")),
        (say[due_label], _time(facts.get("due_at"))),
        (say["detected_at"], _time(facts.get("detected_at")) if missed else ""),
    ]
    return [(label, str(value)) for label, value in rows if value]


def _time(value: object) -> str:
    moment = instant(value)
    return in_words(moment) if moment else ""
