"""The walks through in docs/api.md do what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from slaportal.issues.models import Attachment, Issue
from slaportal.ledger.services import seal
from tests.api.programs import token_of
from tests.world import MONDAY, make_world, report

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one block of code of `language`."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture
def environment(live_server: LiveServer, settings: Settings) -> dict[str, str]:
    """A portal with an issue, and a token of alice."""
    settings.PORTAL_URL = live_server.url
    world = make_world()
    report(world.bob)
    seal(now=MONDAY)
    return {**os.environ, "PORTAL": live_server.url, "TOKEN": token_of(world.alice)[1]}


def run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    """Run a walk in an empty folder and return what it printed."""
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_the_walk_with_curl_reports_once_writes_and_withdraws(
    environment: dict[str, str], tmp_path: Path
) -> None:
    run(["bash", "-euo", "pipefail", "-c", block("sh")], environment, tmp_path)
    issue = Issue.objects.get(title="Export fails")
    assert issue.state == "withdrawn"
    assert [one.name for one in Attachment.objects.filter(issue=issue)] == ["error.txt"]


def test_the_walk_with_python_copies_follows_and_is_told_what_is_wrong(
    environment: dict[str, str], tmp_path: Path
) -> None:
    said = run([sys.executable, "-c", block("python")], environment, tmp_path)
    assert Issue.objects.get().reference in said
    assert "issue.submitted" in said
    assert "('/description', 'required')" in said
