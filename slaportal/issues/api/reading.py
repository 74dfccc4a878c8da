"""Finding what a program may read of issues."""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from rest_framework.request import Request

from slaportal.accounts.api.problems import Problem
from slaportal.accounts.models import Membership
from slaportal.issues.api.bodies import EXPANSIONS
from slaportal.issues.models import Attachment, Issue, Obligation
from slaportal.lib.references import normalize_reference

REFERENCE: Final = re.compile(r"[A-Z]{3}-[0-9A-Z]{8}")
PEOPLE: Final = ("reported_by__user", "on_behalf_of__user", "assigned_to__user")
TERMS: Final = ("organization", "duplicate_of", "follows", "agreement__policy_version__policy")


def readable(member: Membership, *, expand: Iterable[str] = ()) -> QuerySet[Issue]:
    """Return the issues of `member` with all that a body shows of them: as many queries for one as for a page."""
    wanted = set(expand)
    prefetch: list[Any] = [
        Prefetch("obligations", queryset=Obligation.objects.visible_to(member).order_by("-metric"))
    ]
    prefetch += [path for name in sorted(wanted) for path in EXPANSIONS[name]]
    if "attachments" in wanted:
        files = Attachment.objects.visible_to(member).select_related("uploaded_by__user")
        prefetch.append(Prefetch("attachments", queryset=files))
    return Issue.objects.visible_to(member).select_related(*PEOPLE, *TERMS).prefetch_related(*prefetch)


def checked(reference: str) -> str:
    """Return `reference` in its one spelling. Raises `Http404` for what cannot be one."""
    found = normalize_reference(reference)
    if not REFERENCE.fullmatch(found):
        raise Http404
    return found


def issue_or_404(member: Membership, reference: str) -> Issue:
    """Return the issue of `reference`, for its parts; whatever is not visible does not exist."""
    issue = Issue.objects.visible_to(member).filter(reference=checked(reference)).first()
    if issue is None:
        raise Http404
    return issue


def expansions(request: Request) -> frozenset[str]:
    """Return what `?expand=` names. Raises `Problem` for a name that there is not."""
    given = request.query_params.get("expand", "")
    wanted = frozenset(name for name in given.split(",") if name)
    if wanted - EXPANSIONS.keys():
        error = {
            "parameter": "expand",
            "code": "invalid",
            "detail": f"Some of {', '.join(EXPANSIONS)}, with commas between.",
        }
        raise Problem("invalid_parameter", "There is no such part to expand.", errors=[error])
    return wanted
