"""Answering a survey by its link, the results, and following up low answers."""

from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Organization, Party
from slaportal.feedback import charts, services
from slaportal.feedback.forms.surveys import FollowUpForm, SurveyForm
from slaportal.feedback.models import SurveyResponse
from slaportal.feedback.selectors import surveys
from slaportal.lib.refusal import Refused


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask one person's questions without signing in. Opening the page changes nothing, whatever the link selects."""
    now = datetime.now(UTC)
    found = surveys.request_behind(token)
    if found is None:
        return render(request, "feedback/survey_closed.html", status=410)
    given = surveys.response_to(found)
    over = now >= (given.editable_until if given else found.closes_at) or (found.answered and given is None)
    chosen = request.GET.get("answer", "")
    form = SurveyForm(request.POST or None, edition=found.edition, chosen=chosen, initial=_initial(given))
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_survey(request=found, answers=form.answers, comment=form.comment, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{request.path}?thanks")
    context = {"asked": found, "given": given, "form": form, "over": over, "thanks": "thanks" in request.GET}
    return render(request, "feedback/survey.html", context, status=422 if form.errors else 200)


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Show what surveys say, by level and quarter and by question and party, as a chart and as tables."""
    member = member_of(request)
    permissions.require(member, "survey.read")
    clients = list(Organization.objects.filter(party=Party.CLIENT)) if member.is_vendor else []
    wanted = request.GET.get("client", "")
    chosen = next((one for one in clients if str(one.pk) == wanted), None)
    quarters = surveys.by_quarter(member, organization=chosen)
    context = {
        "quarters": quarters,
        "chart": charts.satisfaction(quarters),
        "rounds": surveys.rounds(member, organization=chosen),
        "clients": clients,
        "chosen": chosen,
        "few": surveys.FEW,
        "may_follow_up": permissions.may(member, "survey.single"),
    }
    return render(request, "feedback/results.html", context)


@require_safe
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Show whom the vendor still has to get in touch with after a low answer, and what came of the others."""
    return _follow_ups(request, FollowUpForm(auto_id="outcome-%s"))


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what came of one; the page again, with what was typed, if it is refused."""
    member = member_of(request)
    permissions.require(member, "survey.follow_up")
    found = next((one for one in surveys.follow_ups(member) if one.pk == pk), None)
    if found is None:
        raise Http404("There is no such follow-up.")
    form = FollowUpForm(request.POST, auto_id=f"outcome-{pk}-%s")
    if form.is_valid():
        try:
            services.finish_follow_up(
                follow_up=found, outcome=form.cleaned_data["outcome"], actor=member, now=datetime.now(UTC)
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted. The follow-up is done."))
            return redirect("feedback:follow-ups")
    return _follow_ups(request, form, failed=pk, status=422)


def _follow_ups(
    request: HttpRequest, form: FollowUpForm, *, failed: int = 0, status: int = 200
) -> HttpResponse:
    member = member_of(request)
    permissions.require(member, "survey.single")
    rows = [
        (one, form if one.pk == failed else FollowUpForm(auto_id=f"outcome-{one.pk}-%s"))
        for one in surveys.follow_ups(member)
    ]
    context = {
        "undone": [row for row in rows if row[0].done_at is None],
        "done": [row[0] for row in rows if row[0].done_at is not None],
        "now": datetime.now(UTC),
        "may_finish": permissions.may(member, "survey.follow_up"),
    }
    return render(request, "feedback/follow_ups.html", context, status=status)


def _initial(given: SurveyResponse | None) -> dict[str, str]:
    """Begin with what was answered before."""
    if given is None:
        return {}
    return {key: str(number) for key, number in given.answers.items()} | {"comment": given.comment}
