"""The queue as a filter of the list: live issues unless another question is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from slaportal.issues.models import IssueQuerySet
from slaportal.issues.selectors import queues


class ClientFilter(AutocompleteSelectFilter):
    """Whose issues; one types the client's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("client")


class OwnerFilter(AutocompleteSelectFilter):
    """Who works on it; one types the person's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("owner")


class QueueFilter(SimpleListFilter):
    """Narrows the list to one queue of `issues.selectors.queues`; shown as links above the list, not in the panel."""

    title = _("queue")
    parameter_name = "queue"
    # Django only applies filters that it shows: this one shows nothing in the panel.
    template = "issues_admin/no_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer every queue, also those that only the cards of the front page lead to."""
        return [(queue.key, str(queue.label)) for queue in queues.QUEUES]

    @property
    def key(self) -> str:
        """The queue asked for; an unknown one is the default, as is none."""
        given = self.value()
        return given if given in queues.BY_KEY else queues.DEFAULT

    def queryset(self, request: HttpRequest, queryset: IssueQuerySet) -> IssueQuerySet:  # type: ignore[override]
        """Return the issues of the queue. A search without a queue looks through ended issues too."""
        key = "all" if request.GET.get("q") and self.value() is None else self.key
        member = getattr(request, "membership", None)
        return queues.narrow(queryset, key, member=member, now=datetime.now(UTC))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Nothing for the panel."""
        return iter(())
