"""Loads the histories beside this file, which all take place in the world of world.jsonl.

Berlin, Monday to Friday 09:00 to 17:00, which is 08:00Z to 16:00Z in January; 1 and 6 January 2026 are holidays.
Ann is an agent, Leo a lead and Sue senior management of the vendor; Rita reports and Mona manages at Acme, Gus and
Gina at Globex. Acme's policy stops the clock for nobody, Globex's while waiting for the client.
"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

FOLDER = Path(__file__).with_name("histories")
Row = dict[str, Any]


def text_of(*names: str) -> str:
    """Return the lines of the named histories, one after the other."""
    return "".join((FOLDER / f"{name}.jsonl").read_text(encoding="utf-8") for name in names)


def load(tmp_path: Path, text: str, *options: str) -> str:
    """Load `text` by the command and return what the command said."""
    file = tmp_path / "history.jsonl"
    file.write_text(text, encoding="utf-8")
    said = StringIO()
    call_command("load_history", str(file), *options, stdout=said)
    return said.getvalue()


def standing(organization: str = "acme", *options: str) -> dict[tuple[str, str], Row]:
    """Return what `manage.py obligations --json` writes, by issue and metric."""
    said = StringIO()
    call_command("obligations", "--organization", organization, "--json", *options, stdout=said)
    rows = [json.loads(line) for line in said.getvalue().splitlines()]
    return {(row["issue"], row["metric"]): row for row in rows}


def line(**fields: Any) -> str:
    """Return one line of a history."""
    return json.dumps(fields) + "\n"
