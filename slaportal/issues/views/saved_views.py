"""Saving, renaming and removing views of the list; each goes back to the list."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from slaportal.accounts.http import member_of
from slaportal.issues.models import SavedView
from slaportal.issues.selectors.saved_views import from_text
from slaportal.issues.services.saving_views import remove_view, rename_view, save_view
from slaportal.lib.refusal import Refused


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters that the list had."""
    query = request.POST.get("query", "")
    try:
        view = save_view(
            name=request.POST.get("name", ""),
            query=query,
            shared=request.POST.get("shared") == "on",
            actor=member_of(request),
            now=datetime.now(UTC),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
    return _to_list(from_text(query))


@require_POST
def rename(request: HttpRequest, view: int) -> HttpResponse:
    """Give a view another name."""
    found = _find(request, view)
    try:
        rename_view(view=found, name=request.POST.get("name", ""), actor=member_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _to_list(found.query)


@require_POST
def remove(request: HttpRequest, view: int) -> HttpResponse:
    """Remove a view."""
    found = _find(request, view)
    remove_view(view=found, actor=member_of(request))
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return _to_list("")


def _find(request: HttpRequest, key: int) -> SavedView:
    found = SavedView.objects.visible_to(member_of(request)).filter(pk=key).first()
    if found is None:
        raise Http404("There is no such view.")
    return found


def _to_list(query: str) -> HttpResponse:
    address = reverse("issues:list")
    return HttpResponse(status=303, headers={"Location": f"{address}?{query}" if query else address})
