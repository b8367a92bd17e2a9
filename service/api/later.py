"""Granian's WSGI, for an application that may answer a request later and from another thread.

WSGI only knows answers that are returned: a thread waits for each. Granian takes an answer whenever it is given, but
shows that to none of the applications it calls; so the function by which it wraps one is replaced here. Should a later
release of it no longer ask this one, then answers are returned, as by any WSGI application, and only speed is lost.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, runtime_checkable
from wsgiref.types import WSGIEnvironment

from granian.server import mp

_Run = Callable[[Any, WSGIEnvironment], None]
"""Answers one request that granian hands over."""

Send = Callable[[int, list[tuple[str, str]], bytes], None]
"""Gives the answer to one request, from any thread: status, headers, body."""


@runtime_checkable
class AnswersLater(Protocol):
    """A WSGI application that some requests need not be returned by."""

    def answer(self, environ: WSGIEnvironment, send: Send) -> bool:
        """Answer by `send`, now or later; or give False and leave the request alone.

        `environ` has what the request says, and not what WSGI adds for the server and the process.
        """


def let_answer_later() -> None:
    """From now on workers that this process forks ask applications that are AnswersLater first."""
    wrap = getattr(mp, _WRAP, None)
    if wrap is not None and getattr(wrap, "func", None) is not _wrapped:
        setattr(mp, _WRAP, partial(_wrapped, wrap))


_WRAP = "_wsgi_call_wrap"
"""It is not for others, as said above."""


def _wrapped(wrap: Callable[..., _Run], application: Any, *options: Any) -> _Run:
    returned = wrap(application, *options)
    if not isinstance(application, AnswersLater):
        return returned
    answer = application.answer

    def run(protocol: Any, scope: WSGIEnvironment) -> None:
        if not answer(scope, protocol.response_bytes):
            returned(protocol, scope)

    return run
