"""Schemathesis calls every operation of the description with what it can think of: no 5xx, no undocumented answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shipped import Served, Shipped

EXAMPLES = 500 if os.environ.get("CONTACTS_TEST_FULL") == "1" else 20
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
"""Not ignored_auth: it takes the 429 after many failed sign-ins for an open door. test_scopes.py tries every route."""


@pytest.fixture
def alone(tmp_path):
    """A deployment that nobody else has to do with."""
    shipped = Shipped(tmp_path / "alone")
    try:
        made = Served(shipped)
        yield made
        made.close()
    finally:
        shipped.stop_all()


def test_no_call_that_the_description_allows_is_answered_by_what_it_does_not_say(alone, tmp_path):
    alone.track({"userId": "hostile", "traits": {"city": "Pune"}, "tags": ["vip"]})
    schemathesis = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            *(schemathesis, "run", f"{alone.url}openapi.json", "-H", f"Authorization: Bearer {alone.key}"),
            *("--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES), "--generation-deterministic"),
            *("--warnings", "off", "--no-color", "--request-timeout", "30"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Tested: " in done.stdout
