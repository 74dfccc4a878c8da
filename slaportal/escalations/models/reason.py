"""Why a deadline was missed: one reason for each breached clock (spec §5)."""

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue, Obligation


class BreachReason(models.Model):
    """The reason for one breach, with the party it lies with. Giving another replaces it; the ledger keeps both."""

    class Code(models.TextChoices):
        VENDOR_LATE = "vendor_late", _("Vendor: work began late")
        VENDOR_CAUSE = "vendor_cause", _("Vendor: the cause took long to find")
        VENDOR_FIX = "vendor_fix", _("Vendor: the fix took long")
        VENDOR_HANDLING = "vendor_handling", _("Vendor: handled wrongly")
        VENDOR_SUPPLIER = "vendor_supplier", _("Third party of the vendor")
        CLIENT_INFORMATION = "client_information", _("Client: information or access came late")
        CLIENT_DECISION = "client_decision", _("Client: a decision or a test came late")
        CLIENT_SUPPLIER = "client_supplier", _("Third party of the client")
        FORCE_MAJEURE = "force_majeure", _("Force majeure")

    obligation = models.OneToOneField(Obligation, on_delete=models.PROTECT, related_name="breach_reason")
    code = models.CharField("with whom it lies", max_length=20, choices=Code.choices)
    sentence = models.TextField(help_text="What happened, in a sentence that both parties read.")
    given_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-given_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(sentence=""), name="breach_reason_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.sentence}"

    @property
    def issue(self) -> Issue:
        """The issue whose clock it is about."""
        return self.obligation.issue


# What one chooses from, by party.
CODES: Final[list[tuple[Any, list[tuple[str, Any]]]]] = [
    (party, [(code.value, code.label) for code in BreachReason.Code if code.value.startswith(begins)])
    for party, begins in ((_("Vendor"), "vendor"), (_("Client"), "client"), (_("Neither"), "force"))
]
