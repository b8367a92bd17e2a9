"""The bench's oracle is no copy of the ledger, and agrees with it on what a file says."""

import hashlib
from pathlib import Path

from bench import csv_files, oracle
from bench.people import person


def test_an_oracle_line_is_the_canonical_json_of_a_contact():
    phone, line = oracle.contact_line("+919967536783", "u1", {"name": "Ānanda", "Points": "7"}, ("vip", "diwali"))
    assert phone == 919967536783
    assert line == '["+919967536783","u1",{"Points":"7","name":"Ānanda"},["diwali","vip"]]'


def test_the_digest_covers_the_contacts_in_the_order_of_their_phones():
    expected = oracle.from_lines([(1, "a"), (2, "b")])
    assert expected == oracle.Expected(2, hashlib.sha256(b"a\nb\n").hexdigest())


def test_a_later_file_replaces_what_an_earlier_one_said_of_a_contact(tmp_path: Path):
    first = csv_files.write(tmp_path / "1.csv", map(person, range(5)))
    second = csv_files.write(tmp_path / "2.csv", [person(3)._replace(city="Goa"), person(9)])
    changed = [person(number) for number in (0, 1, 2, 4, 9)] + [person(3)._replace(city="Goa")]
    whole = csv_files.write(tmp_path / "whole.csv", changed)
    assert oracle.from_files([first, second]) == oracle.from_files([whole])
