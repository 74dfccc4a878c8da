"""The outbox: what the portal told people, what it still owes them, and what it could not deliver."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter

from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.lib.durations import spoken
from slaportal.notifications import kinds, rendering, selectors, services
from slaportal.notifications.models import Heartbeat, Message

TONES = {Message.Status.FAILED: "tag--bad", Message.Status.SENT: "tag--good", Message.Status.PENDING: ""}


def kind_label(message: Message) -> str:
    """Return what the message is for, in words."""
    try:
        return kinds.get(message.kind).label
    except kinds.UnknownKindError:
        return message.kind


def rendered(message: Message) -> rendering.Mail | None:
    """Return the mail as it was sent or, before that, as it would be sent now; None for a kind without words."""
    if message.status == Message.Status.SENT and message.text:
        return rendering.Mail(message.subject, message.text, message.html)
    try:
        kind = kinds.get(message.kind)
    except kinds.UnknownKindError:
        return None
    own = selectors.words_in_force([kind.key]).get(kind.key)
    return rendering.render(kind, context=message.context, reader=message.recipient, own=own)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages with their fate; a message that was given up can be owed once more."""

    read_act = "message.read"
    list_display = (
        "kind_column",
        "recipient",
        "subject_reference",
        "status_column",
        "created_column",
        "sent_column",
        "trouble",
    )
    list_display_links = ("kind_column",)
    list_select_related = ("recipient",)
    list_filter = (("status", ChoicesDropdownFilter), ("kind", FieldTextFilter))
    search_fields = ("subject_reference", "recipient__email", "recipient__name", "subject")
    search_help_text = "Reference, recipient or subject"
    ordering = ("-created_at", "-pk")
    sortable_by = ("created_column", "sent_column")
    actions = ("send_again",)

    @admin.display(description="Message")
    def kind_column(self, message: Message) -> SafeString:
        """What it is for, and its subject once it was sent."""
        return format_html(
            '<span class="q-cell">{}<span class="q-more">{}</span></span>',
            kind_label(message),
            message.subject,
        )

    @admin.display(description="Status")
    def status_column(self, message: Message) -> SafeString:
        """How far it got."""
        return format_html(
            '<span class="tag {}">{}</span>',
            TONES[Message.Status(message.status)],
            message.get_status_display(),
        )

    @admin.display(description="Owed since", ordering="created_at")
    def created_column(self, message: Message) -> str:
        """When its cause happened."""
        return instant(message.created_at)

    @admin.display(description="Sent", ordering="sent_at")
    def sent_column(self, message: Message) -> str:
        """When it left."""
        return instant(message.sent_at)

    @admin.display(description="Trouble")
    def trouble(self, message: Message) -> SafeString:
        """Why the last attempt failed, and how many there were."""
        if not message.last_error:
            return format_html('<span class="q-none">{}</span>', "–")
        return format_html(
            '<span class="q-cell">{}<span class="q-more">{}</span></span>',
            message.last_error[:120],
            f"attempt {message.attempts}" if message.attempts else "",
        )

    def get_urls(self) -> list[URLPattern]:
        """Add sending one message again."""
        again = self.admin_site.admin_view(self.again_view)
        return [path("<int:pk>/again/", again, name="notifications_message_again"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one message as its reader sees it."""
        message = self._find(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": kind_label(message),
            "opts": self.opts,
            "original": message,
            "message": message,
            "kind_label": kind_label(message),
            "mail": rendered(message),
        }
        return TemplateResponse(request, "ledger_admin/message.html", context)

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Owe one message once more."""
        message = self._find(request, pk)
        if request.method == "POST":
            self._resend(request, message)
        return redirect("admin:notifications_message_change", message.pk)

    @admin.action(description="Send again", permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Owe each chosen message once more; those that were not given up are named."""
        for message in queryset.select_related("recipient"):
            self._resend(request, message)

    def _resend(self, request: HttpRequest, message: Message) -> None:
        what = f"{kind_label(message)} to {message.recipient}"
        if services.resend(message, now=datetime.now(UTC)):
            messages.success(request, f"{what}: will be sent again with the next round.")
        else:
            messages.error(request, f"{what}: not given up, so there is nothing to send again.")

    def _find(self, request: HttpRequest, pk: object) -> Message:
        if not self.has_view_permission(request):
            raise Http404
        found = (
            self.get_queryset(request)
            .select_related("recipient", "redirected_to", "digest")
            .filter(pk=pk)
            .first()
        )
        if found is None:
            raise Http404("There is no such message.")
        assert isinstance(found, Message)
        return found


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """The loops behind the portal, and when each was last alive."""

    read_act = "message.read"
    list_display = ("name", "life", "at_column", "detail")
    list_display_links = None
    ordering = ("name",)

    @admin.display(description="Alive")
    def life(self, beat: Heartbeat) -> SafeString:
        """Whether its last sign is recent enough."""
        age = datetime.now(UTC) - beat.at
        if age <= timedelta(seconds=settings.HEARTBEAT_STALE_AFTER):
            return format_html('<span class="tag tag--good">{}</span>', "alive")
        return format_html('<span class="tag tag--bad">silent for {}</span>', spoken(age))

    @admin.display(description="Last sign")
    def at_column(self, beat: Heartbeat) -> str:
        """When it was last alive."""
        return instant(beat.at)
