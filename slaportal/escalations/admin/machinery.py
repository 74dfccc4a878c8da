"""What the loops remember of their own trouble, to be read by staff."""

from django.contrib import admin
from django.utils.safestring import SafeString

from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.escalations.models import SetAside, Standstill


@admin.register(SetAside)
class SetAsideAdmin(ReadOnlyAdmin):
    """Rows at which the watch failed, and why; obligations show it on their own page."""

    read_act = "message.read"
    list_display = ("what", "row", "reason", "tries", "failing_since", "next_try")
    list_display_links = None
    ordering = ("until", "pk")

    @admin.display(description="Failing since", ordering="since")
    def failing_since(self, aside: SetAside) -> SafeString | str:
        """When it first failed."""
        return instant(aside.since)

    @admin.display(description="Next try", ordering="until")
    def next_try(self, aside: SetAside) -> SafeString | str:
        """When the watch tries again."""
        return instant(aside.until)


@admin.register(Standstill)
class StandstillAdmin(ReadOnlyAdmin):
    """Times at which a loop of the portal stood still."""

    read_act = "message.read"
    list_display = ("part", "stopped", "noticed", "told")
    list_display_links = None
    ordering = ("-since", "-pk")

    @admin.display(description="Last sign of life", ordering="since")
    def stopped(self, still: Standstill) -> SafeString | str:
        """From when it was silent."""
        return instant(still.since)

    @admin.display(description="Noticed", ordering="noticed_at")
    def noticed(self, still: Standstill) -> SafeString | str:
        """When another loop noticed."""
        return instant(still.noticed_at)

    @admin.display(description="Told", ordering="told_at")
    def told(self, still: Standstill) -> SafeString | str:
        """When people were told; a dash where it ended before it was certain."""
        return instant(still.told_at)
