"""The one HTTP client for addresses that people typed: judged when it connects, no redirects, no answer's body.

The only module that knows the guard, which resolves a name once and connects to the very address it judged: internal
ranges in every spelling (carrier NAT, NAT64, 6to4, mapped and decimal forms) get no connection.
"""

import threading
import time
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

import httpx
from django.conf import settings
from ssrfguard import Policy
from ssrfguard.errors import SSRFGuardError
from ssrfguard.httpx import Client

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
# However slowly an answer drips, after this the connection is closed.
WHOLE_SECONDS: Final = 20.0
LONGEST_PROBLEM: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one POST: a status, or the problem in a sentence; `milliseconds` until then."""

    status: int | None
    problem: str
    milliseconds: int


def policy() -> Policy:
    """Return what may be reached: public addresses at ports 80 and 443, and what the operator allowed beside them."""
    return Policy(
        allowed_schemes=frozenset(settings.WEBHOOK_SCHEMES),
        allowed_ports=frozenset({80, 443, *settings.WEBHOOK_ALLOWED_PORTS}),
        allowed_networks=tuple(map(ip_network, settings.WEBHOOK_ALLOWED_NETWORKS)),
    )


def refusal(url: str) -> str:
    """Return why `url` cannot be an address to post to, as far as can be seen without connecting; "" if it can."""
    try:
        policy().check_url(url)
    except SSRFGuardError as refused:
        return str(refused)[:LONGEST_PROBLEM]
    return ""


def post(url: str, *, body: str, headers: dict[str, str]) -> Answer:
    """Send `body` once. Never raises for what the other side or the network does."""
    begun = time.monotonic()
    status, problem = None, ""
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with Client(policy=policy(), timeout=timeout, follow_redirects=False, trust_env=False) as client:
            ending = threading.Timer(WHOLE_SECONDS, client.close)
            ending.start()
            try:
                with client.stream("POST", url, content=body.encode(), headers=headers) as response:
                    status = response.status_code
            finally:
                ending.cancel()
    except SSRFGuardError as refused:
        problem = f"Not sent: {refused}"
    except (httpx.HTTPError, httpx.InvalidURL, RuntimeError, OSError) as error:
        problem = _words(error)
    if status is not None and 300 <= status < 400:
        problem = "It answered with a redirect, which is not followed."
    return Answer(status, problem[:LONGEST_PROBLEM], int((time.monotonic() - begun) * 1000))


def _words(error: Exception) -> str:
    match error:
        case httpx.ConnectTimeout():
            return f"No connection within {CONNECT_SECONDS:.0f} seconds."
        case httpx.TimeoutException():
            return f"No answer within {READ_SECONDS:.0f} seconds."
        case httpx.ConnectError():
            return f"No connection: {error}"
        case _:
            return f"The connection broke: {str(error) or type(error).__name__}"
