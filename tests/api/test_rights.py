"""A token is never wider than its maker is now, than its scopes, or than a program can be."""

import pytest
from django.db.models import Model
from rest_framework.test import APIClient

from slaportal.accounts import permissions
from slaportal.accounts.models import ApiToken, Membership, Party, Role
from slaportal.accounts.scopes import SCOPES, Through, scope_of
from slaportal.issues.views.offers import ACTS
from slaportal.ledger.models import Event
from tests.api.programs import program, token_of
from tests.world import World, report

pytestmark = pytest.mark.django_db
BODIES = {"agree": {}, "dispute": {"reason": "No."}, "decide": {"level": "low"}, "contest": {"reason": "No."}}
BODIES["judge"] = {"upheld": "yes", "reason": "No."}


def through(role: str, scopes: frozenset[str]) -> Membership:
    """A member of `role` who acts through a token with `scopes`."""
    party = Party.CLIENT if role.startswith("client") else Party.VENDOR
    member = Membership(pk=1, role=role, party=party, organization_id=1, active=True)
    member.through = Through(1, "Monitoring", scopes)
    return member


def test_no_act_for_people_only_is_open_to_a_token_with_every_scope_in_any_role() -> None:
    human = permissions.human_acts()
    assert len(human) >= 12
    for act in human:
        assert scope_of(act) is None
        for role in Role.values:
            member = through(role, frozenset(SCOPES))
            assert not permissions.may(member, act, organization_id=1, own=True)
            with pytest.raises(permissions.NeedsAPerson) as refused:
                permissions.require(member, act, organization_id=1, own=True)
            assert refused.value.code == "needs_a_person"


def test_a_token_opens_exactly_what_its_scope_and_its_maker_s_role_both_open() -> None:
    for role in Role.values:
        person = through(role, frozenset())
        person.through = None
        for act in permissions.table():
            mine = permissions.may(person, act, organization_id=1, own=True)
            for scope in SCOPES:
                expected = mine and scope_of(act) == scope and act not in permissions.human_acts()
                found = permissions.may(through(role, frozenset([scope])), act, organization_id=1, own=True)
                assert found == expected, (role, act, scope)


def test_every_act_for_people_only_is_refused_at_the_door_with_its_code(world: World) -> None:
    issue = report(world.bob)
    human = {name for name, act in ACTS.items() if act.right in permissions.human_acts()}
    assert {"agree", "dispute", "decide", "contest", "judge"} <= human
    before = Event.objects.count()
    for member in (world.alice, world.bob, world.sam, world.lena, world.vera):
        client = program(member)
        for name in human:
            answer = client.post(f"/api/v1/issues/{issue.reference}/acts/{name}", BODIES.get(name, {}))
            assert (answer.status_code, answer.json()["code"]) == (403, "needs_a_person"), (name, member)
    assert Event.objects.count() == before


def test_each_act_that_a_scope_opens_has_an_address_and_stands_in_the_reference(world: World) -> None:
    schema = program(world.alice).get("/api/v1/schema").json()
    for name, act in ACTS.items():
        stands = f"/api/v1/issues/{{reference}}/acts/{name}" in schema["paths"]
        assert stands == (scope_of(act.right) is not None), name


def test_who_becomes_less_has_a_lesser_token_with_the_next_call(world: World) -> None:
    client = program(world.lena)
    issue = report(world.bob)
    address = f"/api/v1/issues/{issue.reference}"
    assert client.get(address).status_code == 200
    Membership.objects.filter(pk=world.lena.pk).update(role="admin")
    assert client.get(address).json()["code"] == "not_allowed"
    Membership.objects.filter(pk=world.lena.pk).update(role="vendor_lead", active=False)
    assert client.get(address).json()["code"] == "invalid_token"


def test_a_scope_that_is_missing_is_named(world: World) -> None:
    client = program(world.alice, ["issues:read"])
    words = {"title": "Export fails", "description": "Since 08:00.", "level": "high"}
    answer = client.post("/api/v1/issues", words)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "issues:write" in answer.json()["detail"]


def test_a_stranger_s_issue_does_not_exist_at_any_address(world: World) -> None:
    issue = report(world.bob)
    stranger = program(world.charlie)
    parts = ("", "/comments", "/proposals", "/attachments", "/explain")
    for part in parts:
        assert stranger.get(f"/api/v1/issues/{issue.reference}{part}").status_code == 404
    assert stranger.post(f"/api/v1/issues/{issue.reference}/comments", {"body": "Hi"}).status_code == 404
    for name in ("issues", "obligations", "escalations", "exceptions"):
        assert stranger.get(f"/api/v1/{name}").json()["results"] == []
    assert stranger.get(f"/api/v1/events?organization={world.acme.pk}").status_code == 404


def test_a_reporter_s_token_sees_what_the_reporter_sees(world: World) -> None:
    report(world.alice, title="Not bob's")
    mine = report(world.bob, title="Bob's own")
    listed = program(world.bob).get("/api/v1/issues").json()["results"]
    assert [one["reference"] for one in listed] == [mine.reference]


def test_notes_and_their_files_need_their_own_scope(world: World) -> None:
    issue = report(world.bob)
    address = f"/api/v1/issues/{issue.reference}/notes"
    assert program(world.sam).get(address).status_code == 200
    assert program(world.sam, ["issues:read"]).get(address).json()["code"] == "scope_missing"
    assert program(world.alice).get(address).status_code == 403
    assert (
        program(world.sam).post(f"/api/v1/issues/{issue.reference}/acts/note", {"body": "x"}).json()["code"]
        == "needs_a_person"
    )


def test_a_program_s_message_is_no_response_and_it_resolves_only_after_one(world: World) -> None:
    issue = report(world.bob)
    client = program(world.lena)
    client.post(f"/api/v1/issues/{issue.reference}/comments", {"body": "We have it."})
    read = client.get(f"/api/v1/issues/{issue.reference}").json()
    assert read["responded_at"] is None
    answer = client.post(f"/api/v1/issues/{issue.reference}/acts/resolve", {"note": "Restarted."})
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")


def test_nothing_that_is_kept_shows_a_secret(world: World) -> None:
    _, secret = token_of(world.alice)
    kept: list[Model] = list(ApiToken.objects.all())
    assert not any(secret.rpartition("_")[2] in str(vars(one)) for one in kept)


def test_secrets_cannot_be_tried_one_after_another(world: World, settings: object) -> None:
    settings.API_WRONG_TOKENS_A_MINUTE = 5  # type: ignore[attr-defined]
    client = program(world.alice)
    guessing = APIClient(headers={"Authorization": "Bearer slap_00000000_guess"})
    codes = [guessing.get("/api/v1/me").json()["code"] for _ in range(7)]
    assert codes == ["invalid_token"] * 5 + ["too_many_requests"] * 2
    assert client.get("/api/v1/me").status_code == 429
