"""Fills a database for `bench.lists` and opens its pages; Django is set up by then."""

from datetime import timedelta

from django.urls import reverse

from bench.acts import pages
from bench.filling import copies, pattern
from bench.watching import analyze
from slaportal.issues.models import Issue
from tests.world import MONDAY, make_world


def everything(count: int, apart: timedelta) -> None:
    """Make `count` issues of three levels, then open each page thirty times as client and as agent."""
    world = make_world()
    for number, level in enumerate(("high", "medium", "low")):
        mold = pattern(world, level=level, answered=True, at=MONDAY)
        copies(mold, prefix=f"LIST{number}", count=count // 3, apart=apart)
    analyze()
    print(f"{Issue.objects.count()} issues", flush=True)
    one = Issue.objects.earliest("pk")  # a copy has no reference that a person could type
    paths = {
        "issues": reverse("issues:list"),
        "issues, a word": reverse("issues:list") + "?q=tokens",
        "issues, a typo": reverse("issues:list") + "?q=tokans",
        "one issue": reverse("issues:detail", kwargs={"reference": one.reference}),
        "explain": reverse("issues:explain", kwargs={"reference": one.reference}),
    }
    pages({"client": world.alice, "agent": world.sam}, paths)
    pages({"reporter": world.bob}, {"issues": reverse("issues:list")})
    pages({"agent": world.sam}, {"admin front": "/admin/", "admin queue": "/admin/issues/issue/"})
