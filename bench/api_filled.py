"""What `bench.api` measures, once Django is set up."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
from django.db import connection

from bench.filling import copies, pattern
from bench.timing import percentile
from slaportal.accounts.models import Membership
from slaportal.accounts.services import make_token
from slaportal.issues.models import Issue
from tests.world import MONDAY, make_world

WORDS = {"title": "Export fails", "description": "Error 503 since 08:00 UTC.", "level": "high"}
SCOPES = ["issues:read", "issues:write"]


def everything(portal: str, issues: int, submissions: int, apart: timedelta) -> None:
    """Submissions into an empty portal, then pages of a full one."""
    world = make_world()
    for clients in (1, 4, 8):
        submit(portal, token(world.alice), clients=clients, count=submissions)
    begun = time.perf_counter()
    some = pattern(world, level="low", answered=True, at=MONDAY)
    copies(some, prefix="L", count=issues, apart=apart, history=False)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{Issue.objects.count():,} issues after {time.perf_counter() - begun:.0f} s", flush=True)
    vendor, client = token(world.lena), token(world.alice)
    for who, secret in (("vendor", vendor), ("client", client)):
        for order in ("submitted", "updated"):
            walk(
                portal, secret, f"{who}, order={order}", f"/api/v1/issues?order={order}&limit=50", deep=False
            )
            walk(
                portal, secret, f"{who}, order={order}, deep", deep_address(portal, secret, order), deep=True
            )


def token(member: Membership) -> str:
    """Return the secret of a new token."""
    now = datetime.now(UTC)
    return make_token(actor=member, name="Bench", scopes=SCOPES, expires_at=now + timedelta(days=1), now=now)[
        1
    ]


def submit(portal: str, secret: str, *, clients: int, count: int) -> None:
    """Report `count` issues by so many clients at once and print how long each waited."""

    def one_client(share: int) -> list[float]:
        waited = []
        with httpx.Client(headers={"Authorization": f"Bearer {secret}"}, timeout=60) as http:
            for _ in range(share):
                begun = time.perf_counter()
                answer = http.post(f"{portal}/api/v1/issues", json=WORDS)
                waited.append(time.perf_counter() - begun)
                assert answer.status_code == 201, answer.text
        return waited

    one_client(3)  # the first ones wait for imports and connections
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        found = [one for part in pool.map(one_client, [count // clients] * clients) for one in part]
    took = time.perf_counter() - begun
    print_line(f"submit, {clients} clients, {len(found) / took:.1f} a second", found)


def deep_address(portal: str, secret: str, order: str) -> str:
    """Return the address of a page deep inside the list, as its cursor would have it."""
    column = "submitted_at" if order == "submitted" else "updated_at"
    middle = Issue.objects.order_by(column, "pk")[Issue.objects.count() // 2]
    bound = f"{getattr(middle, column).isoformat()}".replace("+00:00", "Z")
    name = "submitted_before" if order == "submitted" else "updated_since"
    with httpx.Client(headers={"Authorization": f"Bearer {secret}"}, timeout=60) as http:
        address = f"{portal}/api/v1/issues?order={order}&limit=50&{name}={bound}"
        following = http.get(address).raise_for_status().json()["next"]
    return "/api/v1" + str(following).partition("/api/v1")[2].replace(
        f"&{name}={bound.replace(':', '%3A')}", ""
    )


def walk(portal: str, secret: str, what: str, address: str, *, deep: bool) -> None:
    """Fetch thirty pages, each by the cursor of the one before, and print how long each took."""
    waited = []
    with httpx.Client(headers={"Authorization": f"Bearer {secret}"}, timeout=60) as http:
        following = address
        for _ in range(30):
            begun = time.perf_counter()
            page = http.get(portal + following).raise_for_status().json()
            waited.append(time.perf_counter() - begun)
            assert len(page["results"]) == 50
            following = "/api/v1" + page["next"].partition("/api/v1")[2]
    assert ("cursor=" in address) == deep
    print_line(f"list of 50, {what}", waited)


def print_line(what: str, waited: list[float]) -> None:
    """Print the percentiles of what programs waited."""
    found = sorted(waited)
    shares = "   ".join(
        f"p{share * 100:.0f} {percentile(found, share) * 1000:7.1f} ms" for share in (0.5, 0.95, 0.99)
    )
    print(f"{what:<44} n {len(found):>4}   {shares}", flush=True)
