"""Mail that arrived: what became of it and why, and a second try."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.admin.base import actor_of, button, labelled
from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.integrations.mailreading.reading import Unreadable, read
from slaportal.integrations.models import InboundMail
from slaportal.integrations.services import mail
from slaportal.integrations.services.mail.judging import REASONS
from slaportal.lib.refusal import Refused


@admin.register(InboundMail)
class InboundMailAdmin(ReadOnlyAdmin):
    """The spool. Somebody looks at its quarantine; everything else is there to be found again."""

    read_act = "mail.handle"
    list_display = ("what", "author", "received", "state_label", "why", "issue")
    list_filter = ("state", "way", "reason")
    search_fields = ("subject", "author", "issue__reference")
    list_select_related = ("issue",)
    fields = ("state_label", "why", "detail", "received", "way", "sent_from", "sent_to", "issue", "letter")
    readonly_fields = fields
    actions_detail = ("try_again", "take_out", "original")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the bytes in the database: a list of mails must not carry their attachments."""
        return super().get_queryset(request).defer("raw")

    @admin.display(description=_("Subject"))
    def what(self, row: InboundMail) -> str:
        """Its subject."""
        return row.subject or "–"

    @admin.display(description=_("Received"), ordering="received_at")
    def received(self, row: InboundMail) -> SafeString | str:
        """When our server took it."""
        return instant(row.received_at)

    @labelled(_("State"), {"posted": "success", "quarantined": "warning", "waiting": "info"})
    def state_label(self, row: InboundMail) -> tuple[str, str]:
        """What became of it."""
        return row.state, row.get_state_display()

    @admin.display(description=_("Why"))
    def why(self, row: InboundMail) -> str:
        """The reason in words."""
        return gettext(REASONS[row.reason]) if row.reason else "–"

    @admin.display(description=_("Letter"))
    def letter(self, row: InboundMail) -> SafeString:
        """What is understood of it, as text."""
        try:
            understood = read(bytes(row.raw))
        except Unreadable as unreadable:
            return render_to_string("admin/integrations/letter.html", {"unreadable": str(unreadable)})
        return render_to_string("admin/integrations/letter.html", {"letter": understood})

    def has_handle_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may decide about this mail now."""
        if not permissions.may(actor_of(request), "mail.handle"):
            return False
        state = InboundMail.State.QUARANTINED
        return object_id is None or InboundMail.objects.filter(pk=object_id, state=state).exists()

    def has_original_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may have the mail as it arrived."""
        return permissions.may(actor_of(request), "mail.handle")

    @button(_("Try again"), path="try-again", permission="handle", icon="refresh", primary=True)
    def try_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Judge it anew."""
        return self._act(
            request, object_id, mail.retry, gettext("It is read and judged again within seconds.")
        )

    @button(_("Dismiss"), path="dismiss", permission="handle", icon="delete_sweep")
    def take_out(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Leave it unposted."""
        return self._act(request, object_id, mail.dismiss, gettext("Dismissed. The mail itself is kept."))

    @button(_("Original"), path="original", permission="original", icon="download")
    def original(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The mail as it arrived, as a file: never shown in the browser."""
        row = get_object_or_404(InboundMail, pk=object_id)
        return HttpResponse(
            bytes(row.raw),
            content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="mail-{row.pk}.eml"'},
        )

    def _act(self, request: HttpRequest, object_id: int, act: Any, done: str) -> HttpResponse:
        actor = actor_of(request)
        if actor is None:
            raise PermissionDenied
        row = get_object_or_404(InboundMail.objects.defer("raw"), pk=object_id)
        try:
            act(mail=row, actor=actor, now=datetime.now(UTC))
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, done)
        return redirect(reverse("admin:integrations_inboundmail_change", args=[row.pk]))
