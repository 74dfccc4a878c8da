"""Tokens: the keys with which programs act for a person."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from slaportal.accounts import permissions, selectors, services
from slaportal.accounts.forms import TokenForm
from slaportal.accounts.http import member_of
from slaportal.lib.refusal import Refused


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List tokens and make one; its secret is in this one answer and nowhere else."""
    member, now = member_of(request), datetime.now(UTC)
    may_make = permissions.may(member, "token.make", organization_id=member.organization_id)
    may_revoke = permissions.may(member, "token.revoke", organization_id=member.organization_id)
    if not (may_make or may_revoke):
        permissions.require(member, "token.make", organization_id=member.organization_id)
    form = TokenForm(request.POST or None, scopes=services.offered_scopes(member)) if may_make else None
    made, secret = None, ""
    if request.method == "POST":
        permissions.require(member, "token.make", organization_id=member.organization_id)
        if form is not None and form.is_valid():
            try:
                made, secret = services.make_token(actor=member, now=now, **form.given(now=now))
                form = TokenForm(scopes=services.offered_scopes(member))
            except Refused as refused:
                form.add_error(None, str(refused))
    context: dict[str, Any] = {
        "form": form,
        "made": made,
        "secret": secret,
        "now": now,
        "tokens": [(one, one.works(now=now)) for one in selectors.readable_tokens(member)],
        "member": member,
        "portal_url": settings.PORTAL_URL,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "accounts/tokens.html", context, status=status)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token with its next call."""
    member = member_of(request)
    token = get_object_or_404(selectors.readable_tokens(member), pk=pk)
    try:
        services.revoke_token(token=token, actor=member, now=datetime.now(UTC))
        messages.success(request, gettext("“%(name)s” opens nothing any more.") % {"name": token.name})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("accounts:tokens")
