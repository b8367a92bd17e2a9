"""What a call's `Idempotency-Key` makes its messages to be, for the routes that Flask answers."""

from flask import g, request

from service.commands.contact_orders import Tries
from service.commands.idempotency import HEADER, Claim, IdempotencyKeys


def claim_of(keys: IdempotencyKeys, content: bytes) -> Claim | None:
    """The claim of the request at hand, whose body this is; None without the header.

    Ask once the body is found right, so that a key still belongs to nothing after a 422.

    Raises KeyUnfit, KeyReused, NotKept, StorageFault.
    """
    key = request.headers.get(HEADER)
    return None if key is None else keys.claim(g.key.name, key, *_call(content))


def tries_of(keys: IdempotencyKeys, content: bytes, *, is_firm: bool) -> Tries:
    """How the order is given of the request at hand, whose body this is. Raises as `claim_of` does."""
    claim = claim_of(keys, content)
    return Tries(() if claim is None else claim.ids(2), is_firm)


def tries_before(keys: IdempotencyKeys, content: bytes, *, is_firm: bool) -> Tries | None:
    """How the order was given of a call that is sent again; None for any other. Raises KeyUnfit, KeyReused."""
    key = request.headers.get(HEADER)
    claim = None if key is None else keys.claimed(g.key.name, key, *_call(content))
    return None if claim is None else Tries(claim.ids(2), is_firm)


def _call(content: bytes) -> tuple[bytes, ...]:
    address = f"{request.method} {request.path.rstrip('/')}".encode()
    return address, request.headers.get("If-Match", "").encode(), content
