"""Standing exceptions: previewed and asked for by the vendor, approved by another person, answered by the client."""

from datetime import UTC, datetime
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.escalations import services
from slaportal.escalations.forms import AnswerForm, StandingForm
from slaportal.escalations.models import StandingException
from slaportal.escalations.selectors import (
    covered_by,
    preview,
    standing_acts,
    standing_for,
    visible_standing,
)
from slaportal.escalations.views.answering import Acts, refused_answer
from slaportal.lib.references import normalize_reference
from slaportal.lib.refusal import Refused
from slaportal.policies.models import Agreement

PER_PAGE = 25
# act → its service, whether it needs a reason, and what to say after it
ACTS: Final[Acts] = {
    "approve": (services.approve_standing, False, _("Approved. The client answers now.")),
    "reject": (services.reject_standing, True, _("Refused. The requester may ask anew.")),
    "accept": (services.accept_standing, False, _("Accepted. The portal applies it now.")),
    "contest": (services.contest_standing, True, _("Contested. The strict figure stands alone.")),
    "end": (services.end_standing, False, _("Ended. From now on every clock counts again.")),
}


@require_safe
def exceptions(request: HttpRequest) -> HttpResponse:
    """List the standing exceptions of the agreements that the reader may read."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "policy.read")
    page = Paginator(visible_standing(member), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(one, standing_acts(one, member, now=now)) for one in page.object_list],
        "member": member,
        "now": now,
        "may_request": permissions.may(member, "exception.request"),
    }
    return render(request, "escalations/standing_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def request_exception(request: HttpRequest) -> HttpResponse:
    """Ask for a standing exception: first what it would cover, then, confirmed, for real."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "exception.request")
    wanted = {"agreement": request.GET.get("agreement", ""), "metric": ""}
    form = StandingForm(request.POST or None, agreements=_agreements(member, now), initial=wanted)
    shown: tuple[list[Any], int] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if "confirmed" in request.POST:
                made = services.request_standing(actor=member, now=now, **form.cleaned_data)
                messages.success(request, str(_("Asked. Another person of the vendor approves it now.")))
                return redirect("escalations:standing-detail", made.reference)
            shown = preview(
                services.drafted(actor=member, now=now, **form.cleaned_data), member=member, now=now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "shown": shown is not None and not form.errors}
    if shown:
        context |= {"covered": shown[0], "many": shown[1]}
    return render(request, "escalations/request_standing.html", context, status=422 if form.errors else 200)


@require_safe
def exception(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one standing exception, what it covers or would cover, and what the reader may answer now."""
    member = member_of(request)
    permissions.require(member, "policy.read")
    return _page(request, _found(member, reference), AnswerForm(), status=200)


@require_POST
def answer(request: HttpRequest, reference: str, act: str) -> HttpResponse:
    """Approve, reject, accept, contest or end; the page again, with what was typed, if it is refused."""
    member = member_of(request)
    found = _found(member, reference)
    refused = refused_answer(
        request,
        act,
        acts=ACTS,
        about={"standing": found},
        page=lambda form: _page(request, _found(member, reference), form, status=422),
    )
    return refused or redirect("escalations:standing-detail", found.reference)


def _agreements(member: Membership, now: datetime) -> QuerySet[Agreement]:
    """Return the agreements that hold and that `member` may read."""
    found = Agreement.objects.visible_to(member).in_force(now)
    return found.select_related("organization", "policy_version__policy", "calendar").order_by(
        "organization__name"
    )


def _found(member: Membership, reference: str) -> StandingException:
    found = standing_for(member, normalize_reference(reference))
    if found is None:
        raise Http404("There is no such exception.")
    return found


def _page(request: HttpRequest, found: StandingException, form: AnswerForm, *, status: int) -> HttpResponse:
    member, now = member_of(request), datetime.now(UTC)
    acts = standing_acts(found, member, now=now)
    context: dict[str, Any] = {"standing": found, "form": form, "acts": acts, "now": now, "member": member}
    if found.status in ("requested", "approved"):
        context["covered"], context["many"] = preview(found, member=member, now=now)
    else:
        context["page"] = Paginator(covered_by(found, member=member), PER_PAGE).get_page(
            request.GET.get("page")
        )
    return render(request, "escalations/standing.html", context, status=status)
