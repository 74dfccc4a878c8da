"""How far each log is sealed, to be read by staff."""

from django.contrib import admin
from django.utils.safestring import SafeString

from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.ledger.models import Checkpoint


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    """Checkpoints, the newest first; the page Sealed history shows each whole."""

    read_act = "ledger.read"
    list_display = ("client", "size", "root", "sealed")
    list_display_links = None
    list_select_related = ("log__organization",)
    search_fields = ("log__reference__startswith", "root__startswith")
    search_help_text = "Log (LOG-…) or the beginning of a root"
    ordering = ("-pk",)
    sortable_by = ()

    @admin.display(description="Client")
    def client(self, checkpoint: Checkpoint) -> str:
        """Whose log it is."""
        return checkpoint.log.organization.name

    @admin.display(description="Sealed")
    def sealed(self, checkpoint: Checkpoint) -> SafeString | str:
        """When it was signed."""
        return instant(checkpoint.at)
