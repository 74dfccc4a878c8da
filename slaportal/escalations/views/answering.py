"""Answering an exception, one issue's or a standing one: the same steps, another table of acts."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise

from slaportal.accounts.http import member_of
from slaportal.escalations.forms import AnswerForm
from slaportal.lib.refusal import Refused

Acts = Mapping[str, tuple[Callable[..., object], bool, Promise | str]]
"""Act → its service, whether it needs a reason, and what the page says afterwards."""


def refused_answer(
    request: HttpRequest,
    act: str,
    *,
    acts: Acts,
    about: dict[str, Any],
    page: Callable[[AnswerForm], HttpResponse],
) -> HttpResponse | None:
    """Do `act` on what `about` names, and say so; return the page with what was typed where it is refused.

    Raises `Http404` for an act that does not exist, and whatever right is missing.
    """
    if act not in acts:
        raise Http404("There is no such act.")
    service, needs_reason, done = acts[act]
    form = AnswerForm(request.POST)
    if needs_reason and not form.is_valid():
        return page(form)
    given: dict[str, Any] = {"reason": form.cleaned_data["reason"]} if needs_reason else {}
    try:
        service(actor=member_of(request), now=datetime.now(UTC), **about, **given)
    except Refused as refusal:
        form.is_valid()
        form.add_error(None, str(refusal))
        return page(form)
    messages.success(request, str(done))
    return None
