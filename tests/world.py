"""The small world of the tests: two clients, their vendor, one agreement each, and the people who act."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module

from django.apps import apps

from slaportal.accounts.models import Membership, Organization, Party, User
from slaportal.escalations.models import MatrixStep
from slaportal.issues.models import Issue
from slaportal.issues.services.submission import Report, submit_issue
from slaportal.policies.models import (
    Agreement,
    BusinessCalendar,
    CriticalityDefinition,
    Policy,
    PolicyVersion,
    Target,
)

PASSWORD = "correct horse battery staple"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
# Monday 2 March 2026, 09:00 in Berlin: support has just opened.
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}

# The eight targets of the agreement (contract, “SLA by Criticality of Product Issues”).
TARGETS = [
    ("critical", "response", "1", "hours", "before"),
    ("critical", "resolution", "24", "hours", "before"),
    ("high", "response", "6", "hours", "before"),
    ("high", "resolution", "72", "hours", "before"),
    ("medium", "response", "1", "days", "before"),
    ("medium", "resolution", "10", "business_days", "within"),
    ("low", "response", "2", "days", "before"),
    ("low", "resolution", "90", "business_days", "within"),
]


def make_policy(
    *, key: str = "support", pauses: tuple[str, ...] = (), owes_postmortem: bool = False
) -> PolicyVersion:
    """Return a published policy version with the agreement's targets that pauses for `pauses`."""
    policy = Policy.objects.create(key=key, name="Product Support SLA")
    version = PolicyVersion.objects.create(
        policy=policy,
        number=1,
        pause_parties=list(pauses),
        postmortem_levels=["critical", "high"] if owes_postmortem else [],
    )
    for level, metric, amount, unit, bound in TARGETS:
        Target.objects.create(
            version=version, level=level, metric=metric, amount=Decimal(amount), unit=unit, bound=bound
        )
    for level in ("critical", "high", "medium", "low"):
        CriticalityDefinition.objects.create(
            version=version, level=level, wording=f"What {level} means", examples=[f"A {level} example"]
        )
    version.status = PolicyVersion.Status.PUBLISHED
    version.published_at = BEGIN
    version.content_hash = f"{version.pk:064d}"
    version.save()
    return version


def make_client(name: str, timezone: str, version: PolicyVersion) -> Organization:
    """Return a client bound to `version` with office hours in its own zone, from the first day of 2026."""
    organization = Organization.objects.create(
        name=name, party=Party.CLIENT, timezone=timezone, source_key=name.lower()
    )
    calendar = BusinessCalendar.objects.create(
        key=name.lower(), name=f"{name} hours", timezone=timezone, weekly=WEEK
    )
    Agreement.objects.create(
        organization=organization,
        policy_version=version,
        calendar=calendar,
        timezone=timezone,
        effective_from=BEGIN,
        signed_by_client="Their signer",
        signed_by_vendor="Our signer",
    )
    return organization


def make_member(
    name: str, organization: Organization, role: str, *, timezone: str | None = None
) -> Membership:
    """Return `name` acting for `organization` as `role`; the password is `PASSWORD`."""
    user = User.objects.create_user(
        f"{name.lower()}@{organization.name.lower()}.example",
        PASSWORD,
        name=name,
        timezone=timezone or organization.timezone,
        is_staff=organization.party == Party.VENDOR,
    )
    return Membership.objects.create(
        user=user, organization=organization, party=organization.party, role=role
    )


@dataclass(frozen=True)
class World:
    """Everybody and everything that most tests need."""

    acme: Organization
    globex: Organization
    vendor: Organization
    alice: Membership
    bob: Membership
    charlie: Membership
    sam: Membership
    lena: Membership
    vera: Membership
    ada: Membership


def make_world(*, pauses: tuple[str, ...] = (), owes_postmortem: bool = False) -> World:
    """Return the world: acme in Berlin, globex in New York, Protecto in UTC."""
    if not MatrixStep.objects.exists():  # A transactional test before this one emptied the tables.
        import_module("slaportal.escalations.migrations.0002_default_matrix").add_default(apps, None)
    version = make_policy(pauses=pauses, owes_postmortem=owes_postmortem)
    acme = make_client("Acme", "Europe/Berlin", version)
    globex = make_client("Globex", "America/New_York", version)
    vendor = Organization.objects.create(name="Protecto", party=Party.VENDOR, source_key="protecto")
    return World(
        acme=acme,
        globex=globex,
        vendor=vendor,
        alice=make_member("Alice", acme, "client_manager"),
        bob=make_member("Bob", acme, "client_reporter"),
        charlie=make_member("Charlie", globex, "client_manager"),
        sam=make_member("Sam", vendor, "vendor_agent"),
        lena=make_member("Lena", vendor, "vendor_lead"),
        vera=make_member("Vera", vendor, "senior_management"),
        ada=make_member("Ada", vendor, "admin"),
    )


def report(
    by: Membership,
    *,
    level: str = "high",
    at: datetime = MONDAY,
    title: str = "Tokens come back empty",
    organization: Organization | None = None,
    description: str = "Every second call returns an empty token.",
) -> Issue:
    """Report an issue as a person would, through the service."""
    return submit_issue(
        organization=organization or by.organization,
        actor=by,
        report=Report(title=title, description=description, level=level),
        now=at,
    )


def fresh(issue: Issue) -> Issue:
    """Return `issue` as it is stored now: acts refuse an instance that is out of date."""
    return Issue.objects.select_related(
        "organization", "agreement__policy_version", "agreement__calendar"
    ).get(pk=issue.pk)


HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
