"""Reading contacts as the hub's public API does: by filters, by phone, by user id."""

from typing import Any

from flask import Response

from projections.lists import pages
from projections.lists.refreshed import settled
from projections.state.indexes import needed
from service.api.description.examples import hub_examples as examples
from service.api.description.parameters import CustomersQuery, PhoneQuery
from service.api.description.shapes.hub_shapes import CustomersSchema, FiltersSchema, FoundCustomerSchema
from service.api.http.routing import Routes, json_answer
from service.http.problem import Problem
from service.http.services import Services
from service.queries.contact.contact import state_now
from service.queries.contact.hub_contact import Ambiguous, by_phone, by_user_id, customer
from service.queries.filters.hub_filters import read_filters
from service.queries.lists.indexing import Indexing
from service.queries.lists.totals import Totals


def hub_routes(services: Services) -> Routes:
    """The routes by which a program that was written for the hub's API reads."""
    routes = Routes("users", "Read contacts; compatible with the hub's public API")
    _list(routes, services)
    _one(routes, services)
    return routes


def _list(routes: Routes, services: Services) -> None:
    readers = services.readers
    totals, indexing = Totals(), Indexing(readers.states)

    @routes.post("/v1/public/apis/users/", scope="read")
    @routes.query(CustomersQuery)
    @routes.body(FiltersSchema, example=examples.FILTERS)
    @routes.answers(200, CustomersSchema, example=examples.CUSTOMERS)
    @routes.problems(503)
    def list_users(query: dict[str, Any], body: dict[str, Any]) -> Response:
        """List contacts by filters.

        Filters are joined from the first to the last by their `supr_op`, which is `and` or `or`; absent, it is `and`.
        `op` is one of `eq neq contains in exists` for strings, `eq neq gt gte lt lte in exists` for numbers and
        datetimes, `eq neq exists` for booleans, `contains exists` for lists, and `contains` for `tags`. A time needs
        its zone. Oldest contact first. `val` is of the attribute's type, unless that is mixed.
        """
        stored = readers.states.in_use()
        window = {"offset": query["offset"], "limit": query["limit"]}
        with stored.reading() as state, indexing.watching(lambda: needed(wanted)):
            state.freeze()
            wanted, notes = read_filters(body, state.attribute_types(), services.named_once)
            found = settled(state, readers.log, pages.window(state, wanted, **window), wanted)
            total = totals.of(stored, state, wanted)
        data = {
            "total_customers": total,
            "has_next_page": query["offset"] + query["limit"] < total,
            **window,
            "customers": [customer(one) for one in found],
        }
        message = "; ".join([f"{total} customers found", *notes])
        return json_answer({"result": True, "message": message, "data": data})


def _one(routes: Routes, services: Services) -> None:
    readers = services.readers

    @routes.get("/v1/public/apis/users/phone_number/<number>", scope="read")
    @routes.query(PhoneQuery)
    @routes.answers(200, FoundCustomerSchema, example=examples.CUSTOMER)
    @routes.problems(404, 409, 503)
    def user_of_phone(query: dict[str, Any], number: str) -> Response:
        """Read the contact with a phone.

        The national digits, or the full number with or without `+`. Where contacts in several countries have it, 409
        names their country codes, and `country_code` decides.
        """
        with readers.log() as log:
            try:
                return answer(by_phone(log, number, query.get("country_code")))
            except Ambiguous as fault:
                raise Problem(409, str(fault), reason="several_countries", country_codes=fault.codes) from None

    @routes.get("/v1/public/apis/users/id/<user_id>", scope="read")
    @routes.answers(200, FoundCustomerSchema, example=examples.CUSTOMER)
    @routes.problems(404, 503)
    def user_of_id(user_id: str) -> Response:
        """Read the contact with a user id."""
        with readers.log() as log:
            return answer(by_user_id(log, user_id))

    def answer(contact: int) -> Response:
        found = customer(state_now(readers, contact))
        return json_answer({"result": True, "message": "Customer found", "data": found})
