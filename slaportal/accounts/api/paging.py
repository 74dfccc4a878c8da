"""Pages by cursor: the next page begins behind the last row, whatever was added or removed meanwhile."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Model, Q
from django.utils.dateparse import parse_datetime
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from slaportal.accounts.api.problems import Problem

MOST, USUAL = 200, 50


class CursorPages(BasePagination):
    """`?limit=` rows at a time in the order of the view's `order`, which ends with the primary key and so is total.

    `order` is one or two names of columns, each with "-" for descending; all go the same way. The cursor carries the
    values of the last row: pages stay right while rows come and go, and page 10,000 costs as much as page 1.
    """

    page_query_params: ClassVar = ("cursor", "limit")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page that `request` asks for."""
        self.request = request
        self.order: tuple[str, ...] = view.get_order()
        limit = self._limit(request)
        cursor = request.query_params.get("cursor")
        if cursor:
            queryset = queryset.filter(_behind(self.order, _read(cursor, self.order)))
        found = list(queryset.order_by(*self.order)[: limit + 1])
        self.last = found[limit - 1] if len(found) > limit else None
        return found[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        """Return the rows and the address of the next page, null on the last one."""
        return Response({"results": data, "next": self._next()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the page for the reference."""
        following = {"type": ["string", "null"], "format": "uri", "description": "The next page."}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": following},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the two parameters for the reference."""
        limits = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        cursor = {"type": "string", "maxLength": 500}
        return [
            {"name": "limit", "in": "query", "schema": limits, "description": "Rows of a page."},
            {"name": "cursor", "in": "query", "schema": cursor, "description": "From `next` of a page."},
        ]

    def _limit(self, request: Request) -> int:
        given = request.query_params.get("limit", str(USUAL))
        if not (given.isascii() and given.isdecimal() and len(given) < 5 and 1 <= int(given) <= MOST):
            error = {"parameter": "limit", "code": "invalid", "detail": f"A number from 1 to {MOST}."}
            raise Problem("invalid_parameter", f"limit goes from 1 to {MOST}.", errors=[error])
        return int(given)

    def _next(self) -> str | None:
        if self.last is None:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = _written(self.last, self.order)
        return f"{settings.PORTAL_URL}{self.request.path}?{query.urlencode()}"


def _column(name: str) -> str:
    return name.removeprefix("-")


def _written(row: Model, order: tuple[str, ...]) -> str:
    values = [getattr(row, _column(name)) for name in order]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps([",".join(order), *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read(cursor: str, order: tuple[str, ...]) -> list[Any]:
    """Return the values that `_written` put in. Raises `Problem` for a cursor of another list or of nobody."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        kept, *values = json.loads(text)
        found = [_instant(value) if isinstance(value, str) else int(value) for value in values]
        if kept != ",".join(order) or len(found) != len(order) or type(found[-1]) is not int:
            raise ValueError(kept)
        if not 0 <= found[-1] < 2**63:
            raise ValueError(found)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise Problem("invalid_cursor", "Take the cursor from `next` of a page of this very list.") from None
    return found


def _instant(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError(text)
    return found


def _behind(order: tuple[str, ...], values: list[Any]) -> Q:
    """Return the condition for rows behind `values`, written so that an index on `order` finds the first at once."""
    side = "lt" if order[0].startswith("-") else "gt"
    last = Q(**{f"{_column(order[-1])}__{side}": values[-1]})
    if len(order) == 1:
        return last
    first, value = _column(order[0]), values[0]
    return Q(**{f"{first}__{side}e": value}) & (Q(**{f"{first}__{side}": value}) | last)
