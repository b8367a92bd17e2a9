"""The header If-Match, which says as of which of its events a contact was read."""

from typing import Any

from flask import request

IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag that the contact was read with: change it only if nothing has happened to it since",
    "schema": {"type": "string"},
}

_LONGEST_TAG = 16
"""Digits: a position has fewer."""


def named_positions() -> set[int] | None:
    """What the request's If-Match names; None where it asks for nothing."""
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    return {
        int(tag) for tag in request.if_match if tag and tag.isascii() and tag.isdecimal() and len(tag) < _LONGEST_TAG
    }
