"""Errors as one JSON object: RFC 9457 members, and `result` and `message` for clients of the hub's API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response

_encode = msgspec.json.Encoder().encode


class Problem(Exception):
    """Ends a request with an error; `members` join the body, `headers` the response."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}
        self.members = members

    @property
    def content(self) -> bytes:
        """The body."""
        body: dict[str, Any] = {
            "result": False,
            "message": self.message,
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.message,
            **self.members,
        }
        return _encode(body)

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        """The headers, those of every problem among them."""
        length = ("Content-Length", str(len(self.content)))
        return [*self.headers.items(), ("Content-Type", "application/problem+json"), length]

    def response(self) -> Response:
        """The response as Flask sends it."""
        return Response(self.content, self.status, self.all_headers)
