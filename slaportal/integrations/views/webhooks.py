"""Webhooks: who is told of what, what came of each message, and the acts on both."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.integrations.forms import FAMILIES, WebhookForm
from slaportal.integrations.models import Attempt, Delivery, WebhookEndpoint
from slaportal.integrations.posting import Answer
from slaportal.integrations.services import delivering
from slaportal.integrations.services import webhooks as services
from slaportal.lib.refusal import Refused

PER_PAGE = 25


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """List webhooks and make one; its secret is in this one answer and nowhere else."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, services.MANAGE)
    form = WebhookForm(request.POST or None)
    made, secret = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.make_endpoint(actor=member, now=now, **form.cleaned_data)
            form = WebhookForm()
        except Refused as refused:
            form.add_error("url", str(refused))
    found = WebhookEndpoint.objects.visible_to(member).select_related("organization", "made_by__user")
    context = {"endpoints": found, "form": form, "made": made, "secret": secret, "member": member}
    return render(request, "integrations/webhooks.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one webhook with its deliveries, and take changes."""
    member = member_of(request)
    endpoint = _endpoint(member, pk)
    first = {"name": endpoint.name, "url": endpoint.url, "families": endpoint.families}
    form = WebhookForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_endpoint(endpoint=endpoint, actor=member, **form.cleaned_data)
        except Refused as refused:
            form.add_error("url", str(refused))
        else:
            messages.success(request, gettext("Changed."))
            return redirect("integrations:webhook", pk)
    return _page(request, endpoint, form, status=422 if form.errors else 200)


@never_cache
@sensitive_variables("secret")
@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Try, switch off or on, or give a new secret, which is in this one answer."""
    member, now = member_of(request), datetime.now(UTC)
    endpoint = _endpoint(member, pk)
    if act not in ACTS:
        raise Http404("There is no such act.")
    try:
        secret = ACTS[act](request, endpoint, member, now)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("integrations:webhook", pk)
    if secret:
        return _page(request, endpoint, _form_of(endpoint), secret=secret)
    return redirect("integrations:webhook", pk)


@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one message: what was sent, and each try."""
    one = _delivery(member_of(request), pk)
    body = json.dumps(json.loads(one.body), indent=2, ensure_ascii=False)
    context = {"one": one, "endpoint": one.endpoint, "attempts": one.attempts.all(), "body": body}
    return render(request, "integrations/delivery.html", context)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one message once more under the same id."""
    member, now = member_of(request), datetime.now(UTC)
    one = _delivery(member, pk)
    try:
        services.send_again(delivery=one, actor=member, now=now)
        _tell(request, delivering.try_now(one, now=now))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("integrations:delivery", pk)


def _test(request: HttpRequest, endpoint: WebhookEndpoint, member: Membership, now: datetime) -> str:
    made = services.make_test(endpoint=endpoint, actor=member, now=now)
    _tell(request, delivering.try_now(made, now=now))
    return ""


def _rotate(request: HttpRequest, endpoint: WebhookEndpoint, member: Membership, now: datetime) -> str:
    return services.rotate_secret(endpoint=endpoint, actor=member, now=now)


def _disable(request: HttpRequest, endpoint: WebhookEndpoint, member: Membership, now: datetime) -> str:
    services.disable(endpoint=endpoint, actor=member, now=now)
    messages.success(request, gettext("Switched off. Its place is kept."))
    return ""


def _enable(request: HttpRequest, endpoint: WebhookEndpoint, member: Membership, now: datetime) -> str:
    again = services.enable(endpoint=endpoint, actor=member, now=now)
    words = ngettext(
        "Switched on. %(count)d message is tried again.",
        "Switched on. %(count)d messages are tried again.",
        again,
    )
    messages.success(request, words % {"count": again})
    return ""


Run = Callable[[HttpRequest, WebhookEndpoint, Membership, datetime], str]
ACTS: Final[dict[str, Run]] = {"test": _test, "rotate": _rotate, "disable": _disable, "enable": _enable}


def _tell(request: HttpRequest, answer: Answer | None) -> None:
    if answer is None:
        messages.info(request, gettext("It is being sent already."))
    elif answer.status is not None and 200 <= answer.status < 300:
        words = gettext("It arrived: status %(status)s after %(time)s ms.")
        messages.success(request, words % {"status": answer.status, "time": answer.milliseconds})
    else:
        said = answer.problem or gettext("status %(status)s") % {"status": answer.status}
        messages.error(request, gettext("It did not arrive: %(said)s") % {"said": said})


def _form_of(endpoint: WebhookEndpoint) -> WebhookForm:
    return WebhookForm(initial={"name": endpoint.name, "url": endpoint.url, "families": endpoint.families})


def _endpoint(member: Membership, pk: int) -> WebhookEndpoint:
    permissions.require(member, services.MANAGE)
    found = WebhookEndpoint.objects.visible_to(member).select_related("organization").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such webhook.")
    return found


def _delivery(member: Membership, pk: int) -> Delivery:
    permissions.require(member, services.MANAGE)
    mine = WebhookEndpoint.objects.visible_to(member)
    found = Delivery.objects.filter(endpoint__in=mine, pk=pk).select_related("endpoint__organization").first()
    if found is None:
        raise Http404("There is no such delivery.")
    return found


def _page(
    request: HttpRequest,
    endpoint: WebhookEndpoint,
    form: WebhookForm,
    *,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    endpoint.refresh_from_db()
    newest = Prefetch("attempts", queryset=Attempt.objects.order_by("-at", "-pk"))
    page = Paginator(endpoint.deliveries.prefetch_related(newest), PER_PAGE).get_page(request.GET.get("page"))
    names = dict(FAMILIES)
    context = {
        "endpoint": endpoint,
        "form": form,
        "secret": secret,
        "page": page,
        "wanted": [names.get(one, one) for one in endpoint.families],
        "now": datetime.now(UTC),
    }
    return render(request, "integrations/webhook.html", context, status=status)
