"""Callers of the track endpoint, several at once, who keep every answer they got."""

import time
from collections import Counter
from dataclasses import dataclass
from threading import Event, Thread

import httpx

from tests.crash.story import phone

NO_ANSWER = 0
"""The status of a call that got none: the API was killed, or away."""


@dataclass(frozen=True)
class Answer:
    """What one call came to; `seconds` is how long the caller waited."""

    status: int
    seconds: float
    retry_after: str | None
    body: dict


class Callers:
    """Threads that make track calls, one after the other, until the block ends."""

    def __init__(self, served, count=3, padding=""):
        """`padding` is a value that each call carries, to make it as large as a test wants."""
        self._served = served
        self._padding = padding
        self._stop = Event()
        self._threads = [Thread(target=self._call, args=(number,), daemon=True) for number in range(count)]
        self.answers = []
        self.faults = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
        assert not self.faults, self.faults

    def count(self, status):
        """How many answers had this status so far."""
        return sum(answer.status == status for answer in list(self.answers))

    def acknowledged(self):
        """The ids of all messages that were answered with 202."""
        return [id for answer in self.answers if answer.status == 202 for id in answer.body["ids"]]

    def _call(self, number):
        try:
            with httpx.Client(base_url=self._served.url, auth=(self._served.key, ""), timeout=10) as http:
                turn = 0
                while not self._stop.wait(0.005):
                    self.answers.append(self._one(http, number + len(self._threads) * turn))
                    turn += 1
        except Exception as fault:
            self.faults.append(fault)

    def _one(self, http, number):
        body = {
            "fullPhoneNumber": phone(number % 50),
            "traits": {"city": f"city {number}", "padding": self._padding},
            "tags": [f"tag {number % 7}"],
        }
        began = time.monotonic()
        try:
            answer = http.post("/v1/public/track/users/", json=body)
        except httpx.TransportError as fault:
            return Answer(NO_ANSWER, time.monotonic() - began, None, {"message": repr(fault)})
        seconds = time.monotonic() - began
        return Answer(answer.status_code, seconds, answer.headers.get("Retry-After"), answer.json())


def assert_refused_well(answers):
    """A call that could not be taken was told so in time, when to come again, and that it was not our success.

    In time is 5 s (R8); on a machine that is busy with something else, one call in ten may wait for its turn longer.
    """
    refused = sorted(answer.seconds for answer in answers if answer.status == 503)
    assert not refused or refused[int(len(refused) * 0.9) - 1] < 5, refused
    for answer in answers:
        assert answer.status in (202, 503), answer
        if answer.status == 503:
            assert answer.seconds < 10, answer
            assert int(answer.retry_after) > 0
            assert answer.body["result"] is False
            assert answer.body["message"]


def assert_acknowledged_once(ids, taken):
    """Each of these message ids is in the log, once, and no id is there twice."""
    times = Counter(taken)
    assert max(times.values()) == 1
    assert [id for id in ids if times[id] != 1] == []
