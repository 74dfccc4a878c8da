"""Before the first page: migrate, and on the first start load the demo world. `python -m config.prepare`.

One process does it all, since loading Django takes longer than most of the steps. The demo people go to a file
that the supervisor shows when the portal is up.
"""

import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.db import OperationalError, connection

from config import env

PEOPLE = "people.txt"  # in DATA_DIR/run


def demo_wanted() -> bool:
    """The demo world goes into an empty portal only, and only if nobody said DEMO=False or removed it."""
    if not env.boolean("DEMO", True) or "load_demo" not in get_commands():
        return False
    if (settings.RUN_DIR / "demo-removed").exists():
        return False
    return not apps.get_model("issues", "Issue")._default_manager.exists()


def write_people(path: Path) -> None:
    """Write the demo people's sign-ins, if there are any, where the supervisor finds them."""
    path.unlink(missing_ok=True)
    if env.boolean("DEMO", True) and "demo_people" in get_commands():
        with path.open("w", encoding="utf-8") as file:
            call_command("demo_people", stdout=file)


def main() -> int:
    """Exit code: 0 done, 2 a setting or the database is wrong (said in one sentence)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        django.setup()
        settings.RUN_DIR.mkdir(parents=True, exist_ok=True)
        # Without the pool, which would try for ten seconds and then hide the reason.
        connection.settings_dict["OPTIONS"].pop("pool", None)
        connection.ensure_connection()
    except ImproperlyConfigured as problem:
        print(problem)
        return 2
    except OperationalError as problem:
        print(f"The database does not answer, see DATABASE_URL: {problem}".strip())
        return 2
    call_command("migrate", interactive=False, verbosity=1)
    call_command("load_agreement")
    if demo_wanted():
        print("Loading the demo world (DEMO=False starts empty) ...", flush=True)
        call_command("load_demo")
    write_people(settings.RUN_DIR / PEOPLE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
