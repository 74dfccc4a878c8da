"""The first page: the issues that a person may see, and what waits for an answer."""

from datetime import UTC, datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.issues.filters import IssueFilter
from slaportal.issues.models import Issue
from slaportal.issues.selectors import lists, saved_views

PER_PAGE = 25


@require_safe
def issues(request: HttpRequest) -> HttpResponse:
    """List issues by tab, filter and page; on top those whose level waits for the reader's party."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "issue.read")
    visible = Issue.objects.visible_to(member)
    tab = request.GET.get("tab", "open")
    tab = tab if tab in lists.TABS else "open"
    chosen = IssueFilter(request.GET, queryset=visible, member=member, now=now)
    found = chosen.qs if chosen.is_valid() else visible
    counts = lists.counts(visible, member=member)
    filtered = any(request.GET.get(name) for name in chosen.filters)
    pages = Paginator(lists.with_rows(lists.of_tab(found, tab, member=member)), PER_PAGE)
    if not filtered:
        pages.count = counts[tab]  # counted already
    page = pages.get_page(request.GET.get("page"))
    waiting, waiting_count = lists.awaiting_answer(visible, member=member, now=now)
    current = saved_views.canonical(request.GET.dict())
    views = saved_views.links(member, current=current)
    context = {
        "views": views,
        # What is saved already needs no second name.
        "unsaved": "" if any(one.mine and one.current for one in views) else current,
        "member": member,
        "now": now,
        "tab": tab,
        "counts": counts,
        "filter": chosen,
        "filtered": filtered,
        "page": page,
        "rows": lists.rows(list(page), member=member, now=now),
        "waiting": waiting,
        "waiting_count": waiting_count,
        "may_submit": permissions.may(member, "issue.submit"),
    }
    return render(request, "issues/list.html", context)
