"""Changes of agreements: offered with their effect, signed by a person of each party."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.feedback import services
from slaportal.feedback.forms.changes import OfferForm
from slaportal.feedback.models import AgreementChange
from slaportal.feedback.selectors import changing
from slaportal.feedback.selectors import whatif as versions
from slaportal.lib.refusal import Refused

A_PAGE = 50
SHOWN = 50  # moved deadlines of open issues


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """List the changes that this person may read, newest first."""
    member = member_of(request)
    permissions.require(member, "policy.read")
    page = Paginator(changing.readable_changes(member), A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_offer": permissions.may(member, "agreement.offer")}
    return render(request, "feedback/changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Ask both parties to sign a published version."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "agreement.offer")
    initial = {name: request.GET[name] for name in ("version", "organization") if name in request.GET}
    form = OfferForm(request.POST or None, member=member, today=timezone.localdate(now), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.offer_change(**form.offer(), actor=member, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Both parties are asked to sign."))
            return redirect("feedback:change", made.pk)
    return render(request, "feedback/change_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a change says otherwise, what it does to open issues now, and who has signed."""
    member = member_of(request)
    return _page(request, _found(member, pk))


@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Sign for one's own party, or take the offer back."""
    member, now = member_of(request), datetime.now(UTC)
    found = _found(member, pk)
    try:
        if act == "sign":
            services.sign_change(change=found, actor=member, now=now)
            messages.success(request, _("You have signed for your party."))
        elif act == "withdraw":
            services.withdraw_change(change=found, actor=member, now=now)
            messages.success(request, _("The offer is withdrawn."))
        else:
            raise Http404("There is no such act.")
    except Refused as refusal:
        return _page(request, _found(member, pk), refused=str(refusal), status=422)
    return redirect("feedback:change", found.pk)


def _found(member: Membership, pk: int) -> AgreementChange:
    permissions.require(member, "policy.read")
    found = changing.readable_changes(member).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such change.")
    return found


def _page(
    request: HttpRequest, found: AgreementChange, *, refused: str = "", status: int = 200
) -> HttpResponse:
    member, now = member_of(request), datetime.now(UTC)
    of_client = permissions.may(member, "agreement.sign", organization_id=found.organization_id)
    effect = None
    if found.open and found.applies_to_open and permissions.may(member, "issue.read"):
        effect = changing.impact(found.version, organization=found.organization, now=now)
    what_if = found.what_if
    if what_if is not None and not versions.readable_what_ifs(member).filter(pk=what_if.pk).exists():
        what_if = None
    context = {
        "change": found,
        "changes": versions.changes(
            versions.version_before(found.version, client=found.organization), found.version
        ),
        "effect": effect,
        "moves": effect.moves[:SHOWN] if effect else (),
        "what_if": what_if,
        "refused": refused,
        "may_sign": of_client and found.open and found.signed_by(member.party) is None,
        "may_withdraw": found.open
        and permissions.may(member, "agreement.offer", organization_id=found.organization_id),
        "signatures": [
            ("client", found.client_signed_by, found.client_signed_at),
            ("vendor", found.vendor_signed_by, found.vendor_signed_at),
        ],
    }
    return render(request, "feedback/change.html", context, status=status)
