"""The CSV file that is imported: some 100 bytes a row, as a shop's own export looks."""

import csv
from collections.abc import Iterable
from pathlib import Path

from bench.people import Person

HEADER = ("Name", "Country Code", "Phone Number", "Email", "WhatsApp Opted", "User ID", "City", "Area", "Points")


def write(path: Path, people: Iterable[Person]) -> Path:
    """Write a row for each of these people."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for one in people:
            opted = "TRUE" if one.opted else "FALSE"
            writer.writerow((one.name, "91", one.number, one.email, opted, one.user_id, one.city, one.area, one.points))
    return path
