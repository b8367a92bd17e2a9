"""Somebody who said no to WhatsApp messages, by what others call them."""

from typing import NamedTuple


class OptedOutPerson(NamedTuple):
    """A contact that has opted out (R16): `phone` in E.164 and the user id, of which one may be missing."""

    phone: str | None
    user_id: str | None
