"""Finding issues by words, the same way at every door and on both engines (migration 0005 keeps the indexes).

What is searched: title, reference, description and the messages that both parties see. Internal notes are in no
index, so no search can give them away. What is found is always a part of the queryset that the caller may read.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import BigIntegerField, Expression, Q
from django.db.models.functions import Substr
from django.db.models.sql.compiler import SQLCompiler

from slaportal.issues.models import Issue, IssueQuerySet
from slaportal.lib.references import normalize_reference

LONGEST: Final = 200  # characters of a question that are looked at
MOST_WORDS: Final = 8
BEGINNING: Final = (
    300  # characters of a description in which word parts and typos are found, as in migration 0005
)
TYPO_LENGTHS: Final = range(4, 21)  # letters of a word in which one typo is forgiven
MOST_CANDIDATES: Final = 1_000
PART: Final = 3  # letters of the shortest word part that the trigram indexes know

WORD = re.compile(r"[^\W_]+")
Sql = tuple[str, tuple[Any, ...]]


def words_of(text: str, *, most: int = MOST_WORDS) -> list[str]:
    """Return the first distinct words of `text`: lower case, without diacritics and punctuation."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].lower())
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return list(dict.fromkeys(WORD.findall(letters)))[:most]


def search(issues: IssueQuerySet, text: str) -> IssueQuerySet:
    """Keep the issues that have every word of `text`, in the order that they are in.

    A word is found where a word begins with it or where it is part of one in the title or the first lines; if that
    finds nothing in `issues`, where a word differs from it by one typo. `issues` must be what the reader may see.
    No input is an error: what has no word in it finds nothing, and nothing typed leaves all.
    """
    if not text.strip():
        return issues
    wanted = words_of(text)
    if not wanted:
        return issues.none()
    # By words, since what was typed may be anything; a reference has two of them.
    by_reference = issues.filter(reference=normalize_reference("-".join(wanted)))
    if by_reference.exists():
        return by_reference
    return issues.filter(*(_has(word, issues) for word in wanted))


def with_any(issues: IssueQuerySet, words: Sequence[str]) -> IssueQuerySet:
    """Keep the issues that have at least one of `words`, from `words_of`; typos are forgiven as in `search`."""
    return issues.filter(reduce(or_, (_has(word, issues) for word in words))) if words else issues.none()


def _has(word: str, issues: IssueQuerySet) -> Q:
    """Return the condition for `word`: as it is typed where that finds anything in `issues`, else one typo away."""
    exact = Q(pk__in=Having(word))
    if len(word) not in TYPO_LENGTHS or not word.isalpha() or issues.filter(exact).exists():
        return exact
    near = issues.filter(pk__in=NearTo(word)).order_by("-pk")
    rows = near.values_list("pk", "title", Substr("description", 1, BEGINNING))[:MOST_CANDIDATES]
    return Q(pk__in=[pk for pk, *texts in rows if _has_near(word, " ".join(texts))])


def _has_near(word: str, text: str) -> bool:
    return any(one_typo(word, other) for other in words_of_text(text))


def words_of_text(text: str) -> list[str]:
    """Return all words of a stored text as `words_of` writes them."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return WORD.findall("".join(one for one in plain if not unicodedata.combining(one)))


def one_typo(one: str, other: str) -> bool:
    """Whether two words differ by at most one letter more, less or other, or by two neighbors in the wrong order."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return True
    swapped = one[:at] + one[at : at + 2][::-1] + one[at + 2 :]
    without, other_without = one[at + 1 :], other[at + 1 :]
    return without == other_without or one[at:] == other_without or without == other[at:] or swapped == other


class Having(Expression):
    """The ids of issues that have a word beginning with `word`, or `word` as a part in title or first lines."""

    def __init__(self, word: str) -> None:
        super().__init__(output_field=BigIntegerField())
        self.word = word

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        """Ask the full-text tables."""
        begins = f'"{self.word}"*'
        sql = (
            "SELECT rowid FROM issues_issue_words WHERE issues_issue_words MATCH %s UNION "
            "SELECT message.issue_id FROM issues_comment_words found JOIN issues_comment message "
            "ON message.id = found.rowid WHERE issues_comment_words MATCH %s"
        )
        if len(self.word) < PART:
            return sql, (begins, begins)
        part = " UNION SELECT rowid FROM issues_issue_near WHERE issues_issue_near MATCH %s"
        return sql + part, (begins, begins, f'"{self.word}"')

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Sql:
        """Ask the generated columns of PostgreSQL."""
        begins = f"'{self.word}':*"
        sql = (
            "SELECT id FROM issues_issue WHERE search_words @@ %s::tsquery UNION "
            "SELECT issue_id FROM issues_comment WHERE search_words @@ %s::tsquery"
        )
        if len(self.word) < PART:
            return sql, (begins, begins)
        part = " UNION SELECT id FROM issues_issue WHERE search_near LIKE %s"
        return sql + part, (begins, begins, f"%{self.word}%")


class NearTo(Expression):
    """The ids of issues that may have a word that differs from `word` by one typo: all that do, and some others.

    Whatever the typo is, the letters before and after it stand in the text, next to where the word begins and ends.
    """

    def __init__(self, word: str) -> None:
        super().__init__(output_field=BigIntegerField())
        self.word = word

    def pieces(self) -> list[list[str]]:
        """Return the alternatives: each a list of pieces that all stand in the text."""
        word = self.word
        around = [[f" {word[:at]}", f"{word[at + 1 :]} "] for at in range(len(word))]
        swaps = [
            [f" {word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]} "]
            for at in range(len(word) - 1)
            if word[at] != word[at + 1]
        ]
        return [[piece for piece in both if len(piece) >= PART] for both in [*around, *swaps]]

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        """Ask the full-text table of trigrams."""
        asked = " OR ".join(
            "(" + " AND ".join(f'"{piece}"' for piece in both) + ")" for both in self.pieces()
        )
        return "SELECT rowid FROM issues_issue_near WHERE issues_issue_near MATCH %s", (asked,)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Sql:
        """Ask the trigram index of PostgreSQL."""
        pieces = self.pieces()
        asked = " OR ".join("(" + " AND ".join(["search_near LIKE %s"] * len(both)) + ")" for both in pieces)
        patterns = tuple(f"%{piece}%" for both in pieces for piece in both)
        return f"SELECT id FROM issues_issue WHERE {asked}", patterns  # noqa: S608 # made of "LIKE %s" above


def closeness(words: Sequence[str], issue: Issue) -> float:
    """Return how near `issue` is to `words`, 0 to 1: the share found in its title, or for half in its first lines."""
    title, more = words_of_text(issue.title), words_of_text(issue.description[:BEGINNING])
    found = sum(
        len(word) if _there(word, title) else len(word) / 2 for word in words if _there(word, [*title, *more])
    )
    return found / (sum(len(word) for word in words) or 1)


def _there(word: str, others: Iterable[str]) -> bool:
    near = len(word) in TYPO_LENGTHS
    return any(other.startswith(word) or (near and one_typo(word, other)) for other in others)
