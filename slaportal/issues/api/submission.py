"""Reporting an issue by program: the words, and either a level or the answers from which one follows."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from slaportal.accounts import selectors as people
from slaportal.accounts.api.bodies import Body, StrictInteger, StrictText
from slaportal.accounts.api.filters import MOST_ID
from slaportal.accounts.models import Membership, Organization
from slaportal.issues.api.reading import checked
from slaportal.issues.models import Issue
from slaportal.issues.selectors.page import colleagues, find
from slaportal.issues.services.submission import Report
from slaportal.policies.impact import ImpactError, suggest
from slaportal.policies.models import Agreement, Criticality


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A failing export",
            request_only=True,
            value={
                "title": "Monthly report cannot be exported",
                "description": "Every export since 08:00 UTC ends with error 503.",
                "level": "high",
                "environment": "production",
            },
        )
    ]
)
class Submission(Body):
    """A report. People of the vendor name the client (`organization`), for others it is their own."""

    title = StrictText(max_length=200, help_text="One line: what goes wrong, and where.")
    description = StrictText(max_length=50_000, help_text="What happens, in Markdown.")
    level = serializers.ChoiceField(
        choices=Criticality.values, required=False, help_text="May be left out where `answers` are given."
    )
    answers = serializers.DictField(
        child=StrictText(max_length=80),
        required=False,
        help_text="Question → key of the answer, for all questions of the agreement’s impact table.",
    )
    reason = StrictText(
        max_length=5_000,
        required=False,
        help_text="Why another level fits better than the one that follows from `answers`.",
    )
    product = StrictText(max_length=120, required=False, allow_blank=True)
    product_version = StrictText(max_length=60, required=False, allow_blank=True)
    environment = StrictText(max_length=120, required=False, allow_blank=True)
    contact = StrictText(
        max_length=200, required=False, allow_blank=True, help_text="Who can be reached, and how."
    )
    organization = StrictInteger(
        min_value=1, max_value=MOST_ID, required=False, help_text="Id of the client."
    )
    on_behalf_of = StrictInteger(
        min_value=1, max_value=MOST_ID, required=False, help_text="Id of the person who is affected."
    )
    watchers = serializers.ListField(
        child=StrictInteger(min_value=1, max_value=MOST_ID),
        required=False,
        max_length=50,
        help_text="Ids of colleagues who follow it.",
    )
    follows = StrictText(
        max_length=20, required=False, help_text="Reference of an ended issue that comes back as this one."
    )


def client_of(member: Membership, given: dict[str, Any]) -> Organization:
    """Return the client for whom this is reported. Raises `ValidationError`."""
    wanted = given.get("organization")
    if wanted is None:
        if member.is_vendor:
            raise serializers.ValidationError(
                {"organization": ["Name the client it is for."]}, code="required"
            )
        return member.organization
    clients = people.visible_organizations(member, act="issue.submit").filter(party="client")
    found = clients.filter(pk=wanted).first()
    if found is None:
        raise serializers.ValidationError({"organization": ["There is no such client."]}, code="invalid")
    return found


def report_of(agreement: Agreement, given: dict[str, Any]) -> Report:
    """Return the report under the rules of the page: the level that follows from the answers, or another with a reason.

    Raises `ValidationError`.
    """
    table, answers = agreement.policy_version.impact_table, given.get("answers") or {}
    level, reason = given.get("level"), given.get("reason", "").strip()
    suggested = _suggested(table, answers) if answers else ""
    level = level or suggested
    if not level:
        raise serializers.ValidationError({"level": ["Give a level, or answers."]}, code="required")
    if suggested and level != suggested and not reason:
        words = f"The answers suggest {suggested}. Say in a sentence why {level} fits better."
        raise serializers.ValidationError({"reason": [words]}, code="required")
    kept = ("title", "description", "product", "product_version", "environment", "contact")
    words_given = {name: given[name] for name in kept if name in given}
    return Report(**words_given, level=level, answers=answers, reason=reason if level != suggested else "")


def _suggested(table: dict[str, Any], answers: dict[str, str]) -> str:
    try:
        return suggest(table, answers)
    except ImpactError as error:
        raise serializers.ValidationError({"answers": [str(error)]}, code="invalid") from None


def people_of(organization: Organization, given: dict[str, Any]) -> dict[str, Any]:
    """Return the affected person and the watchers as members. Raises `ValidationError` for an id that is none."""
    offered = {one.pk: one for one in colleagues(organization)}
    watchers = given.get("watchers", [])
    strange: dict[str, Any] = {
        name: ["Nobody of this organization has this id."]
        for name, ids in (("on_behalf_of", [given.get("on_behalf_of")]), ("watchers", watchers))
        if any(one is not None and one not in offered for one in ids)
    }
    if strange:
        raise serializers.ValidationError(strange, code="invalid")
    affected = given.get("on_behalf_of")
    return {
        "on_behalf_of": offered[affected] if affected else None,
        "watchers": [offered[one] for one in dict.fromkeys(watchers)],
    }


def followed(member: Membership, given: dict[str, Any]) -> Issue | None:
    """Return the ended issue that comes back, None without one. Raises `ValidationError`."""
    if "follows" not in given:
        return None
    try:
        found = find(member, checked(given["follows"]))
    except Http404:
        found = None
    if found is None:
        raise serializers.ValidationError({"follows": ["There is no such issue."]}, code="invalid")
    return found
