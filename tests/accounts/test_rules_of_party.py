"""What the database itself refuses, whatever writes to it."""

import pytest
from django.db import IntegrityError, connection, transaction

from slaportal.accounts.models import Membership, Organization, User

pytestmark = pytest.mark.django_db


def refused(sql: str, *values: int) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(caught.value)


def test_a_membership_of_the_other_party_cannot_be_written(acme: Organization) -> None:
    user = User.objects.create_user("new@acme.example", name="New")
    with pytest.raises(IntegrityError, match="party of its organization"), transaction.atomic():
        Membership.objects.create(user=user, organization=acme, party="vendor", role="vendor_agent")


def test_a_membership_cannot_change_sides(alice: Membership) -> None:
    said = refused(
        "UPDATE accounts_membership SET party = 'vendor', role = 'vendor_lead' WHERE id = %s", alice.pk
    )
    assert "party of its organization" in said


def test_a_membership_cannot_move_to_the_other_side(alice: Membership, vendor: Organization) -> None:
    said = refused("UPDATE accounts_membership SET organization_id = %s WHERE id = %s", vendor.pk, alice.pk)
    assert "party of its organization" in said


def test_an_organization_cannot_change_sides(acme: Organization, vendor: Organization) -> None:
    said = refused("UPDATE accounts_organization SET party = 'vendor' WHERE id = %s", acme.pk)
    assert "side of the agreement" in said


def test_a_role_of_the_other_party_cannot_be_written(alice: Membership) -> None:
    said = refused("UPDATE accounts_membership SET role = 'vendor_agent' WHERE id = %s", alice.pk)
    assert "membership_role_of_party" in said


def test_there_is_one_vendor(vendor: Organization) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.create(name="Second vendor", party="vendor")


def test_one_address_is_one_person_in_any_case(alice: Membership) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=alice.user.email.upper(), name="Twin")
