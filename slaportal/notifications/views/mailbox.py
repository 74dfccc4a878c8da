"""The development mailbox: mail that a portal without a mail server keeps instead of sending it."""

from csp.constants import SELF
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from slaportal.notifications import selectors
from slaportal.notifications.forms import MailboxFilter
from slaportal.notifications.models import MailboxEntry

PER_PAGE = 25
# A mail's HTML runs nothing, loads nothing and is nobody: a window of its own origin whose links open outside it.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def _reader(request: HttpRequest) -> AbstractBaseUser:
    """The person who reads; 404 where mail is really sent."""
    if not selectors.mailbox_enabled() or not isinstance(request.user, AbstractBaseUser):
        raise Http404("This portal sends its mail.")
    return request.user


def _mail(request: HttpRequest, pk: int) -> MailboxEntry:
    return get_object_or_404(selectors.mailbox(viewer=_reader(request)), pk=pk)


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the kept mails, newest first."""
    reader = _reader(request)
    form = MailboxFilter(request.GET, addresses=selectors.mailbox_addresses(viewer=reader))
    asked = form.cleaned_data if form.is_valid() else {}
    rows = selectors.mailbox(viewer=reader, to=asked.get("to", ""), search=asked.get("q", ""))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    filtered = any(asked.values())
    return render(request, "notifications/mailbox.html", {"form": form, "page": page, "filtered": filtered})


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail: its HTML in a frame, its text, its headers."""
    response = render(request, "notifications/mail.html", {"mail": _mail(request, pk)})
    response._csp_update = {"frame-src": [SELF]}  # type: ignore[attr-defined]
    return response


@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the HTML of one mail as its reader's program would, locked away from the portal around it."""
    entry = _mail(request, pk)
    if not entry.html:
        raise Http404("This mail has no HTML.")
    response = HttpResponse(entry.html)
    response["Content-Security-Policy"] = MAIL_POLICY
    response["Cache-Control"] = "private, no-store"
    return response
