"""Callers that repeat each call under its idempotency key until it is taken, and once more for good measure."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx

from tests.crash.evidence import taken as entries_of

EVENTS = "/v1/public/track/events/"


class Repeaters:
    """Threads that do so until the block ends; `told` are the events that were taken, `refused` counts the 503s."""

    def __init__(self, served, count=4):
        self._served = served
        self._count = count
        self._is_over = Event()
        self._pool = ThreadPoolExecutor(count)
        self.told = []
        self.refused = 0

    def __enter__(self):
        self._calls = [self._pool.submit(self._call) for _ in range(self._count)]
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for call in self._calls:
            call.result(300)
        self._pool.shutdown()

    def repeat_until_taken(self, event, key):
        """The ids that the call was answered with, both times."""
        content = json.dumps({"userId": "u-1", "event": event}).encode()
        return [answer["ids"] for answer in self.repeat(EVENTS, content, key, 201)]

    def repeat(self, path, content, key, taken):
        """What the call was answered with status `taken`, both times."""
        answers = []
        with httpx.Client(base_url=self._served.url, auth=(self._served.key, ""), timeout=10) as http:
            while len(answers) < 2:
                try:
                    answer = http.post(path, content=content, headers={"Idempotency-Key": key})
                except httpx.TransportError:
                    continue
                assert answer.status_code in (taken, 503), answer.text
                if answer.status_code == taken:
                    answers.append(answer.json())
                else:
                    self.refused += 1
        return answers

    def _call(self):
        while not self._is_over.is_set():
            event = f"event {uuid.uuid4()}"
            first, again = self.repeat_until_taken(event, event)
            assert first == again
            self.told.append(event)


def events_in_log(served):
    """The names of all events that were accepted."""
    return [
        json.loads(entry.value)["data"]["event"] for entry in entries_of(served.shipped.data) if entry.reason is None
    ]
