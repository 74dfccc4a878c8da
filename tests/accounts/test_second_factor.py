"""The vendor's people prove themselves twice; everybody may."""

import base64
import hmac
import re
import struct
from datetime import UTC, datetime

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from slaportal.accounts.models import Membership
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
DOOR = reverse("accounts:sign-in")
SECRET = "JBSWY3DPEHPK3PXP"  # the example of every authenticator's manual


@pytest.fixture
def _required(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


def code_now(secret: str = SECRET) -> str:
    """What an authenticator app shows at this moment (RFC 6238: SHA-1, 30 seconds, six digits)."""
    counter = struct.pack(">Q", int(datetime.now(UTC).timestamp()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def give_app(member: Membership) -> None:
    TOTP.activate(member.user, SECRET)
    RecoveryCodes.activate(member.user)


def sign_in(client: Client, member: Membership, password: str = PASSWORD) -> str:
    return client.post(DOOR, {"email": member.user.email, "password": password}).headers.get("Location", "")


def test_the_password_alone_does_not_open_an_account_with_a_second_factor(
    client: Client, alice: Membership
) -> None:
    give_app(alice)
    assert sign_in(client, alice) == reverse("mfa_authenticate")
    assert client.get("/").headers["Location"].startswith(DOOR)


def test_password_and_code_open_it_and_lead_to_the_page_that_was_wanted(
    client: Client, alice: Membership
) -> None:
    give_app(alice)
    wanted = reverse("accounts:profile")
    client.post(DOOR, {"email": alice.user.email, "password": PASSWORD, "next": wanted})
    answer = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert answer.headers["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_a_wrong_code_opens_nothing_and_one_code_works_once(client: Client, alice: Membership) -> None:
    give_app(alice)
    sign_in(client, alice)
    good = code_now()
    wrong = f"{(int(good) + 1) % 1_000_000:06d}"
    assert client.post(reverse("mfa_authenticate"), {"code": wrong}).status_code == 200
    assert client.get("/").status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": good}).status_code == 302
    thief = Client()
    sign_in(thief, alice)
    assert thief.post(reverse("mfa_authenticate"), {"code": good}).status_code == 200
    assert thief.get("/").status_code == 302


def test_a_recovery_code_opens_it_once(client: Client, alice: Membership) -> None:
    give_app(alice)
    stored = Authenticator.objects.get(user=alice.user, type=Authenticator.Type.RECOVERY_CODES)
    code = stored.wrap().get_unused_codes()[0]
    for opened in (302, 200):
        browser = Client()
        sign_in(browser, alice)
        assert browser.post(reverse("mfa_authenticate"), {"code": code}).status_code == opened


@pytest.mark.usefixtures("_required")
def test_staff_without_a_second_factor_reach_no_page_but_the_one_that_sets_it_up(
    client: Client, sam: Membership
) -> None:
    sign_in(client, sam)
    for path in ("/", "/admin/", reverse("escalations:list"), reverse("accounts:people"), "/jobs/"):
        assert client.get(path).headers["Location"] == reverse("mfa_index"), path
    assert client.get("/api/v1/issues/ISS-00000000/explain").status_code in {403, 404}
    assert client.get(reverse("accounts:sign-out")).status_code == 405


@pytest.mark.usefixtures("_required")
def test_staff_who_proved_themselves_twice_work(client: Client, sam: Membership) -> None:
    give_app(sam)
    sign_in(client, sam)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("_required")
def test_a_session_older_than_the_second_factor_proves_it_before_it_goes_on(
    client: Client, sam: Membership
) -> None:
    client.force_login(sam.user)
    give_app(sam)
    assert client.get("/admin/").headers["Location"].startswith(reverse("mfa_reauthenticate"))
    client.post(f"{reverse('mfa_reauthenticate')}?next=/admin/", {"code": code_now()})
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("_required")
def test_clients_choose_for_themselves(client: Client, alice: Membership) -> None:
    assert sign_in(client, alice) == "/"
    assert client.get("/").status_code == 200


def test_setting_an_app_up_asks_for_the_password_again_and_says_so_by_mail(
    client: Client,
    alice: Membership,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(alice.user)
    page = reverse("mfa_activate_totp")
    assert client.get(page).headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = re.search(
        r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', client.get(page).content.decode()
    )
    assert secret is not None
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, {"code": code_now(secret[1])})
    assert get_adapter().is_mfa_enabled(alice.user)
    assert mail.outbox[0].to == [alice.user.email]
    assert "authenticator app now protects" in mail.outbox[0].subject


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_generate_recovery_codes"]
)
def test_its_pages_stand_in_the_frame_of_the_portal(client: Client, alice: Membership, name: str) -> None:
    give_app(alice)
    sign_in(client, alice)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse(name))
    assert answer.status_code == 200, answer.headers
    page = answer.content.decode()
    assert 'class="masthead"' in page
    assert "<style" not in page
