"""An app's files have the names a reader expects; everything else is a topic that was put on the list on purpose."""

from tests.architecture.source import ROOT, told

ROLES = {
    "admin", "api", "apps", "filters", "forms", "management", "middleware", "migrations", "models", "resources",
    "selectors", "serializers", "services", "tasks", "templatetags", "urls", "validators", "views",
}  # fmt: skip
TOPICS: dict[str, set[str]] = {
    "accounts": {
        "adapters",
        "context",
        "http",
        "mail",
        "permissions",
        "portal_admin",
        "presence",
        "scopes",
        "staff_menu",
    },
    "notifications": {
        "channels",
        "kinds",
        "mailbox",
        "nudging",
        "outgoing",
        "placeholders",
        "rendering",
        "words",
    },
    "ledger": {"entries", "hashing", "keys", "merkle", "notes"},
    "policies": {
        "clock",
        "openings",
        "opentime",
        "deadline_lines",
        "facts",
        "reckoning",
        "holidays",
        "hours",
        "impact",
        "presentation",
        "standard",
    },
    "issues": {"counting", "derivation", "facts", "obligations", "searching"},
    "escalations": {"links"},
    "feedback": {"charts", "links", "questions", "replay"},
    "jobs": {"kinds", "progress"},
    "reports": {
        "audit_urls",
        "charts",
        "definitions",
        "documents",
        "evidence",
        "figures",
        "live",
        "periods",
        "presentation",
        "quarters",
        "sampling",
    },
    "integrations": {"histories", "demo", "fetching", "leaving", "mailreading", "posting"},
}


def test_each_module_of_an_app_is_a_role_or_a_topic() -> None:
    strange = []
    for app, topics in TOPICS.items():
        for entry in sorted((ROOT / "slaportal" / app).iterdir()):
            if entry.name.startswith("__") or (entry.is_file() and entry.suffix != ".py"):
                continue
            if entry.stem not in ROLES | topics:
                strange.append(f"slaportal/{app}/{entry.name}")
    assert not strange, told(
        strange,
        "Put it into services, selectors, forms …; a topic of its own is added to TOPICS in this file.",
    )


def test_each_app_is_known_here() -> None:
    apps = {path.parent.name for path in (ROOT / "slaportal").glob("*/apps.py")}
    assert apps == set(TOPICS)
