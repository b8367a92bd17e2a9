"""The story of Banyan Books, a bookseller with four shops, over two years: what happens, and how many days ago.

Everything is told through what anybody can use: calls over HTTP. Each part is told when its day has come by the clock
of the server, so the ledger records it on that day.
"""

import json
from collections.abc import Iterable
from typing import Any

from click import echo
from clock import Clock, on_day
from deployment import OWNER, Deployment
from trade import KOCHI, KOCHI_OPENS, ONLINE, OPENS, TOWN, WEBSITE, call, sign_up, till, website

COLUMNS = ("Name", "Country Code", "Phone Number", "Email", "City", "Area", "WhatsApp Opted", "Birthday", "Plan")
COLLEAGUE = "Ravi Iyer"
FORGOTTEN = 1234
PUNE, MUMBAI, FAIR = (*range(20, 50), *range(1101, 1800)), range(1750, 2400), (*range(60, 160), *range(2350, 2851))
"""Whom the files have; a few of them are known already."""

ODD = (
    {"Phone Number": "98200-45678"},
    {"Name": "R2D2 Kumar"},
    {"Phone Number": "9.82005E+09"},
    {"WhatsApp Opted": "maybe"},
    {"Birthday": "NA"},
    {},
    {"Phone Number": "9820045678.0"},
    {"Name": "Asha D'Souza"},
    {"City": "NA"},
    {},
)
"""What is odd about the rows of a file that waits to be matched."""


def row(number: int, **other: str) -> dict[str, Any]:
    """A person as the shops write them down."""
    one = TOWN.person(number)
    cells = (one["name"], "91", one["phone"], one["email"], one["city"], one["area"])
    said = ("TRUE" if one["opted"] else "FALSE", one["birthday"], one["plan"])
    return dict(zip(COLUMNS, (*cells, *said), strict=True)) | other


