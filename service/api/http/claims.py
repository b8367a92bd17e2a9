"""What a call's `Idempotency-Key` makes its messages to be, for the routes that Flask answers."""

from flask import g, request

from service.commands.idempotency import HEADER, Claim, IdempotencyKeys


def claim_of(keys: IdempotencyKeys, content: bytes) -> Claim | None:
    """The claim of the request at hand, whose body this is; None without the header.

    Ask once the body is found right, so that a key still belongs to nothing after a 422.

    Raises KeyUnfit, KeyReused, NotKept, StorageFault.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    address = f"{request.method} {request.path.rstrip('/')}".encode()
    condition = request.headers.get("If-Match", "").encode()
    return keys.claim(g.key.name, key, address, condition, content)
