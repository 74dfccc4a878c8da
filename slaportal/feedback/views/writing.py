"""Writing the sections of a post-mortem; two people who write at once both keep their words."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.feedback.forms.postmortems import TextsForm
from slaportal.feedback.models import PostMortem
from slaportal.feedback.selectors import drafts
from slaportal.feedback.services import postmortems as services
from slaportal.feedback.views.postmortems import for_writers, found_for
from slaportal.lib.refusal import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """Take in the sections; where two people changed the same one, show both texts side by side."""
    found, member = for_writers(request, reference)
    permissions.require(member, "postmortem.write", organization_id=found.issue.organization_id)
    if request.method != "POST":
        if found.state != "draft":
            return redirect("feedback:postmortem", reference)
        return _page(request, found, _begun(found))
    form = TextsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        saved = services.save_texts(
            postmortem=found,
            texts=form.texts,
            check_on=form.cleaned_data["check_on"],
            seen=form.cleaned_data["seen"],
            actor=member,
            now=datetime.now(UTC),
        )
    except services.Overlap as overlap:
        return _merge(request, found_for(member, reference), form, overlap, member)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, form, status=422)
    messages.success(request, _("Saved."), extra_tags="draft-done")
    if saved.others:
        sections = ", ".join(str(drafts.LABELS[name]) for name in saved.others)
        messages.info(
            request,
            _("Meanwhile somebody changed other sections (%(sections)s). Both are kept.")
            % {"sections": sections},
        )
    return redirect("feedback:postmortem", reference)


def _begun(found: PostMortem) -> TextsForm:
    """Return the form with what is stored; empty sections begin with what the record knows."""
    initial = {**drafts.suggestions(found), **{name: text for name, text in found.texts().items() if text}}
    return TextsForm(initial={**initial, "check_on": found.check_on, "seen": found.version})


def _merge(
    request: HttpRequest, found: PostMortem, form: TextsForm, overlap: services.Overlap, member: Membership
) -> HttpResponse:
    """Show both texts of each section that two people changed, with one field to put them together."""
    seen = form.cleaned_data["seen"]
    base, stored = drafts.texts_at(found, version=seen), found.texts()
    merged = {name: text if text != base[name] else stored[name] for name, text in form.texts.items()}
    again = TextsForm(initial={**merged, "check_on": form.cleaned_data["check_on"], "seen": found.version})
    context = {
        "postmortem": found,
        "issue": found.issue,
        "form": again,
        "pairs": [
            (drafts.LABELS[name], theirs, mine, again[name]) for name, (theirs, mine) in overlap.both.items()
        ],
        "rest": [again[name] for name in again.fields if name not in overlap.both],
        "who": drafts.saved_last(found, after=seen),
    }
    return render(request, "feedback/merge.html", context, status=409)


def _page(request: HttpRequest, found: PostMortem, form: TextsForm, *, status: int = 200) -> HttpResponse:
    told = [line for line in drafts.lines_of(found, reader=member_of(request)) if line.ticked]
    context = {"postmortem": found, "issue": found.issue, "form": form, "told": told}
    return render(request, "feedback/write.html", context, status=status)
