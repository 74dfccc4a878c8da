"""The world of a history: who there is and what was agreed (spec §8). Keys of the file become source keys."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from slaportal.accounts import services as accounts
from slaportal.accounts.models import Membership, Organization, Party
from slaportal.integrations.histories.lines import Line
from slaportal.lib.refusal import Refused
from slaportal.policies import services as policies
from slaportal.policies.models import Agreement, BusinessCalendar, PolicyVersion
from slaportal.reports.services import status_reports

MANY = 1000  # reports that one line issues at most


@dataclass(slots=True)
class World:
    """Finds what the lines name. What a file names by key is remembered for the length of one load."""

    demo: bool = False
    _organizations: dict[str, Organization] = field(default_factory=dict)
    _members: dict[str, list[Membership]] = field(default_factory=dict)
    _calendars: dict[str, BusinessCalendar] = field(default_factory=dict)
    _agreements: dict[int, Agreement] = field(default_factory=dict)

    def do(self, line: Line) -> None:
        """Do one line of the world. Raises `Refused` or what the service raises."""
        match line.act:
            case "organization":
                self._organization_line(line.data)
            case "person":
                self._person(line.data, line.at)
            case "calendar":
                self._calendar_line(line.data, line.at)
            case "policy":
                self._policy(line.data, line.at)
            case "agreement":
                self._agreement(line.data, line.at)
            case "report":
                status_reports.sweep(now=line.at, batch=MANY)

    def organization(self, key: str) -> Organization:
        """Return the organization with this key of the file. Raises `Refused`."""
        if key not in self._organizations:
            found = Organization.objects.filter(source_key=key).first()
            if found is None:
                raise Refused(f"“{key}” is not the key of an organization.")
            self._organizations[key] = found
        return self._organizations[key]

    def agreement(self, pk: int) -> Agreement:
        """Return a signed agreement with its terms, read once."""
        if pk not in self._agreements:
            found = Agreement.objects.select_related("organization", "policy_version__policy", "calendar")
            self._agreements[pk] = found.get(pk=pk)
        return self._agreements[pk]

    def member(self, email: str, organization_id: int | None) -> Membership:
        """Return as whom `email` acts on something of `organization_id`. Raises `Refused`.

        Somebody with several memberships acts through the one of that organization, else for the vendor.
        """
        if email not in self._members:
            members = Membership.objects.filter(user__email=email, active=True)
            self._members[email] = list(members.select_related("user", "organization"))
        members_of = self._members[email]
        if len(members_of) == 1:
            return members_of[0]
        own = [one for one in members_of if one.organization_id == organization_id]
        vendor = [one for one in members_of if one.party == Party.VENDOR]
        for one in (*own, *vendor):
            return one
        raise Refused(f"“{email}” is nobody who can act here.")

    def remember(self, line: Line) -> None:
        """Know again what a line that was loaded before names; nothing is changed."""
        if line.act in ("organization", "calendar"):
            self.do(line)

    def _organization_line(self, data: Any) -> None:
        """Make the organization of a line, or remember the one there is under the key of the file."""
        found = accounts.create_organization(**data, demo=self.demo)
        same = found.party == data["party"] and (found.party == Party.VENDOR or found.name == data["name"])
        if not same:
            raise Refused(f"“{data['key']}” is the key of {found} already, which is another organization.")
        self._organizations[data["key"]] = found

    def _person(self, data: Any, now: datetime) -> None:
        organization = self.organization(data["organization"])
        member = accounts.create_person(
            email=data["email"],
            name=data["name"],
            organization=organization,
            role=data["role"],
            now=now,
            demo=self.demo,
        )
        if member.role != data["role"]:
            raise Refused(
                f"{data['email']} is already a {member.get_role_display().lower()} of {organization}."
            )
        self._members.pop(data["email"], None)

    def _calendar_line(self, data: Any, now: datetime) -> None:
        """Make the calendar of a line, its next version if it has other hours, or remember the one there is."""
        self._calendars[data["key"]] = policies.create_calendar(
            key=data["key"],
            timezone=data["timezone"],
            weekly=data["weekly"],
            holidays=data.get("holidays"),
            special=data.get("special"),
            name=data.get("name", ""),
            demo=self.demo,
            now=now,
        )

    def _policy(self, data: Any, now: datetime) -> None:
        name = data.get("name", data["key"])
        policy = policies.create_policy(key=data["key"], name=name, demo=self.demo, now=now)
        draft = policies.draft_version(
            policy, number=data["version"], targets=data["targets"], pauses=data.get("pauses", ()), now=now
        )
        if not draft.published:
            policies.publish(draft, actor=None, now=now)

    def _calendar(self, key: str | None) -> BusinessCalendar | None:
        """Return the calendar as the file last wrote it, else its newest version; None is 24×7. Raises `Refused`."""
        if key is None:
            return None
        if key not in self._calendars:
            found = BusinessCalendar.objects.filter(key=key).order_by("-version").first()
            if found is None:
                raise Refused(f"“{key}” is not the key of a calendar.")
            self._calendars[key] = found
        return self._calendars[key]

    def _agreement(self, data: Any, now: datetime) -> None:
        organization = self.organization(data["organization"])
        version = (
            PolicyVersion.objects.select_related("policy")
            .filter(policy__key=data["policy"], number=data["version"])
            .first()
        )
        if version is None:
            raise Refused(f"There is no version {data['version']} of a policy “{data['policy']}”.")
        calendar = self._calendar(data["calendar"])
        zone = data.get("timezone", organization.timezone)
        begins, ends = _midnight(data["from"], zone), _midnight(data.get("to"), zone)
        assert begins is not None
        known = Agreement.objects.filter(
            organization=organization, policy_version=version, calendar=calendar, effective_from=begins
        )
        if known.exists():
            return
        policies.sign_agreement(
            organization=organization,
            policy_version=version,
            calendar=calendar,
            timezone=zone,
            effective_from=begins,
            effective_to=ends,
            counts_from=_midnight(data.get("counts_from"), zone),
            signed_by_client=data.get("signed_by_client", f"{organization}"),
            signed_by_vendor=data.get("signed_by_vendor", "The vendor"),
            actor=None,
            now=now,
        )


def _midnight(value: datetime | date | None, zone: str) -> datetime | None:
    """Return an instant; a date is its first instant in `zone`."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
