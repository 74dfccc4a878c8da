"""A question to the list of issues that somebody wants to ask again."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "SavedViewQuerySet":
        """Views of `member`, and those that colleagues of the same organization share."""
        if member is None or not member.active:
            return self.none()
        shared = Q(shared=True, owner__organization=member.organization_id, owner__active=True)
        return self.filter(Q(owner=member) | shared)


class SavedView(models.Model):
    """A name for filters of the list. It holds the question, never the answer: each reader sees their own issues."""

    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.TextField(help_text=_("Parameters of the list, as selectors.saved_views writes them."))
    shared = models.BooleanField(default=False, help_text=_("Also offered to colleagues."))
    created_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_view_says_something"),
        ]

    def __str__(self) -> str:
        return self.name
