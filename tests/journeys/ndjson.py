"""Schemathesis's hook: how it sends a body that is described as NDJSON, which is text."""

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def as_it_is(_context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
