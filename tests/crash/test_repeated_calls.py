"""Calls under an idempotency key are repeated until they are taken, while the API is killed: each is there once."""

import json
import os
import signal
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx

from tests.crash.conftest import FULL
from tests.crash.evidence import taken
from tests.shipped import eventually

EVENTS = "/v1/public/track/events/"
KILLS = 20 if FULL else 2


def repeat_until_taken(served, body, key):
    """The ids that the call was answered with, each time it was taken: once, and once more for good measure."""
    answers = []
    with httpx.Client(base_url=served.url, auth=(served.key, ""), timeout=10) as http:
        while len(answers) < 2:
            try:
                answer = http.post(EVENTS, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                continue
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 201:
                answers.append(answer.json()["ids"])
    return answers


def events_in_log(served):
    return [json.loads(entry.value)["data"]["event"] for entry in taken(served.shipped.data) if entry.reason is None]


def kill_api(served):
    killed = served.child("api")
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: served.child("api") not in (None, killed), "the API is started again")


def test_each_repeated_call_is_in_the_log_once_however_often_the_api_is_killed(served):
    told, is_over = [], Event()

    def call(thread):
        while not is_over.is_set():
            event = f"event {thread}/{len(told)}/{uuid.uuid4()}"
            first, again = repeat_until_taken(served, {"userId": "u-1", "event": event}, event)
            assert first == again
            told.append(event)

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(call, number) for number in range(4)]
        try:
            for _ in range(KILLS):
                before = len(told)
                eventually(lambda: len(told) >= before + 20 or any(one.done() for one in calls), "calls are taken")  # noqa: B023
                kill_api(served)
        finally:
            is_over.set()
        for one in calls:
            one.result(120)
    served.shipped.settle()
    assert Counter(events_in_log(served)) == Counter(told)
