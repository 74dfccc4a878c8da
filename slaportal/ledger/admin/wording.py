"""The words of messages: what is sent for each kind in each language, edited with a look at a real issue."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone

from slaportal.accounts.admin.reading import ReadOnlyAdmin
from slaportal.lib.refusal import Refused
from slaportal.notifications import kinds, placeholders, rendering, selectors, services
from slaportal.notifications.models import TemplateVersion

EDIT = "admin:notifications_templateversion_words"
LABELS = {
    "topic": ("End of the subject", "Reference, level and title stand before it."),
    "happened": ("What happened", "The first line."),
    "ask": ("What to do", "The second line: what the reader has to do, and by when."),
    "button": ("Words on the button", ""),
    "quote": ("Heading of the message", "Only where somebody wrote one."),
    "because": ("Heading of the reason", "Only where somebody gave one."),
    "why": ("Why the reader gets this", "In the footer."),
}


class WordsForm(forms.Form):
    """One text per block, and the issue to look at them with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in placeholders.BLOCKS:
            label, text = LABELS[name]
            long = name not in placeholders.LONGEST
            self.fields[name] = forms.CharField(
                label=label,
                help_text=text,
                required=name in placeholders.NEEDED,
                max_length=placeholders.LONGEST.get(name, placeholders.LONGEST_SENTENCE),
                widget=forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput(),
            )
        self.fields["reference"] = forms.CharField(
            label="Look at it with issue",
            help_text="A reference; empty for the latest message of this kind.",
            required=False,
            max_length=32,
        )

    def blocks(self) -> dict[str, str]:
        """Return block → text."""
        return {name: self.cleaned_data.get(name, "") for name in placeholders.BLOCKS}


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ReadOnlyAdmin):
    """Every kind with what is in force; writing goes through `notifications.services`."""

    read_act = "message.edit"
    search_fields = ()

    def get_urls(self) -> list[URLPattern]:
        """Add the page of one kind in one language."""
        view = self.admin_site.admin_view(self.words_view)
        return [
            path("<slug:kind>/<slug:language>/", view, name=EDIT.removeprefix("admin:")),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show all kinds by group, with the edition in force in each language."""
        self._guard(request)
        rows = TemplateVersion.objects.filter(active=True).select_related("by")
        in_force = {(row.kind, row.language): row for row in rows}
        groups = [
            (
                title,
                [
                    (kind, [(one, in_force.get((kind.key, one))) for one in rendering.languages()])
                    for kind in group
                ],
            )
            for title, group in kinds.GROUPS
        ]
        return self.page(request, "ledger_admin/words_list.html", title="Words of messages", groups=groups)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lead from an edition to the page of its kind and language."""
        row = TemplateVersion.objects.filter(pk=object_id if object_id.isdecimal() else 0).first()
        if row is None:
            raise Http404("There is no such edition.")
        return redirect(EDIT, row.kind, row.language)

    def words_view(self, request: HttpRequest, kind: str, language: str) -> HttpResponse:
        """Edit, look at, try and put in force the words of one kind in one language."""
        self._guard(request)
        told = kinds.KINDS.get(kind)
        if told is None or told.own or language not in rendering.languages():
            raise Http404("There are no words to edit for this.")
        if request.method == "POST" and "restore" in request.POST:
            services.restore_default(kind=kind, language=language)
            messages.success(request, "The portal’s own words are sent again. The editions are kept.")
            return redirect(EDIT, kind, language)
        editions = list(TemplateVersion.objects.filter(kind=kind, language=language).select_related("by"))
        chosen = _chosen(editions, request.GET.get("version", ""))
        first = chosen.blocks if chosen else rendering.standard_words(told, language)
        form = WordsForm(request.POST or None, initial=first)
        if request.method == "POST" and form.is_valid():
            done = self._act(request, form, kind=kind, language=language)
            if done is not None:
                return done
        return self.page(
            request,
            "ledger_admin/words.html",
            title=f"{told.label} ({language})",
            form=form,
            kind=told,
            language=language,
            languages=rendering.languages(),
            editions=editions,
            active=next((one for one in editions if one.active), None),
            known=placeholders.KNOWN,
            mail=_mail(form, chosen, kind=kind, language=language),
        )

    def _act(self, request: HttpRequest, form: WordsForm, *, kind: str, language: str) -> HttpResponse | None:
        """Save or send; None to show the page again, with the preview or with what is wrong."""
        now = datetime.now(UTC)
        try:
            if "save" in request.POST:
                made = services.save_version(
                    kind=kind, language=language, blocks=form.blocks(), by=request.user, now=now
                )
                messages.success(request, f"Version {made.number} is in force.")
                return redirect(EDIT, kind, language)
            if "send" in request.POST:
                services.test_send(
                    to=request.user,
                    kind=kind,
                    language=language,
                    context=_context(kind, form.cleaned_data["reference"]),
                    blocks=form.blocks(),
                    now=now,
                )
                messages.success(request, f"Sent to {request.user}.")
        except Refused as refused:
            form.add_error(None, str(refused))
        except Exception as error:  # noqa: BLE001 – whatever the mail server says is for the person who tries
            form.add_error(None, f"The mail server did not take it: {error}")
        return None

    def _guard(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise Http404


def _chosen(editions: list[TemplateVersion], number: str) -> TemplateVersion | None:
    """The edition asked for, else the one in force."""
    return next((one for one in editions if (str(one.number) == number if number else one.active)), None)


def _mail(
    form: WordsForm, chosen: TemplateVersion | None, *, kind: str, language: str
) -> rendering.Mail | None:
    """The mail as the words in the form make it; None while they cannot be used, which the form then says."""
    if form.is_bound and not form.is_valid():
        return None
    own = chosen.blocks if chosen else None
    try:
        return services.preview(
            kind=kind,
            language=language,
            context=_context(kind, form.cleaned_data["reference"] if form.is_bound else ""),
            timezone=timezone.get_current_timezone_name(),
            blocks=form.blocks() if form.is_bound else own,
        )
    except Refused as refused:
        if str(refused) not in form.non_field_errors():
            form.add_error(None, str(refused))
        return None


def _context(kind: str, reference: str) -> dict[str, Any]:
    """The facts of a real message, without the link that is signed for its reader; samples where there is none."""
    message = selectors.example(kind, reference=reference.strip().upper())
    if message is None:
        if reference:
            raise Refused(f"Nobody was told anything about {reference} yet.")
        return SAMPLE
    return {**message.context, "ack_url": "", "stands_in_for": ""}


SAMPLE: dict[str, Any] = {
    "reference": "ISS-7Q4K2M9D",
    "title": "Monthly report cannot be exported",
    "organization": "Example client",
    "level": "High",
    "old_level": "Medium",
    "new_level": "High",
    "actor": "Sam Weber",
    "actor_party": "Vendor",
    "reason": "A sample: no message of this kind was written yet.",
    "answer_by": "2026-11-25T16:00:00+00:00",
    "due_at": "2026-11-27T08:30:00+00:00",
    "metric": "Resolution",
    "url": "/",
}
