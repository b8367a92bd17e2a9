"""What README.md and docs/ show is what comes: every `console` block is run. CONTACTS_DOCS=write renews the output."""

import os
import shutil
import uuid

import pytest

from tests.brokers import missing
from tests.docs.rerun import ROOT, comparable, rerun


def hold(name, folder, *stand_ins, **settings):
    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    came = rerun(text, folder, stand_ins, **settings)
    if comparable(came) != comparable(text) and os.environ.get("CONTACTS_DOCS") == "write":
        path.write_text(came, encoding="utf-8")
    assert comparable(came) == comparable(text)


@pytest.mark.parametrize("name", ["README.md", "docs/guide.md", "docs/api.md", "docs/operations.md"])
def test_what_a_document_shows_is_what_comes(name, tmp_path):
    hold(name, tmp_path)


@pytest.mark.kafka
def test_the_calls_are_answered_over_kafka_as_they_are_over_the_embedded_bus(tmp_path, kafka_broker):
    hold("docs/api.md", tmp_path, CONTACTS_BUS=f"kafka://{kafka_broker.bootstrap}/contacts-{uuid.uuid4().hex[:8]}")


@pytest.mark.kafka
def test_what_is_shown_of_publishing_to_kafka_is_what_comes(tmp_path, kafka_broker):
    if shutil.which("kcat") is None:
        missing("kcat is not installed")
    topic = f"contacts-{uuid.uuid4().hex[:8]}"
    places = [("localhost:9094", kafka_broker.bootstrap), ('"contacts"', f'"{topic}"')]
    hold("docs/publishing.md", tmp_path, *places, CONTACTS_BUS=f"kafka://{kafka_broker.bootstrap}/{topic}")