class Story:
    """The story so far. `to_try` says afterwards what there is to be tried, and at which address."""

    def __init__(self, ledger: Deployment, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._known: list[int] = []
        self._loyalty = ""
        self.to_try: dict[str, str] = {}

    def tell(self) -> None:
        """All of it, up to this very moment."""
        told = {
            640: ("The shop in Pune brings in its file, and corrects what was refused", self._pune),
            512: ("The shop in Mumbai brings in its own", self._mumbai),
            430: ("A newsletter begins: readers are known by a user ID, later also by their phone", self._newsletter),
            371: ("The book fair brings 600 people", self._fair),
            265: ("A reader turns out to be there twice: merged", self._twice),
            214: ("Another has a new number", self._new_number),
            KOCHI_OPENS: ("A fourth shop opens in Kochi, and its till reports by itself", self._kochi),
            98: ("Somebody asks to be forgotten, and a file names them again", self._forgotten),
            74: ("The till gives two people one user ID: refused, corrected, taken", self._one_id_for_two),
            41: ("A sale: everybody in Ahmedabad gets a tag at once", self._sale),
            13: ("An evening in Pune brings a few people more", self._evening),
            8: ("A file has every city wrong", self._wrong_file),
            7: ("It is taken back, and the right one brought", self._take_back),
            1: ("The office changes a few by hand", self._by_hand),
        }
        self._open()
        since = OPENS + 1
        for day in sorted({*range(OPENS, 30, -7), *range(30, 0, -1), *told}, reverse=True):
            if day in told:
                what, happens = told[day]
                self._clock.go_to(on_day(day, 11))
                echo(f"{on_day(day):%b %Y}  {what} …")
                happens()
            self._clock.go_to(on_day(day))
            self._trade(since, day)
            since = day
        self._clock.catch_up()
        self._trade(since, 0)
        echo("Today     The office looks back …")
        self._today()

    def _open(self) -> None:
        self._clock.go_to(on_day(OPENS, 9))
        echo(f"{on_day(OPENS):%b %Y}  Banyan Books opens its website …")
        self._ledger.add_key(OWNER, "read", "track", "import", "export", "audit", "erase")
        self._ledger.add_key(WEBSITE, "track")
        self._ledger.add_key(COLLEAGUE, "read", "track")

    def _trade(self, since: int, until: int) -> None:
        """What customers did meanwhile."""
        self._ledger.batch(website(since, until, self._known), WEBSITE)
        if until < KOCHI_OPENS:
            self._ledger.batch(till(since, until), KOCHI)
        self._know(ONLINE.between(since, until))

    def _pune(self) -> None:
        faulty = {1130: {"Name": "R2D2 !!"}, 1141: {"Phone Number": "98200"}, 1163: {"Phone Number": "9.82E+09"}}
        id = self._ledger.bring("pune-shop.csv", (row(n, **faulty.get(n, {})) for n in PUNE), "pune shop")
        rejects = self._ledger.call("GET", f"/v1/imports/{id}")["rejects"][:2]  # the header is line 1
        right = [(one["line"], one["column"], row(PUNE[one["line"] - 2])) for one in rejects]
        rows = [{"line": line, "cells": {column: cells[column]}} for line, column, cells in right]
        again = self._ledger.call("POST", f"/v1/imports/{id}/corrections", {"rows": rows})
        self._ledger.confirm(f"/v1/imports/{again['id']}")
        self._know(PUNE)

    def _mumbai(self) -> None:
        self._ledger.bring("mumbai-shop.csv", map(row, MUMBAI), "mumbai shop")
        self._know(MUMBAI)

    def _newsletter(self) -> None:
        readers = ONLINE.until(430)[::2]
        self._ledger.batch(({"userId": f"web-{n}", "traits": {"Newsletter": n % 4 > 1}} for n in readers), WEBSITE)
        # until now the reader of the newsletter and the customer are two; these calls know better
        self._ledger.batch((call(n) | {"userId": f"web-{n}"} for n in readers), WEBSITE)

    def _fair(self) -> None:
        self._ledger.bring("book-fair.csv", map(row, FAIR), "book fair", "new customer")
        self._know(FAIR)

    def _twice(self) -> None:
        others = {2: 3101, 12: 3102}  # who gives another number is another contact
        told = [(n, {name: TOWN.person(n)[name] for name in ("name", "email")}) for n in others]
        self._ledger.batch((call(others[n], **said) for n, said in told), WEBSITE)
        why = {"absorbed": self._id(3101), "reason": "one reader with two numbers"}
        self._ledger.call("POST", f"/v1/contacts/{self._id(2)}/merge", why)

    def _new_number(self) -> None:
        to = {"phone": f"+91{TOWN.person(3200)['phone']}", "reason": "she called from her new number"}
        self._ledger.call("POST", f"/v1/contacts/{self._id(25)}/renumber", to)

    def _kochi(self) -> None:
        self._ledger.add_key(KOCHI, "track")
        view = {"name": "VIPs to write to", "query": {"where": ["whatsapp_opted=true"], "tag": ["vip"]}, "shared": True}
        self._ledger.call("POST", "/v1/views", view)

    def _forgotten(self) -> None:
        id = self._id(FORGOTTEN)
        self._known.remove(FORGOTTEN)
        self._ledger.call("DELETE", f"/v1/contacts/{id}", {"reason": "asked to be forgotten", "keep_out": True})
        regulars = (*range(1220, 1240), *range(2996, 3011))
        self._ledger.bring("pune-regulars.csv", map(row, regulars), "regular")

    def _one_id_for_two(self) -> None:
        self._ledger.batch((sign_up(n) | {"userId": "till-7"} for n in (3011, 3012, 3013)), KOCHI)
        self._ledger.settle()
        refused = self._ledger.call("GET", "/v1/rejected?open=true")["rejected"]
        for one in refused[1:]:
            message = json.loads(one["raw"])
            del message["data"]["userId"]
            corrected = {"message": message, "reason": "till-7 is the till, not the customer"}
            self._ledger.call("POST", f"/v1/rejected/{one['position']}/retry", corrected)

    def _sale(self) -> None:
        all_of = {"where": ["city=Ahmedabad"], "tags": ["navratri sale"], "reason": "Navratri sale"}
        self._ledger.confirm(f"/v1/edits/{self._ledger.call('POST', '/v1/edits', all_of)['id']}")

    def _evening(self) -> None:
        self._ledger.bring("reading-evening.csv", map(row, range(3040, 3049)), "reading evening")

    def _wrong_file(self) -> None:
        wrong = (row(n, City="Lucknow", Area="") for n in range(1, 900))
        self._loyalty = self._ledger.bring("loyalty.csv", wrong, "loyalty")
        self.to_try["See the list as it was that evening, when all these cities were wrong"] = (
            f"contacts?as_of={on_day(8):%Y-%m-%d}&tag=loyalty"
        )

    def _take_back(self) -> None:
        why = {"reason": "every city was Lucknow: wrong column"}
        self._ledger.call("POST", f"/v1/imports/{self._loyalty}/undo", why)
        self._ledger.wait(lambda: self._ledger.call("GET", f"/v1/imports/{self._loyalty}")["state"] == "undone")
        right = self._ledger.bring("loyalty-corrected.csv", map(row, range(1, 900)), "loyalty")
        self.to_try["Take a file back"] = f"imports/{right}"

    def _by_hand(self) -> None:
        for number, city, by in ((1, "Kochi", COLLEAGUE), (2, "Jaipur", OWNER), (2251, "Pune", OWNER)):
            said = {"traits": {"city": city, "area": None}, "tags": ["vip"]}
            self._ledger.call("PATCH", f"/v1/contacts/{self._id(number)}", said, by=by)
        self.to_try["Find out who changed the city of a reader"] = f"contacts/{self._id(1)}"

    def _today(self) -> None:
        """A download, a check, and a messy file that waits."""
        self._ledger.call("POST", "/v1/exports", {"tag": ["book fair"], "opted_in": True})
        self._ledger.call("POST", "/v1/audit/verify", {})
        self._ledger.batch((sign_up(n) | {"userId": "till-8"} for n in (3014, 3015)), KOCHI)
        self._ledger.upload("fair-visitors.csv", (row(n, **odd) for n, odd in enumerate(ODD, 3020)))
        self._ledger.settle()
        days = f"since={on_day(OPENS):%Y-%m-%d}&until={on_day(0):%Y-%m-%d}"
        self.to_try["See how the shop grew, and where its contacts came from"] = f"contacts/growth?{days}"

    def _know(self, numbers: Iterable[int]) -> None:
        """From now on these people order, too."""
        self._known = sorted({*self._known, *numbers})

    def _id(self, number: int) -> str:
        return self._ledger.id_of(TOWN.person(number)["phone"])
