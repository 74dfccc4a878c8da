"""Business calendars: hours as lines of text, holidays copied from a country, editions that stay once they are used."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from slaportal.accounts.admin.base import PortalAdmin, actor_of, button
from slaportal.policies import hours, presentation, services
from slaportal.policies.forms import CalendarForm, HolidaysForm
from slaportal.policies.models import BusinessCalendar


@admin.register(BusinessCalendar)
class CalendarAdmin(PortalAdmin):
    """Editions of the hours of support."""

    read_act = "policy.read"
    write_act = "policy.draft"
    list_display = ("__str__", "timezone", "week_column", "used_column")
    search_fields = ("name", "key", "timezone")
    fields = ("overview",)
    readonly_fields = ("overview",)
    actions_detail = ("change_hours", "new_version", "fill_holidays")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BusinessCalendar]:
        """Return calendars with the number of agreements that use them."""
        return BusinessCalendar.objects.annotate(used=Count("agreements"))

    @admin.display(description="Each week")
    def week_column(self, calendar: BusinessCalendar) -> str:
        """The weekly hours on one line."""
        return "; ".join(hours.weekly_text(calendar.hours()).splitlines())

    @admin.display(description="Agreements", ordering="used")
    def used_column(self, calendar: BusinessCalendar) -> int:
        """How many agreements use it."""
        return int(getattr(calendar, "used", 0))

    @admin.display(description="")
    def overview(self, calendar: BusinessCalendar) -> SafeString:
        """Hours, next closures, who uses it."""
        read = calendar.hours()
        today = datetime.now(UTC).astimezone(ZoneInfo(calendar.timezone)).date()
        return render_to_string(
            "admin/policies/calendar.html",
            {
                "calendar": calendar,
                "week": presentation.week_of(read),
                "closures": presentation.next_closures(read, after=today),
                "holidays": sorted(read.holidays.items()),
                "special": [
                    (day, hours.windows_text(windows)) for day, windows in sorted(read.special.items())
                ],
                "agreements": calendar.agreements.select_related("organization", "policy_version__policy"),
            },
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never by Django's form: hours are lines of text with a form of their own."""
        return False

    def has_unused_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may change hours that no agreement uses yet."""
        unused = BusinessCalendar.objects.filter(pk=object_id or 0, agreements=None)
        return self.allowed(request, self.write_act) and unused.exists()

    def has_draft_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may make the next version."""
        return self.allowed(request, self.write_act)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Make version 1 of a calendar."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def act(data: dict[str, Any]) -> str:
            made = services.create_calendar(**data, actor=actor_of(request), now=datetime.now(UTC))
            messages.success(
                request, f"{made} is there. Fill in the holidays of a country next, or sign with it."
            )
            return _address(made)

        form = CalendarForm(request.POST or None)
        return self.act_page(request, form=form, title="Add a calendar", button="Save", act=act)

    @button("Change hours", path="hours", permission="unused", icon="schedule")
    def change_hours(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Change a version that no agreement uses."""
        calendar = get_object_or_404(BusinessCalendar, pk=object_id)

        def act(data: dict[str, Any]) -> str:
            services.change_calendar(calendar, **data, actor=actor_of(request), now=datetime.now(UTC))
            messages.success(request, f"{calendar} was changed.")
            return _address(calendar)

        form = CalendarForm(request.POST or None, calendar=calendar)
        return self.act_page(
            request, form=form, title=f"Hours of {calendar}", button="Save", act=act, back=_address(calendar)
        )

    @button("New version", path="new-version", permission="draft", icon="content_copy")
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make the next version from this one; agreements keep theirs."""
        calendar = get_object_or_404(BusinessCalendar, pk=object_id)

        def act(data: dict[str, Any]) -> str:
            return self._next(request, calendar, data)

        return self.act_page(
            request,
            form=CalendarForm(request.POST or None, calendar=calendar),
            title=f"New version of {calendar.name}",
            button="Save the new version",
            intro="Agreements go on with the version they were signed with; the new one holds from the next signature.",
            act=act,
            back=_address(calendar),
        )

    @button("Fill holidays", path="holidays", permission="draft", icon="celebration")
    def fill_holidays(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the holidays of a country for some years; the second press copies them."""
        calendar = get_object_or_404(BusinessCalendar, pk=object_id)
        asked = request.method == "POST"
        year = datetime.now(UTC).year
        form = HolidaysForm(
            request.POST if asked else None,
            initial={"country": "US", "first_year": year, "last_year": year + 1},
        )
        found: dict[str, str] = form.cleaned_data["found"] if asked and form.is_valid() else {}
        if found and "copy" in request.POST:
            return redirect(self._fill(request, calendar, found))
        known = calendar.hours().holidays
        return self.page(
            request,
            "admin/policies/holidays.html",
            title=f"Holidays for {calendar.name}",
            form=form,
            calendar=calendar,
            used=calendar.agreements.exists(),
            found=[
                (
                    day,
                    name,
                    date.fromisoformat(day) in known,
                    calendar.hours().weekly[date.fromisoformat(day).weekday()],
                )
                for day, name in found.items()
            ],
        )

    def _fill(self, request: HttpRequest, calendar: BusinessCalendar, found: dict[str, str]) -> str:
        """Add holidays to those that are there: in this version, or in the next one if it is used."""
        data = hours.to_data(calendar.hours())
        data = {**data, "name": calendar.name, "holidays": {**data["holidays"], **found}}
        if calendar.agreements.exists():
            return self._next(request, calendar, data)
        services.change_calendar(calendar, **data, actor=actor_of(request), now=datetime.now(UTC))
        messages.success(request, f"{len(found)} holidays were copied into {calendar}.")
        return _address(calendar)

    def _next(self, request: HttpRequest, calendar: BusinessCalendar, data: dict[str, Any]) -> str:
        made = services.create_calendar(
            **data, key=calendar.key, demo=calendar.demo, actor=actor_of(request), now=datetime.now(UTC)
        )
        if made == calendar:
            messages.info(request, "Nothing is different, so no version was made.")
        else:
            messages.success(
                request, f"{made} is there. Agreements go on with theirs until a new one is signed."
            )
        return _address(made)


def _address(calendar: BusinessCalendar) -> str:
    return reverse("admin:policies_businesscalendar_change", args=[calendar.pk])
