"""A wrong value in the environment stops the start with a sentence that says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env, secret_key

BASE_DIR = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("value", ["yes", "true", "1", "on", "FALSE", "Flase"])
def test_a_truth_value_is_one_of_two_words(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DEBUG", value)
    with pytest.raises(ImproperlyConfigured, match=r"DEBUG='\w+' is not understood. Use 'True' or 'False'"):
        env.boolean("DEBUG", False)


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "  ")
    assert env.boolean("DEBUG", True)


def test_a_variable_without_default_has_to_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        env.secret("SECRET_KEY")


@pytest.mark.parametrize(("value", "complaint"), [("80a", "not a whole number"), ("0", "out of range")])
def test_a_port_is_a_number_in_range(monkeypatch: pytest.MonkeyPatch, value: str, complaint: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ImproperlyConfigured, match=complaint):
        env.integer("PORT", 8000, least=1, most=65535)


@pytest.mark.parametrize("value", ["mysql://u:secret@h/db", "postgres", "/var/db.sqlite3", "redis://h"])
def test_an_unknown_database_is_refused_without_showing_its_password(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", value)
    with pytest.raises(ImproperlyConfigured, match=r"Use one of postgres://") as caught:
        env.database("DATABASE_URL")
    assert "secret" not in str(caught.value)


def test_a_database_address_becomes_djangos_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me:pa%40ss@db.internal:5433/portal")
    config = env.database("DATABASE_URL")
    parts = (config["USER"], config["PASSWORD"], config["HOST"], config["PORT"], config["NAME"])
    assert parts == ("me", "pa@ss", "db.internal", 5433, "portal")


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("from a file\n", encoding="utf-8")
    monkeypatch.setenv("SECRET_KEY_FILE", str(path))
    assert env.secret("SECRET_KEY") == "from a file"


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "absent"))
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY_FILE=.*absent.* cannot be read"):
        env.secret("SECRET_KEY")


@pytest.mark.parametrize(
    "value", ["support.example", "ftp://support.example", "https://", "https://a.example/path"]
)
def test_the_portals_address_is_a_host_without_a_path(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORTAL_URL", value)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_URL"):
        env.portal_url("PORTAL_URL")


def test_mail_may_stay_in_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "mailbox://")
    assert env.mail("EMAIL_URL") == {"EMAIL_BACKEND": env.MAILBOX_BACKEND}


def test_mail_over_smtp_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://me:secret@mail.example:587")
    config = env.mail("EMAIL_URL")
    assert (config["EMAIL_HOST"], config["EMAIL_PORT"], config["EMAIL_USE_TLS"]) == (
        "mail.example",
        587,
        True,
    )


def test_what_the_environment_says_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / ".env"
    path.write_text("VENDOR_NAME=FromFile\n", encoding="utf-8")
    monkeypatch.setenv("VENDOR_NAME", "FromShell")
    env.read_file(path)
    assert env.text("VENDOR_NAME") == "FromShell"


def test_the_secret_key_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    first = secret_key.kept_in(tmp_path / "var")
    assert first == secret_key.kept_in(tmp_path / "var")
    assert len(first) >= 50
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "x" * 60}, "DATABASE_URL is not set"),
        ({"SECRET_KEY": "x" * 60, "DATABASE_URL": "sqlite:////dev/null"}, "PORTAL_URL is not set"),
    ],
)
def test_production_does_not_start_on_guesses(variables: dict[str, str], sentence: str) -> None:
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "DATA_DIR"}}
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings.prod"],
        env={**keep, **variables},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert sentence in done.stderr
