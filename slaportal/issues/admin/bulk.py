"""One act on many issues: a preview of every row, then one call of the service per row, then a result per row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.models import Issue, IssueQuerySet
from slaportal.issues.selectors.clocks import next_face
from slaportal.issues.selectors.duties import duties
from slaportal.issues.selectors.page import workers
from slaportal.issues.services import work
from slaportal.lib.refusal import Refused
from slaportal.lib.sheets import to_csv

MOST = 200
ACTS = {"take": gettext_lazy("Assign to me"), "assign": gettext_lazy("Assign to somebody")}
HEADER = (
    "reference",
    "title",
    "client",
    "level",
    "provisional",
    "state",
    "stage",
    "waiting on",
    "next deadline (UTC)",
    "clock",
    "owner",
    "submitted (UTC)",
    "last update (UTC)",
)


class OwnerForm(forms.Form):
    """To whom the issues go."""

    to: "forms.ModelChoiceField[Membership]" = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("New owner"), required=False, empty_label=gettext_lazy("Nobody")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = workers()


@dataclass(frozen=True, slots=True)
class Row:
    """One issue of a bulk act: what is planned, or how it went."""

    issue: Issue
    words: str
    done: bool | None = None


def preview(model_admin: Any, request: HttpRequest, issues: IssueQuerySet, act: str) -> HttpResponse | None:
    """Show what `act` would do to each of `issues`; nothing is changed yet."""
    member = member_of(request)
    chosen = list(issues.select_related("organization", "assigned_to__user")[: MOST + 1])
    if len(chosen) > MOST:
        messages.error(
            request, _("Choose at most %(most)s issues at once; nothing was changed.") % {"most": MOST}
        )
        return None
    rows = [Row(issue, _planned(issue, act, member)) for issue in chosen]
    return _page(model_admin, request, act, rows=rows, form=OwnerForm() if act == "assign" else None)


def run(model_admin: Any, request: HttpRequest, act: str) -> HttpResponse:
    """Do `act` on each of the issues that were previewed, and say for each how it went."""
    if act not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect("admin:issues_issue_changelist")
    member = member_of(request)
    form = OwnerForm(request.POST) if act == "assign" else None
    issues = list(_seen(request.POST.getlist("issue")[:MOST], member))
    if form is not None and not form.is_valid():
        rows = [Row(issue, _planned(issue, act, member)) for issue in issues]
        return _page(model_admin, request, act, rows=rows, form=form)
    to = form.cleaned_data["to"] if form else member
    rows = [_assign(issue, to, member, now=datetime.now(UTC)) for issue in issues]
    return _page(model_admin, request, act, rows=rows, finished=True)


def _seen(given: Iterable[str], member: Membership) -> Iterator[Issue]:
    """Yield the issues as they were previewed (`id:version`), of those that `member` may read."""
    versions = dict(pair for one in given if len(pair := one.split(":")) == 2)
    ids = [int(pk) for pk, version in versions.items() if pk.isdecimal() and version.isdecimal()]
    found = Issue.objects.visible_to(member).select_related(
        "organization", "assigned_to__user", "agreement__policy_version", "agreement__calendar"
    )
    for issue in found.filter(pk__in=ids).by_urgency():
        # The service refuses where somebody else was faster than this preview.
        issue.version = int(versions[str(issue.pk)])
        yield issue


def _assign(issue: Issue, to: Membership | None, actor: Membership, *, now: datetime) -> Row:
    try:
        work.assign(issue=issue, to=to, actor=actor, now=now)
    except (Refused, NotAllowed) as error:
        return Row(issue, str(error), done=False)
    return Row(
        issue, _("Assigned to %(user)s.") % {"user": to.user} if to else _("Nobody owns it now."), done=True
    )


def _planned(issue: Issue, act: str, member: Membership) -> str:
    now = str(issue.assigned_to.user) if issue.assigned_to else _("nobody")
    if act != "take":
        return _("Owner now: %(user)s") % {"user": now}
    if issue.assigned_to_id == member.pk:
        return _("Yours already; will be left as it is")
    return _("Owner: %(before)s → %(after)s") % {"before": now, "after": member.user}


def _page(
    model_admin: Any,
    request: HttpRequest,
    act: str,
    *,
    rows: list[Row],
    form: OwnerForm | None = None,
    finished: bool = False,
) -> TemplateResponse:
    failed = sum(row.done is False for row in rows)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": ACTS[act],
        "act": act,
        "rows": rows,
        "form": form,
        "finished": finished,
        "failed": failed,
        "done": sum(row.done is True for row in rows),
    }
    return TemplateResponse(request, "issues_admin/bulk.html", context)


def as_csv(issues: IssueQuerySet, *, reader: Membership, now: datetime) -> HttpResponse:
    """Return `issues` as a CSV file whose cells no spreadsheet takes for formulas."""
    chosen = issues.select_related("organization", "assigned_to__user").prefetch_related("obligations")
    response = HttpResponse(
        to_csv(HEADER, (_cells(issue, reader=reader, now=now) for issue in chosen)),
        content_type="text/csv; charset=utf-8",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="issues-{now:%Y-%m-%d}.csv"'
    return response


def _cells(issue: Issue, *, reader: Membership, now: datetime) -> list[object]:
    owed = duties(issue, party=reader.party, reader=reader)
    who = (settings.VENDOR_NAME if owed[0].yours else owed[0].who) if owed else ""
    face = next_face(issue.obligations.all(), now=now) if issue.is_live else None
    return [
        issue.reference,
        issue.title,
        issue.organization.name,
        issue.get_level_display(),
        "yes" if issue.provisional else "no",
        issue.get_state_display(),
        issue.get_stage_display(),
        f"{who}: {owed[0].what}" if owed else "",
        f"{issue.next_due_at:%Y-%m-%d %H:%M}" if issue.next_due_at else "",
        face.headline if face else "",
        issue.assigned_to.user.name if issue.assigned_to else "",
        f"{issue.submitted_at:%Y-%m-%d %H:%M}",
        f"{issue.updated_at:%Y-%m-%d %H:%M}",
    ]
