"""Finding issues by words, the same way at every door and on both engines (migration 0005 keeps the indexes).

What is searched: title, reference, description and the messages that both parties see. Internal notes are in no
index, so no search can give them away. What is found is always a part of the queryset that the caller may read.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from slaportal.issues.models import Issue, IssueQuerySet
from slaportal.lib.references import normalize_reference

LONGEST: Final = 200  # characters of a question that are looked at
MOST_WORDS: Final = 8
BEGINNING: Final = 300  # characters of a description in which word parts are found, as in migration 0005
TYPO_LENGTHS: Final = range(4, 21)  # letters of a word in which one typo is forgiven
PART: Final = 3  # letters of the shortest word part that the trigram indexes know
# The letters that a typo may have left out or changed, by script; without diacritics, as words are kept.
ALPHABETS: Final = (
    "abcdefghijklmnopqrstuvwxyzßæœøðþłđ",
    "αβγδεζηθικλμνξοπρςστυφχψω",
    "абвгдежзиклмнопрстуфхцчшщъыьэюяђєіјљњћџґ",
)

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
    finds nothing in `issues`, where any word of title, description or messages differs from it by one typo. `issues`
    must be what the reader may see.
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
    exact = Q(Has(word))
    if len(word) not in TYPO_LENGTHS or not word.isalpha() or issues.filter(exact).exists():
        return exact
    near = _used(neighbors(word))
    return reduce(or_, (Q(Has(one, whole=True)) for one in near)) if near else Q(pk__in=[])


def neighbors(word: str) -> list[str]:
    """Return every string that differs from `word` by one typo, as `one_typo` says, in the letters of its script."""
    letters = next((one for one in ALPHABETS if word[0] in one), "".join(dict.fromkeys(word)))
    begins = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    made = {before + after[1:] for before, after in begins}
    made |= {before + after[1::-1] + after[2:] for before, after in begins if len(after) > 1}
    made |= {before + letter + after for before, after in begins for letter in letters}
    made |= {before + letter + after[1:] for before, after in begins for letter in letters if after}
    return sorted(made - {word})


def _used(words: list[str]) -> list[str]:
    """Return those of `words` that stand in any issue or message at all."""
    if connection.vendor == "sqlite":
        sql = (
            "SELECT value FROM json_each(%s) WHERE EXISTS "
            "(SELECT 1 FROM issues_issue_words WHERE issues_issue_words MATCH '\"' || value || '\"') OR EXISTS "
            "(SELECT 1 FROM issues_comment_words WHERE issues_comment_words MATCH '\"' || value || '\"')"
        )
    else:
        # Counted, for EXISTS makes PostgreSQL hope for an early hit and read the whole table for each word.
        sql = (
            "SELECT value FROM json_array_elements_text(%s::json) WHERE "
            "(SELECT count(*) FROM issues_issue WHERE search_words @@ value::tsquery) + "
            "(SELECT count(*) FROM issues_comment WHERE search_words @@ value::tsquery) > 0"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(words)])
        return [word for (word,) in cursor.fetchall()]


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


class Has(Func):
    """Whether an issue has a word that begins with `word`, or has `word` as a part in its title or first lines.

    With `whole` only that very word counts.
    """

    def __init__(self, word: str, *, whole: bool = False) -> None:
        super().__init__(F("pk"), output_field=BooleanField())
        self.word, self.whole = word, whole

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        """Ask the full-text tables."""
        pk, asked = compiler.compile(self.source_expressions[0]), f'"{self.word}"{"" if self.whole else "*"}'
        sql = (
            "SELECT rowid FROM issues_issue_words WHERE issues_issue_words MATCH %s UNION "
            "SELECT message.issue_id FROM issues_comment_words found JOIN issues_comment message "
            "ON message.id = found.rowid WHERE issues_comment_words MATCH %s"
        )
        if self.whole or len(self.word) < PART:
            return f"{pk[0]} IN ({sql})", (asked, asked)
        part = " UNION SELECT rowid FROM issues_issue_near WHERE issues_issue_near MATCH %s"
        return f"{pk[0]} IN ({sql}{part})", (asked, asked, f'"{self.word}"')

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Sql:
        """Ask the generated columns.

        The messages as an array, not a subquery: then every part can use its index, whichever the planner takes.
        """
        pk = compiler.compile(self.source_expressions[0])[0]
        table, asked = pk.rpartition(".")[0], f"'{self.word}'{'' if self.whole else ':*'}"
        sql = (
            f"{table}.search_words @@ %s::tsquery OR {pk} = ANY(ARRAY("  # noqa: S608 # names of Django's making
            "SELECT issue_id FROM issues_comment WHERE search_words @@ %s::tsquery))"
        )
        if self.whole or len(self.word) < PART:
            return f"({sql})", (asked, asked)
        return f"({sql} OR {table}.search_near LIKE %s)", (asked, asked, f"%{self.word}%")


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
