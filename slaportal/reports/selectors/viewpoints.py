"""Through whose eyes a board is read: what two readers share, and what neither may see of the other."""

from dataclasses import dataclass

from django.db.models import QuerySet

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party
from slaportal.accounts.selectors import visible_organizations
from slaportal.issues.models import Issue, IssueQuerySet


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A reader, narrowed to one client's agreement; None: every client that the reader may see.

    A client and not one edition of its agreement: the day on which the agreement is renewed must not empty the board.
    """

    member: Membership
    client: Organization | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What readers who see the same have in common.

        Only for the two scopes that cannot depend on the person do several readers share one board; for every
        other scope it is the reader's own.
        """
        member, client = self.member, self.client.pk if self.client else None
        match permissions.scope(member.role, "issue.read"):
            case permissions.ALL:
                return (permissions.ALL, client)
            case permissions.ORGANIZATION:
                return (permissions.ORGANIZATION, member.organization_id)
            case letter:
                return (letter, member.pk, client)

    @property
    def organization_id(self) -> int | None:
        """The only organization whose events can change the board; None for any."""
        if self.client is not None:
            return self.client.pk
        every = permissions.scope(self.member.role, "issue.read") == permissions.ALL
        return None if every else self.member.organization_id

    def issues(self) -> IssueQuerySet:
        """Return the issues that the reader sees from here: `visible_to` and nothing beyond."""
        visible = Issue.objects.visible_to(self.member)
        if visible.query.distinct:  # Numbers are counted over rows that no join repeats.
            visible = Issue.objects.filter(pk__in=visible.order_by().values("pk"))
        return visible.filter(organization=self.client) if self.client else visible


def clients_of(member: Membership) -> QuerySet[Organization]:
    """Return the clients among whom `member` may choose one to look at alone."""
    return visible_organizations(member, act="issue.read").filter(party=Party.CLIENT)
