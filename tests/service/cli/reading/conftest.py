"""The reading commands in this process, and a ledger for them to read."""

import json
import os

import pytest

from service.cli.main import main
from tests.examples import GAVIN


@pytest.fixture
def contacts(world, monkeypatch, tmp_path, capfd):
    """The command, in this process: gives exit code, stdout and stderr."""
    for name in [name for name in os.environ if name.startswith("CONTACTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CONTACTS_DATA", str(world.folder))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return ended.value.code, out, err

    return run


@pytest.fixture
def told(contacts):
    """The command with --json: gives the document, after an exit code of 0."""

    def run(*arguments):
        code, out, err = contacts(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return run


@pytest.fixture
def filled(world):
    """Gavin, changed twice; Emma, known by her user id alone; a rejected message. Positions 1 to 5."""
    world.track(phone=GAVIN, user_id="u1", name="Gavin Roberts", city="Pune", visits=5)
    world.tag("VIP", "new customer", phone=GAVIN)
    world.track(user_id="emma", name="Emma")
    world.track(phone=GAVIN, city="Agra", whatsapp_opted=True)
    world.track(phone="12")
    world.settle()
    return world
