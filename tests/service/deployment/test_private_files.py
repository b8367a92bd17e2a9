"""All of a data folder is its owner's alone, whatever the umask of whoever starts a command."""

import os
import stat
import subprocess
import sys

import pytest

from tests.examples import GAVIN
from tests.shipped import ROOT


@pytest.fixture
def contacts(tmp_path):
    """Runs a command under umask 0."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CONTACTS_")}
    environ |= {"CONTACTS_DATA": str(tmp_path / "data"), "PYTHONPATH": str(ROOT)}

    def run(*arguments):
        command = [sys.executable, "-m", "service", *arguments]
        subprocess.run(command, env=environ, cwd=tmp_path, umask=0, check=True, timeout=120, capture_output=True)

    return run


def open_to_others(folder):
    return [
        str(path.relative_to(folder.parent))
        for path in (folder, *folder.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]


def test_whatever_is_made_is_its_owners_alone(contacts, tmp_path):
    contacts("import", str(ROOT / "samples" / "contacts.csv"))
    contacts("list", "--as-of", "3")
    assert open_to_others(tmp_path / "data") == []


def test_what_an_earlier_version_left_open_is_closed_at_the_next_start(contacts, tmp_path):
    contacts("track", "--phone", GAVIN)
    (tmp_path / "data" / "imports" / "some").mkdir(parents=True)
    (tmp_path / "data" / "imports" / "some" / "file.csv").write_text("a")
    for path in (tmp_path / "data").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    contacts("status")
    assert open_to_others(tmp_path / "data") == []
