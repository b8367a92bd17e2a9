"""Whether the address to listen at is free, said in one sentence when it is not."""

import socket
import time


class PortTaken(Exception):
    """The address cannot be listened at."""


def wait_until_free(host: str, port: int, seconds: float) -> None:
    """Return once nothing listens at `host:port`; a predecessor may need `seconds` to let go. Raises PortTaken.

    Granian's workers share their port with whoever asks for sharing, so a second server would go unnoticed; this asks
    without sharing.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            _listen_once(host, port)
        except OSError as fault:
            if time.monotonic() >= deadline:
                raise PortTaken(
                    f"cannot listen at {host}:{port}: {fault.strerror or fault}; "
                    "stop what uses it, or choose another with --port or CONTACTS_PORT"
                ) from fault
            time.sleep(0.05)
        else:
            return


def _listen_once(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen(1)
