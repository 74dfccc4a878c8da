"""What was published of a post-mortem, for ever, and who accepted it for the client (spec §7)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from slaportal.accounts.models import Membership
from slaportal.feedback.models.postmortems import PostMortem


class PostMortemEdition(models.Model):
    """One published edition: the internal text and the client's, as they stood. It never changes (trigger).

    A correction is the next edition. `content` and `client` are plain values, see
    `feedback.services.postmortems.editions`; `content_hash` is the SHA-256 of both, which the ledger repeats.
    """

    postmortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    client: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    client_words = models.TextField(help_text="The client's text alone, for the search.")
    correction = models.TextField(blank=True, help_text="What this edition corrects.")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["postmortem", "number"], name="postmortem_edition_once"),
            models.CheckConstraint(
                condition=~Q(author=F("reviewed_by")) & ~Q(author=F("published_by")),
                name="postmortem_edition_four_eyes",
                violation_error_message="Another person than the author must review and publish.",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(correction=""), name="postmortem_edition_says_what_it_corrects"
            ),
        ]

    def __str__(self) -> str:
        return f"Edition {self.number} of post-mortem {self.postmortem_id}"


class EditionAcceptance(models.Model):
    """The client's manager has read an edition and publishes it to everybody of the client who follows the issue."""

    edition = models.OneToOneField(PostMortemEdition, on_delete=models.PROTECT, related_name="acceptance")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.member} accepted {self.edition}"
