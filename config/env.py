"""Reading the environment strictly: a wrong value stops the start with a sentence that says what to do.

Every function takes the name of a variable and returns its value, or raises `ImproperlyConfigured`. An empty
variable counts as absent, because container tools pass absent ones on as empty.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASE_SCHEMES = ("postgres", "postgresql", "sqlite")
REDIS_SCHEMES = ("redis", "rediss", "unix")
MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl", "consolemail", "dummymail", "mailbox")
MAILBOX_BACKEND = "slaportal.notifications.mailbox.EmailBackend"


def read_file(path: Path) -> None:
    """Take variables from a `.env` file; what the environment already says wins."""
    if path.is_file():
        environ.Env.read_env(str(path), overwrite=False)


def text(name: str, default: str | None = None) -> str:
    """The value as it is written; without a default it has to be given."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment or in the file .env.")
    return default


def boolean(name: str, default: bool) -> bool:
    """True or False, in exactly these words: `DEBUG=yes` is a mistake somebody should hear about."""
    value = text(name, str(default))
    if value not in {"True", "False"}:
        raise ImproperlyConfigured(f"{name}={value!r} is not understood. Use 'True' or 'False'.")
    return value == "True"


def integer(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number within [least, most]."""
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None
    if not least <= number <= most:
        raise ImproperlyConfigured(f"{name}={number} is out of range. Use a number from {least} to {most}.")
    return number


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list written with commas."""
    value = text(name, ",".join(default))
    return [word.strip() for word in value.split(",") if word.strip()]


def secret(name: str, default: str | None = None) -> str:
    """A secret, from NAME or from the file that NAME_FILE points to (as container platforms hand them out)."""
    source = text(f"{name}_FILE", "")
    if not source:
        return text(name, default)
    try:
        return Path(source).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={source!r} cannot be read: {error.strerror}.") from None


def url(name: str, schemes: Sequence[str], default: str | None = None) -> str:
    """An address with one of the schemes; the default is not checked and may be empty."""
    value = secret(name, default)
    if value != default:
        refuse_scheme(name, value, schemes)
    return value


def refuse_scheme(name: str, value: str, schemes: Sequence[str]) -> None:
    """Stop unless the address starts with a known scheme. The address itself is not shown: it may hold a password."""
    scheme, separator, _ = value.partition("://")
    if not separator or scheme not in schemes:
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(
            f"{name} starts with {scheme!r}, which is not understood. Use one of {known}."
        )


def portal_url(name: str, default: str | None = None) -> str:
    """The public address of the portal, without a path, for links in mail."""
    value = url(name, ("http", "https"), default).rstrip("/")
    parts = urlsplit(value)
    if not parts.hostname or parts.path or parts.query:
        raise ImproperlyConfigured(
            f"{name}={value!r} is not an address of the form https://support.example.com"
        )
    return value


def database(name: str, default: str | None = None) -> dict[str, object]:
    """Django's settings of the database at an address such as postgres://user:password@host:5432/name."""
    value = url(name, DATABASE_SCHEMES, default)
    return dict(environ.Env.db_url_config(value))


def mail(name: str, default: str | None = None) -> Mapping[str, object]:
    """Django's EMAIL_* settings; `mailbox://` keeps mail in the portal, where it is read on a page."""
    value = url(name, MAIL_SCHEMES, default)
    if value.startswith("mailbox:"):
        return {"EMAIL_BACKEND": MAILBOX_BACKEND}
    config = environ.Env.email_url_config(value)
    return {key: setting for key, setting in config.items() if key.startswith("EMAIL_")}
