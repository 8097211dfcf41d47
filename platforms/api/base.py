"""What every view of the platform's API is made of: scopes, consistency, and the platform that calls."""

from __future__ import annotations

from typing import ClassVar, Literal

from rest_framework.request import Request
from rest_framework.views import APIView

from platforms.api import calling_platform
from platforms.models import Platform

Consistency = Literal["read-your-writes", "sequenced"]


class PlatformView(APIView):
    """A view gives `read_scope` for GET and `write_scope` for everything else.

    `consistency`: "read-your-writes" answers from the rows that the last write committed; "sequenced" shows an event a
    moment after its commit, in order. `needs_key`: a POST without an Idempotency-Key is refused, because nothing else
    would tell its second arrival from a new wish.
    """

    read_scope: ClassVar[str] = ""
    write_scope: ClassVar[str] = ""
    consistency: ClassVar[Consistency] = "read-your-writes"
    needs_key: ClassVar[bool] = False

    def platform(self, request: Request) -> Platform:
        return calling_platform(request)
