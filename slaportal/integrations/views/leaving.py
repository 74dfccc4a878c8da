"""Everything about one organization, to take along."""

from datetime import UTC, datetime

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Party
from slaportal.accounts.selectors import visible_organizations
from slaportal.integrations.leaving.tables import TABLES
from slaportal.integrations.services import leaving
from slaportal.jobs.models import Job


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Say what the file will hold, and ask for it."""
    member = member_of(request)
    permissions.require(member, "data.export", organization_id=member.organization_id)
    organizations = visible_organizations(member, act="data.export").filter(party=Party.CLIENT)
    if request.method == "POST":
        chosen = request.POST.get("organization", "")
        organization = get_object_or_404(organizations, pk=int(chosen) if chosen.isdecimal() else 0)
        job = leaving.ask_for_export(organization=organization, actor=member, now=datetime.now(UTC))
        return redirect("jobs:detail", job.reference)
    context = {"organizations": organizations, "tables": [table.name for table in TABLES]}
    return render(request, "integrations/leave.html", context)


@require_safe
def file(request: HttpRequest, reference: str) -> FileResponse:
    """Send a file that was made for this person, while they still have the right."""
    member = member_of(request)
    job = get_object_or_404(Job.objects.visible_to(member), reference=reference, kind="leaving", state="done")
    permissions.require(member, "data.export", organization_id=job.arguments["organization"])
    path = leaving.file_of(job)
    if not path.is_file():
        raise Http404("It was kept for 7 days.")
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{job.reference}.zip")
