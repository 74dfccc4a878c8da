"""The two views from which every address of the API is made."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django_filters import BaseCSVFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from slaportal.accounts import permissions
from slaportal.accounts.api.paging import CursorPages
from slaportal.accounts.api.problems import Problem, handle, too_many
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.accounts.services.calls import Allowance, count_call


class ApiView(APIView):
    """One address: `acts` names the right (permissions.csv) that each method needs; None for what is one's own.

    `member` and `now` are set before a method runs. What the address may carry after "?" is `parameters`; anything
    else is refused, so that a misspelled filter cannot pass for an answer to all.
    """

    acts: ClassVar[Mapping[str, str | None]] = {}
    parameters: ClassVar[frozenset[str]] = frozenset()
    member: Membership
    now: datetime
    allowance: Allowance | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in English and UTC, whoever asks: programs read it."""
        with translation.override("en"), timezone.override(UTC):
            response = super().dispatch(request, *args, **kwargs)
            if isinstance(response, Response):
                response.render()
            return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find out who calls, count the call, and ask for the right of the method."""
        self.now = datetime.now(UTC)
        super().initial(request, *args, **kwargs)
        self.member = member_of(request._request)
        self.allowance = count_call(self._caller(), limit=settings.API_CALLS_A_MINUTE, now=self.now)
        if self.allowance.exceeded:
            raise too_many(self.allowance.seconds)
        act = self.acts.get(str(request.method).replace("HEAD", "GET"))
        if act is not None:
            permissions.require(self.member, act)
        self._check_parameters(request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say how many calls are left, and that nobody between may keep the answer."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance is not None:
            answer["RateLimit-Limit"] = str(self.allowance.limit)
            answer["RateLimit-Remaining"] = str(self.allowance.left)
            answer["RateLimit-Reset"] = str(self.allowance.seconds)
        answer.setdefault("Cache-Control", "private, no-store")
        return answer

    def get_exception_handler(self) -> Any:
        """Return the handler that writes problem details."""
        return handle

    def known_parameters(self) -> frozenset[str]:
        """Return what the address may carry after "?"."""
        return self.parameters

    def _caller(self) -> str:
        through = self.member.through
        return f"token:{through.token}" if through else f"member:{self.member.pk}"

    def _check_parameters(self, request: Request) -> None:
        strange = sorted(set(request.query_params) - self.known_parameters())
        if strange:
            errors = [
                {"parameter": name[:100], "code": "unknown", "detail": "This address has no such parameter."}
                for name in strange[:20]
            ]
            known = ", ".join(sorted(self.known_parameters())) or "none"
            raise Problem("invalid_parameter", f"Known parameters: {known}.", errors=errors)
        doubled = [name for name in request.query_params if len(request.query_params.getlist(name)) > 1]
        if doubled:
            error = {"parameter": doubled[0], "code": "repeated", "detail": "Give it once."}
            raise Problem("invalid_parameter", f"{doubled[0]} stands there twice.", errors=[error])


class MemberFilters(DjangoFilterBackend):
    """Filters from the view's allow-list; a value that cannot be right is refused and never ignored."""

    def get_filterset_kwargs(self, request: Request, queryset: QuerySet[Any], view: Any) -> dict[str, Any]:
        """Hand the member on: what can be chosen depends on who asks."""
        return {**super().get_filterset_kwargs(request, queryset, view), "member": view.member}

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return what the filters leave. Raises `Problem` naming each parameter that is wrong."""
        filters = self.get_filterset(request, queryset, view)
        if filters is None:
            return queryset
        empty = [
            name
            for name, one in filters.base_filters.items()
            if request.query_params.get(name) == "" and not isinstance(one, BaseCSVFilter)
        ]
        if empty:
            # Else an unset variable of a script would pass for "no filter".
            error = {"parameter": empty[0], "code": "empty", "detail": "Give a value, or leave it out."}
            raise Problem("invalid_parameter", f"{empty[0]} is empty.", errors=[error])
        if not filters.is_valid():
            errors = [
                {"parameter": name, "code": str(one.get("code") or "invalid"), "detail": str(one["message"])}
                for name, found in filters.errors.get_json_data().items()
                for one in found
            ]
            raise Problem("invalid_parameter", "Look at the errors.", errors=errors)
        found: QuerySet[Any] = filters.qs
        return found


class ApiList(ApiView, generics.ListAPIView[Any]):
    """One list: filtered by `filterset_class`, in the order of `orders`, a page at a time.

    `orders` maps names of `?order=` to columns; the first is the usual one. There are no others to sort by, so no
    hidden value can be found by sorting.
    """

    pagination_class = CursorPages
    filter_backends = (MemberFilters,)
    orders: ClassVar[Mapping[str, tuple[str, ...]]] = {"": ("pk",)}

    def get_order(self) -> tuple[str, ...]:
        """Return the columns of the order that was asked for."""
        usual = next(iter(self.orders))
        wanted = self.request.query_params.get("order", usual)
        if wanted not in self.orders:
            error = {"parameter": "order", "code": "invalid", "detail": f"One of {', '.join(self.orders)}."}
            raise Problem("invalid_parameter", "There is no such order.", errors=[error])
        return self.orders[wanted]

    def known_parameters(self) -> frozenset[str]:
        """Return the filters, the two of the page, the order where there is a choice, and the view's own."""
        filterset = getattr(self, "filterset_class", None)
        filters = set(filterset.base_filters) if filterset else set()
        order = {"order"} if len(self.orders) > 1 else set()
        return self.parameters | filters | order | set(CursorPages.page_query_params)
