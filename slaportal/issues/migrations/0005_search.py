"""The indexes of slaportal.issues.searching, kept by the database itself: no way of writing can forget them.

PostgreSQL: generated columns (words; folded text for trigrams) with GIN indexes. SQLite: full-text tables that
triggers keep. Title, reference, description and messages of both parties; internal notes are in neither.
"""

from django.db import migrations, transaction
from django.db.utils import DatabaseError

BEGINNING = 300
LONGEST = 100_000  # a tsvector holds a megabyte; no text that a form takes is longer than this
PUNCTUATION = ".,;:!?()[]{}<>/\\|\"'`´’‘“”„«»*#+=~^%&$@_-–—…\t\n\r"

# --- PostgreSQL

NO_TRIGRAMS = (
    "The search needs PostgreSQL's extension pg_trgm, which could not be created here. Have a superuser run "
    "“CREATE EXTENSION pg_trgm” in this database (it comes with postgresql-contrib), then migrate again."
)


class NoTrigrams(Exception):
    """The extension is not there; the message says what the operator does."""


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


FOLD = f"""
CREATE FUNCTION issues_search_fold(raw text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $fold$
  SELECT translate(lower(regexp_replace(normalize(raw, NFKD), '[\\u0300-\\u036f]', '', 'g')),
                   {_quoted(PUNCTUATION)}, {_quoted(" " * len(PUNCTUATION))})
$fold$
"""
COLUMNS = f"""
ALTER TABLE issues_issue
  ADD COLUMN search_words tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig,
    issues_search_fold(title || ' ' || reference || ' ' || left(description, {LONGEST})))) STORED,
  ADD COLUMN search_near text GENERATED ALWAYS AS
    (' ' || issues_search_fold(title || ' ' || left(description, {BEGINNING})) || ' ') STORED;
ALTER TABLE issues_comment
  ADD COLUMN search_words tsvector GENERATED ALWAYS AS
    (to_tsvector('simple'::regconfig, issues_search_fold(left(body, {LONGEST})))) STORED;
CREATE INDEX issue_search_words ON issues_issue USING gin (search_words);
CREATE INDEX issue_search_near ON issues_issue USING gin (search_near gin_trgm_ops);
CREATE INDEX comment_search_words ON issues_comment USING gin (search_words)
"""
NO_COLUMNS = """
ALTER TABLE issues_issue DROP COLUMN search_words, DROP COLUMN search_near;
ALTER TABLE issues_comment DROP COLUMN search_words;
DROP FUNCTION issues_search_fold(text)
"""

# --- SQLite


def _near(row):
    """SQL: the folded beginning of an issue, blanks around every word."""
    text = f"{row}.title || ' ' || substr({row}.description, 1, {BEGINNING})"
    for sign in PUNCTUATION:
        text = f"replace({text}, char({ord(sign)}), ' ')"
    return f"' ' || {text} || ' '"


WORDS = "tokenize='unicode61 remove_diacritics 2', prefix='2 3'"
FIELDS = "title, description, reference"
NEW, OLD = (", ".join(f"{row}.{name}" for name in FIELDS.split(", ")) for row in ("NEW", "OLD"))
ADD_ISSUE = f"INSERT INTO issues_issue_words (rowid, {FIELDS}) VALUES (NEW.id, {NEW});"
TAKE_ISSUE = (
    f"INSERT INTO issues_issue_words (issues_issue_words, rowid, {FIELDS}) VALUES ('delete', OLD.id, {OLD});"
)
ADD_NEAR = f"INSERT INTO issues_issue_near (rowid, words) VALUES (NEW.id, {_near('NEW')});"
TAKE_NEAR = "DELETE FROM issues_issue_near WHERE rowid = OLD.id;"
ADD_COMMENT = "INSERT INTO issues_comment_words (rowid, body) VALUES (NEW.id, NEW.body);"
TAKE_COMMENT = "INSERT INTO issues_comment_words (issues_comment_words, rowid, body) VALUES ('delete', OLD.id, OLD.body);"
TRIGGERS = {
    "issue_search_insert": f"AFTER INSERT ON issues_issue BEGIN {ADD_ISSUE} {ADD_NEAR} END",
    "issue_search_update": (
        f"AFTER UPDATE OF id, {FIELDS} ON issues_issue "
        f"BEGIN {TAKE_ISSUE} {TAKE_NEAR} {ADD_ISSUE} {ADD_NEAR} END"
    ),
    "issue_search_delete": f"AFTER DELETE ON issues_issue BEGIN {TAKE_ISSUE} {TAKE_NEAR} END",
    "comment_search_insert": f"AFTER INSERT ON issues_comment BEGIN {ADD_COMMENT} END",
    "comment_search_update": (
        f"AFTER UPDATE OF id, body ON issues_comment BEGIN {TAKE_COMMENT} {ADD_COMMENT} END"
    ),
    "comment_search_delete": f"AFTER DELETE ON issues_comment BEGIN {TAKE_COMMENT} END",
}
TABLES = ("issues_issue_words", "issues_comment_words", "issues_issue_near")


def _on_sqlite(editor):
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        version = tuple(int(part) for part in cursor.fetchone()[0].split("."))
    trigram = "trigram remove_diacritics 1" if version >= (3, 45) else "trigram"
    return [
        f"CREATE VIRTUAL TABLE issues_issue_words USING fts5({FIELDS}, content='issues_issue', content_rowid='id', {WORDS})",
        f"CREATE VIRTUAL TABLE issues_comment_words USING fts5(body, content='issues_comment', content_rowid='id', {WORDS})",
        f"CREATE VIRTUAL TABLE issues_issue_near USING fts5(words, tokenize='{trigram}')",
        "INSERT INTO issues_issue_words (issues_issue_words) VALUES ('rebuild')",
        "INSERT INTO issues_comment_words (issues_comment_words) VALUES ('rebuild')",
        f"INSERT INTO issues_issue_near (rowid, words) SELECT issue.id, {_near('issue')} FROM issues_issue issue",
        *(f"CREATE TRIGGER {name} {body}" for name, body in TRIGGERS.items()),
    ]


def install(apps, schema_editor):
    """Make the indexes and fill them with what is there."""
    if schema_editor.connection.vendor == "sqlite":
        statements = _on_sqlite(schema_editor)
    else:
        try:
            with transaction.atomic(using=schema_editor.connection.alias):
                schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
        except DatabaseError as error:
            raise NoTrigrams(NO_TRIGRAMS) from error
        statements = [FOLD, *COLUMNS.split(";")]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    """Take the indexes away; the extension may serve others and stays."""
    if schema_editor.connection.vendor == "sqlite":
        statements = [f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS]
        statements += [f"DROP TABLE IF EXISTS {name}" for name in TABLES]
    else:
        statements = NO_COLUMNS.split(";")
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("issues", "0004_attachments")]

    operations = [migrations.RunPython(install, remove)]
