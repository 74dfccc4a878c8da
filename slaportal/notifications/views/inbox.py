"""The inbox: what the portal told the person who looks, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from slaportal.notifications import kinds, selectors, services
from slaportal.notifications.models import Message

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the list shows it; `href` is "" where nothing can be opened."""

    message: Message
    title: str
    words: str
    href: str
    urgent: bool


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List one's own messages; `?unread=1` only those not read."""
    unread = request.GET.get("unread") == "1"
    rows = selectors.inbox(person=request.user, unread=unread)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = lines_of(page.object_list, reader=request.user)
    return render(request, "notifications/inbox.html", {"page": page, "lines": lines, "unread_only": unread})


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one of one's own messages as read; what is not one's own does not exist."""
    if not selectors.inbox(person=request.user).filter(pk=pk).exists():
        raise Http404("There is no such message.")
    services.mark_read(pk, person=request.user, now=datetime.now(UTC))
    return redirect(_back(request))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    services.mark_all_read(person=request.user, now=datetime.now(UTC))
    return redirect("notifications:inbox")


def lines_of(messages: Iterable[Message], *, reader: object) -> list[Line]:
    """Return the lines for `messages`: in the words that were sent or, before that, in those that would be."""
    rows = list(messages)
    words = selectors.briefs([row for row in rows if not row.text], reader=reader)
    found = []
    for row in rows:
        kind = kinds.KINDS.get(row.kind)
        label = gettext(kind.label) if kind else row.kind
        brief = words.get(row.pk)
        title, text = (brief.subject, brief.happened) if brief else (row.subject, _first_paragraph(row.text))
        found.append(Line(row, title or label, text, _path(row), bool(kind and kind.urgent)))
    return found


def _first_paragraph(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())


def _path(message: Message) -> str:
    """The page the message is about; only a path of ours."""
    url = message.context.get("url")
    own = isinstance(url, str) and url.startswith("/") and url_has_allowed_host_and_scheme(url, None)
    return str(url) if own else ""


def _back(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"{request.path.rsplit('/', 2)[0]}{'?' + query if query else ''}"
