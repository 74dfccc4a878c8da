"""Addresses inside the network, in every spelling, get no connection; redirects are not followed."""

import socket
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from slaportal.integrations import posting
from tests.integrations.receivers import Receiver, receiver

# A receiver listens on every address of this machine; {port} is its port.
HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "127.0.0.1.", "localhost", "localhost.", "LOCALHOST", "127.127.127.127", "0.0.0.0", "0", "[::1]",
    "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]",
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192",
    "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "user@127.0.0.1", "example.com@127.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1",
]  # fmt: skip


@pytest.fixture
def there(settings: Settings) -> Iterator[Receiver]:
    """A receiver on this machine that nobody may reach, though schemes and ports are open."""
    settings.WEBHOOK_SCHEMES = ["http", "https"]
    settings.WEBHOOK_ALLOWED_PORTS = list(range(1024, 65536))
    with receiver() as found:
        yield found


def test_no_internal_address_is_connected_to_in_any_spelling(there: Receiver) -> None:
    for host in HOSTS:
        answer = posting.post(f"http://{host}:{there.port}/hook", body="{}", headers={})
        assert answer.status is None, host
        assert answer.problem, host
    assert there.connections == 0
    assert len(HOSTS) >= 40


def test_a_name_that_means_a_public_address_first_and_this_machine_later_gets_no_connection(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def rebinding(host: str, port: int, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) > 1 else "93.184.215.14"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(posting, "CONNECT_SECONDS", 0.05)
    posting.post(f"http://rebind.example:{there.port}/", body="{}", headers={})
    answer = posting.post(f"http://rebind.example:{there.port}/", body="{}", headers={})
    assert answer.status is None
    assert there.connections == 0


def test_a_redirect_is_not_followed(settings: Settings) -> None:
    settings.WEBHOOK_SCHEMES, settings.WEBHOOK_ALLOWED_NETWORKS = ["http"], ["127.0.0.0/8"]
    settings.WEBHOOK_ALLOWED_PORTS = list(range(1024, 65536))
    with receiver() as inner, receiver(lambda number: f"http://127.0.0.1:{inner.port}/") as outer:
        answer = posting.post(outer.url, body="{}", headers={"webhook-id": "evt_1"})
    assert (answer.status, inner.connections) == (302, 0)
    assert "redirect" in answer.problem


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "http://example.com/", "https://example.com:22/", "https://", "nonsense"]
)
def test_what_cannot_be_posted_to_is_refused_when_it_is_typed(url: str) -> None:
    assert posting.refusal(url)
    assert not posting.refusal("https://hooks.example.com/portal")
