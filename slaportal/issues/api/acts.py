"""Acts on an issue by programs: the table of the pages (issues/views/offers.py), each act at an address of its own.

Right, form and service are those of the page; what is different is the spelling of the request. Acts that only a
person may do have no address of their own here and are refused by name.
"""

import re
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts import permissions
from slaportal.accounts.api.base import ApiView
from slaportal.accounts.api.bodies import Body, StrictInteger, StrictText
from slaportal.accounts.api.once import once
from slaportal.accounts.api.problems import Problem, invalid
from slaportal.accounts.models import Membership
from slaportal.accounts.scopes import scope_of
from slaportal.issues.api.bodies import IssueWithActs
from slaportal.issues.api.reading import checked, readable
from slaportal.issues.forms.files import FilesField
from slaportal.issues.models import Issue
from slaportal.issues.selectors.page import find
from slaportal.issues.services import acts
from slaportal.issues.services.acts import Conflict
from slaportal.issues.views.offers import ACTS, Act, offered

# What a page carries for itself: a program names the version in If-Match.
ETAG: Final = re.compile(r'"[0-9]{1,9}"')
OF_THE_PAGE: Final = ("version", "seen", "proposal")


def open_to_programs() -> dict[str, Act]:
    """Return the acts that some scope opens."""
    human = permissions.human_acts()
    return {name: act for name, act in ACTS.items() if act.right not in human and scope_of(act.right)}


def body_of(name: str, act: Act) -> type[Body]:
    """Return the body of an act, made from its form: whatever the page asks for, under the same names."""
    fields = {
        key: field_of(field)
        for key, field in act.form.base_fields.items()
        if key not in OF_THE_PAGE and not isinstance(field, FilesField)
    }
    title = name.title().replace("-", "")
    return type(f"{title}Act", (Body,), {**fields, "__doc__": str(act.form.__doc__)})


def field_of(field: forms.Field) -> serializers.Field[Any, Any, Any, Any]:
    """Return the field of a body for a field of a form."""
    common: dict[str, Any] = {"required": field.required, "help_text": str(field.label or "")}
    match field:
        case forms.ModelChoiceField():
            return StrictInteger(min_value=1, max_value=2**31 - 1, allow_null=not field.required, **common)
        case forms.ChoiceField():
            choices: Any = field.choices
            return serializers.ChoiceField(choices=[str(value) for value, _ in choices], **common)
        case forms.IntegerField():
            limits: dict[str, Any] = {"min_value": field.min_value, "max_value": field.max_value}
            return StrictInteger(**limits, **common)
        case forms.DateTimeField():
            return serializers.DateTimeField(allow_null=not field.required, **common)
        case forms.CharField():
            return StrictText(max_length=field.max_length, allow_blank=not field.required, **common)
        case _:
            raise TypeError(f"There is no way yet to ask a program for a {type(field).__name__}.")


class IssueAct(ApiView):
    """One act of the table, named when the address is made."""

    tag = "Acts on an issue"
    conditional = True
    name = ""
    acts: ClassVar = {"POST": None}

    @property
    def operations(self) -> dict[str, str]:
        """Return the name of the operation for the reference."""
        return {"POST": f"act_{self.name.replace('-', '_')}"}

    @property
    def described(self) -> str:
        """Return the words for the reference."""
        act = ACTS[self.name]
        return f"{str(act.form.__doc__).strip()}\n\n{act.done}\n\nScope: `{scope_of(act.right)}`."

    def get_serializer_class(self) -> type[Body]:
        """Return the body of this act."""
        return body_of(self.name, ACTS[self.name])

    @extend_schema(
        responses={
            200: IssueWithActs,
            204: OpenApiResponse(description="Done; this token cannot read the issue (any more)."),
        }
    )
    @once
    def post(self, request: Request, reference: str, name: str = "") -> Response:
        """Do the act and answer with the issue as it is now."""
        chosen = ACTS.get(self.name or name)
        if chosen is None:
            raise Http404
        member, now = self.member, self.now
        permissions.require(member, chosen.right)
        body = body_of(self.name or name, chosen)(data=request.data)
        body.is_valid(raise_exception=True)
        issue = do(chosen, reference, body.validated_data, member=member, match=_match(request), now=now)
        return shown(issue.reference, member=member, now=now)


def do(
    act: Act,
    reference: str,
    given: dict[str, Any],
    *,
    member: Membership,
    match: str | None,
    now: datetime,
    files: list[Any] | None = None,
) -> Issue:
    """Do `act` through its form and service. Raises `Problem`, `NotAllowed` or `Refused`; then nothing has changed."""
    issue = find(member, checked(reference))
    if issue is None:
        raise Http404
    acts.allow(issue, member, act.right)
    if match is not None and match != etag(issue):
        raise Problem("version_mismatch", f"The issue is at {etag(issue)} now. Read it and decide again.")
    typed = {key: _typed(value) for key, value in given.items() if value is not None}
    form = act.form(
        {**typed, "version": str(issue.version)},
        {"attachments": files or []},  # what a browser's parser makes of several
        issue=issue,
        member=member,
    )
    if not form.is_valid():
        raise invalid(_errors(form))
    try:
        act.run(issue, member, form.cleaned_data, now)
    except Conflict as conflict:
        code = "changed_meanwhile" if match is None else "version_mismatch"
        raise Problem(code, str(conflict)) from conflict
    return issue


def shown(
    reference: str,
    *,
    member: Membership,
    now: datetime,
    expand: frozenset[str] = frozenset(),
    status: int = 200,
    own: bool = False,
) -> Response:
    """Answer with the issue if the token may read it, with nothing otherwise; `own`: its writer just wrote all of it."""
    issue = readable(member, expand=expand).filter(reference=reference).first()
    if issue is None or not (own or permissions.may(member, "issue.read")):
        return Response(status=204)
    issue.acts = programs_acts(issue, member)  # type: ignore[attr-defined]
    body = IssueWithActs(issue, context={"now": now, "expand": expand})
    return Response(body.data, status=status, headers={"ETag": etag(issue)})


def programs_acts(issue: Issue, member: Membership) -> list[str]:
    """Return the names of the acts that `member` can do on `issue` now by this door."""
    mine = open_to_programs()
    return [name for name in offered(issue, member) if name in mine]


def etag(issue: Issue) -> str:
    """Return the version of `issue` as the header says it."""
    return f'"{issue.version}"'


def _match(request: Request) -> str | None:
    given = request.headers.get("If-Match")
    if given is not None and not ETAG.fullmatch(given):
        raise Problem("malformed", 'If-Match is the ETag of an answer, such as "7" with its quotation marks.')
    return given


def _typed(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _errors(form: forms.Form) -> dict[str, Any]:
    found = form.errors.get_json_data()
    return {
        ("non_field_errors" if name == "__all__" else name): [
            {"message": one["message"], "code": one["code"] or "invalid"} for one in many
        ]
        for name, many in found.items()
    }
