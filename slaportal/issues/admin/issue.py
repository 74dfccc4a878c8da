"""The triage queue and the issue's page of the staff. Nothing is edited here: every change is an act of a service."""

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import admin
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.views import ChangeList

from slaportal.accounts import permissions
from slaportal.accounts.admin.base import actor_of
from slaportal.accounts.admin.reading import OneCount, ReadOnlyAdmin
from slaportal.accounts.http import member_of
from slaportal.issues.admin import bulk, columns, page
from slaportal.issues.admin.queue_filter import ClientFilter, OwnerFilter, QueueFilter
from slaportal.issues.models import Issue, IssueQuerySet
from slaportal.issues.searching import search
from slaportal.issues.selectors import queues, saved_views


class QueueList(OneCount):
    """The list in order of urgency; issues without a running deadline come last whichever way it is sorted."""

    result_list: Any

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Return Django's ordering with empty deadlines at the end both ways."""
        found = []
        for one in super().get_ordering(request, queryset):
            if one in ("next_due_at", "-next_due_at"):
                one = OrderBy(F("next_due_at"), descending=one.startswith("-"), nulls_last=True)
            found.append(one)
        return found

    def get_results(self, request: HttpRequest) -> None:
        """Say to each row who looks and when: the cells are asked without the request."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        now = datetime.now(UTC)
        for issue in self.result_list:
            issue.seen_by, issue.seen_at = actor_of(request), now


@admin.register(Issue)
class IssueAdmin(ReadOnlyAdmin):
    """Issues as the staff's queue."""

    read_act = "issue.read"
    list_display = (
        "issue_column",
        "level_column",
        "state_column",
        "waiting_column",
        "deadline_column",
        "owner_column",
        "updated_column",
    )
    list_display_links = ("issue_column",)
    list_select_related = ("organization", "assigned_to__user")
    list_filter = (
        QueueFilter,
        ("level", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("classification", ChoicesDropdownFilter),
        ("waiting_on", ChoicesDropdownFilter),
        ("organization", ClientFilter),
        ("assigned_to", OwnerFilter),
    )
    list_before_template = "issues_admin/queues.html"
    list_max_show_all = 200
    search_fields = ("reference",)  # shows the box; get_search_results does the searching
    search_help_text = _("Words, reference or client")
    ordering = ("next_due_at", "submitted_at", "pk")
    actions = ("assign_to_me", "assign_to", "export_csv")
    sortable_by = ("deadline_column", "updated_column")

    class Media:
        js = ("js/queue_keys.js",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that keeps empty deadlines last."""
        return QueueList

    def get_queryset(self, request: HttpRequest) -> IssueQuerySet:
        """Return the issues that this person may read, with what the rows show."""
        return (
            Issue.objects.visible_to(actor_of(request))
            .prefetch_related("obligations")
            .annotate(is_escalated=queues.escalated(), misses_reason=queues.reason_missing())
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Issue], search_term: str
    ) -> tuple[IssueQuerySet, bool]:
        """Find as the site does, or all issues of the client whose name was typed."""
        issues = cast("IssueQuerySet", queryset)
        name = search_term.strip()
        of_client = issues.filter(organization__name__iexact=name)
        return (of_client if name and of_client.exists() else search(issues, search_term)), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the queue with the preset questions and their counts above it."""
        now = datetime.now(UTC)
        chosen = request.GET.get("queue") or ("all" if request.GET.get("q") else queues.DEFAULT)
        shown = [one for one in queues.QUEUES if one.preset or one.key == chosen]
        counts = queues.counts([one.key for one in shown], member=actor_of(request), now=now)
        context = {
            "title": _("Issues"),
            "views": saved_views.links(actor_of(request), admin=True),
            "queues": [
                {"queue": one, "count": counts[one.key], "chosen": one.key == chosen} for one in shown
            ],
            **(extra_context or {}),
        }
        response: HttpResponse = super().changelist_view(request, context)
        return response

    # --- cells

    @admin.display(description=_("Issue"))
    def issue_column(self, issue: Issue) -> SafeString:
        """Title, reference, client and flags."""
        return columns.title(issue)

    @admin.display(description=_("Level"))
    def level_column(self, issue: Issue) -> SafeString:
        """Governing level."""
        return columns.level(issue)

    @admin.display(description=_("State"))
    def state_column(self, issue: Issue) -> SafeString:
        """State and stage."""
        return columns.state(issue)

    @admin.display(description=_("Waiting on"))
    def waiting_column(self, issue: Any) -> SafeString:
        """Who has to do what next."""
        return columns.waiting_on(issue, reader=issue.seen_by)

    @admin.display(description=_("Next deadline"), ordering="next_due_at")
    def deadline_column(self, issue: Any) -> SafeString:
        """The clock that needs somebody first."""
        return columns.deadline(issue, now=issue.seen_at)

    @admin.display(description=_("Owner"))
    def owner_column(self, issue: Issue) -> SafeString:
        """Who works on it."""
        return columns.owner(issue)

    @admin.display(description=_("Updated"), ordering="updated_at")
    def updated_column(self, issue: Any) -> SafeString:
        """How long ago anybody did something."""
        return columns.updated(issue, now=issue.seen_at)

    # --- rights: looking is issue.read, adding is the submit page, the rest does not exist

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether this person may report an issue for a client."""
        return permissions.may(actor_of(request), "issue.submit")

    # --- pages

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open the site's own form: it shows what is promised before anything is sent."""
        return redirect("issues:submit")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one issue with everything that this person may do about it."""
        return page.show(self, request, object_id)

    def act_view(self, request: HttpRequest, object_id: str, act: str) -> HttpResponse:
        """Do one act on one issue."""
        return page.act(self, request, object_id, act)

    def bulk_view(self, request: HttpRequest, act: str) -> HttpResponse:
        """Do one act on many issues, as previewed."""
        return bulk.run(self, request, act)

    def get_urls(self) -> list[URLPattern]:
        """Add the acts on one issue and on many."""
        wrap = self.admin_site.admin_view
        own = [
            path("<int:object_id>/act/<slug:act>/", wrap(self.act_view), name="issues_issue_act"),
            path("bulk/<slug:act>/", wrap(self.bulk_view), name="issues_issue_bulk"),
        ]
        return [*own, *super().get_urls()]

    # --- bulk acts

    @admin.action(description=_("Assign to me …"), permissions=["assign"])
    def assign_to_me(self, request: HttpRequest, queryset: IssueQuerySet) -> HttpResponse | None:
        """Preview making the chosen issues mine."""
        return bulk.preview(self, request, queryset, "take")

    @admin.action(description=_("Assign to somebody …"), permissions=["assign"])
    def assign_to(self, request: HttpRequest, queryset: IssueQuerySet) -> HttpResponse | None:
        """Preview giving the chosen issues to one person."""
        return bulk.preview(self, request, queryset, "assign")

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: IssueQuerySet) -> HttpResponse:
        """Write the chosen issues as a table."""
        return bulk.as_csv(queryset, reader=member_of(request), now=datetime.now(UTC))

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Whether this person may give issues to people."""
        return permissions.may(actor_of(request), "issue.assign")

    def queue_url(self, key: str) -> str:
        """Return the address of one queue."""
        return f"{reverse('admin:issues_issue_changelist')}?queue={key}"
