"""Who plays in the demo: two clients, the vendor's people, their hours and agreements."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slaportal.policies import standard
from slaportal.policies.clock import Calendar
from slaportal.policies.holidays import snapshot

Line = dict[str, Any]
VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the demo, known by the first word of the address."""

    name: str
    email: str
    role: str


def _people(domain: str, *rows: tuple[str, str]) -> tuple[Person, ...]:
    return tuple(Person(name, f"{name.split()[0].lower()}@{domain}.example", role) for name, role in rows)


@dataclass(frozen=True, slots=True)
class Client:
    """A client with its people and its hours of support."""

    key: str
    name: str
    zone: str
    weekdays: tuple[str, str]
    country: tuple[str, str]
    people: tuple[Person, ...]
    environments: tuple[str, ...]

    def by_role(self, role: str) -> list[str]:
        """Return the addresses of the people in `role`."""
        return [person.email for person in self.people if person.role == role]

    def calendar_line(self, now: datetime) -> Line:
        """Return the calendar of this client around `now`, public holidays by name."""
        country, part = self.country
        years = range(now.year - 1, now.year + 3)
        return {
            "act": "calendar",
            "key": f"{self.key}-hours",
            "name": f"{self.name}, support hours",
            "timezone": self.zone,
            "weekly": {day: [list(self.weekdays)] for day in ("mon", "tue", "wed", "thu", "fri")},
            "holidays": snapshot(country=country, subdivision=part, years=years),
            "special": {},
        }

    def hours(self, now: datetime) -> Calendar:
        """Return that calendar as the clock reads it."""
        line = self.calendar_line(now)
        return Calendar.parse({name: line[name] for name in ("timezone", "weekly", "holidays", "special")})


CLIENTS = (
    Client(
        key="demo-northwind-health",
        name="Northwind Health",
        zone="Europe/Berlin",
        weekdays=("09:00", "17:00"),
        country=("DE", "BE"),
        people=_people(
            "northwind",
            ("Katrin Vogel", "client_manager"),
            ("Lena Hoffmann", "client_reporter"),
            ("Jonas Weber", "client_reporter"),
            ("Aylin Kaya", "client_reporter"),
            ("Stefan Brandt", "client_auditor"),
        ),
        environments=("Production, Frankfurt", "Production, on premises", "Staging", "Clinical data lake"),
    ),
    Client(
        key="demo-pacific-freight",
        name="Pacific Freight",
        zone="America/Los_Angeles",
        weekdays=("08:00", "18:00"),
        country=("US", "CA"),
        people=_people(
            "pacificfreight",
            ("Denise Walker", "client_manager"),
            ("Marcus Delgado", "client_reporter"),
            ("Hannah Lee", "client_reporter"),
            ("Omar Farouk", "client_reporter"),
            ("Grace Nakamura", "client_auditor"),
        ),
        environments=("Production, Oregon", "Claims cluster", "Staging", "Driver app backend"),
    ),
)
TEAM = _people(
    "protecto",
    ("Arjun Mehta", "vendor_agent"),
    ("Sofia Lindqvist", "vendor_agent"),
    ("Daniel Okafor", "vendor_agent"),
    ("Mei Tan", "vendor_agent"),
    ("Nisha Rao", "vendor_lead"),
    ("Oliver Grant", "vendor_lead"),
    ("Victoria Stone", "senior_management"),
    ("Paul Reiter", "auditor"),
    ("Alex Kim", "admin"),
)


def team(role: str) -> list[str]:
    """Return the addresses of the vendor's people in `role`."""
    return [person.email for person in TEAM if person.role == role]


def world(*, vendor_name: str, begins: datetime, now: datetime) -> list[Line]:
    """Return the lines of the world: organizations, people, calendars, and agreements on the standard policy."""
    at = begins.astimezone(UTC).isoformat()
    vendor = {"act": "organization", "key": VENDOR, "name": vendor_name, "party": "vendor", "timezone": "UTC"}
    lines: list[Line] = [vendor, *(_person(person, VENDOR) for person in TEAM)]
    for client in CLIENTS:
        lines.append(
            {
                "act": "organization",
                "key": client.key,
                "name": client.name,
                "party": "client",
                "timezone": client.zone,
            }
        )
        lines += [_person(person, client.key) for person in client.people]
        lines.append(client.calendar_line(now))
        lines.append(
            {
                "act": "agreement",
                "organization": client.key,
                "policy": standard.KEY,
                "version": 1,
                "calendar": f"{client.key}-hours",
                "from": (begins - timedelta(days=30)).date().isoformat(),
                "signed_by_client": client.people[0].name,
                "signed_by_vendor": "Victoria Stone",
            }
        )
    return [{"at": at, **line} for line in lines]


def _person(person: Person, organization: str) -> Line:
    return {
        "act": "person",
        "email": person.email,
        "name": person.name,
        "organization": organization,
        "role": person.role,
    }
