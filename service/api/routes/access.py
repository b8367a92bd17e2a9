"""Who may do what: API keys, people, and the devices that are signed in to the hub (R33)."""

from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import NotFound

from service.api.description.examples import access_examples as examples
from service.api.description.shapes.access_shapes import (
    InvitedSchema,
    KeySchema,
    KeysSchema,
    LinkSchema,
    MadeKeySchema,
    NewKeyBody,
    NewPersonBody,
    PeopleSchema,
    PersonSchema,
    RightsBody,
    SessionSchema,
    SessionsSchema,
)
from service.api.http.arguments import faulty
from service.api.http.routing import Routes, json_answer
from service.deployment.tables import keys as kept_keys
from service.deployment.tables import people as kept_people
from service.deployment.tables import sessions as kept_sessions
from service.deployment.tables.keys import KeyUnknown, TooManyKeys
from service.deployment.tables.people import NameTaken, PersonUnknown
from service.deployment.tables.sessions import SessionUnknown
from service.http.problem import Problem
from service.http.services import Services


def access_routes(services: Services) -> Routes:
    """The routes of those who manage access."""
    routes = Routes("access", "Keys, people, and their signed-in devices")
    _keys(routes, services)
    _people(routes, services)
    _persons(routes, services)
    _devices(routes, services)
    return routes


def _keys(routes: Routes, services: Services) -> None:
    keys = services.keys

    @routes.get("/v1/keys", scope="admin")
    @routes.answers(200, KeysSchema, example={"keys": [examples.WEBSITE, examples.KEY]})
    @routes.problems(503)
    def list_keys() -> Response:
        """List every key, revoked ones too, oldest first."""
        return json_answer({"keys": list(map(kept_keys.shown, keys.all()))})

    @routes.post("/v1/keys", scope="admin")
    @routes.answers(201, MadeKeySchema, example=examples.MADE_KEY)
    @routes.body(NewKeyBody, example=examples.NEW_KEY)
    @routes.problems(409, 503)
    def make_key(body: dict[str, Any]) -> Response:
        """Make a key.

        The answer has its text, which is kept nowhere. Two keys of one name can be valid at a time, so that a program
        can go over to a new one; 409 names them where there are two already.
        """
        try:
            key, text = keys.create(body["name"], body["scopes"], by=_caller())
        except ValueError as fault:
            raise _faulty_name(fault) from None
        except TooManyKeys as fault:
            raise Problem(409, str(fault)) from None
        shown = kept_keys.shown(key)
        return json_answer({"id": key.id, "key": text, "name": key.name, "scopes": shown["scopes"]}, 201)

    @routes.delete("/v1/keys/<id>", scope="admin")
    @routes.answers(200, KeySchema, example={**examples.KEY, "revoked_at": "2026-11-25T09:00:00Z"})
    @routes.problems(404, 503)
    def revoke_key(id: str) -> Response:
        """Revoke a key: within 5 seconds no call is let in by it. Doing so again changes nothing."""
        try:
            return json_answer(kept_keys.shown(keys.revoke(id, by=_caller())))
        except KeyUnknown as fault:
            raise NotFound(fault.args[0]) from None


def _people(routes: Routes, services: Services) -> None:
    people = services.people

    @routes.get("/v1/people", scope="admin")
    @routes.answers(200, PeopleSchema, example={"people": [examples.PERSON]})
    @routes.problems(503)
    def list_people() -> Response:
        """List everybody who may use the hub, by name."""
        return json_answer({"people": list(map(kept_people.shown, people.all()))})

    @routes.post("/v1/people", scope="admin")
    @routes.answers(201, InvitedSchema, example={**examples.PERSON, "link": examples.LINK["link"]})
    @routes.body(NewPersonBody, example=examples.NEW_PERSON)
    @routes.problems(409, 503)
    def add_person(body: dict[str, Any]) -> Response:
        """Let somebody use the hub.

        The answer has a link that signs in one browser, once, within a day; it is not shown again. Scopes are the
        person's rights. 409 where somebody has this name.
        """
        try:
            person = people.add(body["name"], body["scopes"], by=_caller())
        except NameTaken as fault:
            raise Problem(409, str(fault)) from None
        except ValueError as fault:
            raise _faulty_name(fault) from None
        return json_answer({**kept_people.shown(person), "link": link_of(person.id)}, 201)

    @routes.post("/v1/people/<id>/link", scope="admin")
    @routes.answers(201, LinkSchema, example=examples.LINK)
    @routes.problems(404, 503)
    def make_link(id: str) -> Response:
        """Make a new one-time link for a person: valid for a day, and not shown again."""
        try:
            return json_answer({"id": id, "link": link_of(id)}, 201)
        except PersonUnknown as fault:
            raise NotFound(fault.args[0]) from None

    def link_of(id: str) -> str:
        return f"{request.host_url}sign-in/{people.link(id, by=_caller())}"


def _persons(routes: Routes, services: Services) -> None:
    people = services.people

    @routes.patch("/v1/people/<id>", scope="admin")
    @routes.answers(200, PersonSchema, example=examples.PERSON)
    @routes.body(RightsBody, example={"scopes": ["read", "import"]})
    @routes.problems(404, 503)
    def change_rights(body: dict[str, Any], id: str) -> Response:
        """Give a person other rights: `scopes` are all that they have from now on, on every device."""
        try:
            return json_answer(kept_people.shown(people.change(id, body["scopes"], by=_caller())))
        except PersonUnknown as fault:
            raise NotFound(fault.args[0]) from None

    @routes.delete("/v1/people/<id>", scope="admin")
    @routes.answers(200, PersonSchema, example=examples.PERSON)
    @routes.problems(404, 503)
    def remove_person(id: str) -> Response:
        """Let somebody use the hub no longer: their devices and links end at once."""
        try:
            return json_answer(kept_people.shown(people.remove(id, by=_caller())))
        except PersonUnknown as fault:
            raise NotFound(fault.args[0]) from None


def _devices(routes: Routes, services: Services) -> None:
    sessions = services.sessions

    @routes.get("/v1/sessions", scope="admin")
    @routes.answers(200, SessionsSchema, example={"sessions": [examples.SESSION]})
    @routes.problems(503)
    def list_sessions() -> Response:
        """List the devices that are signed in to the hub, the one seen last first."""
        return json_answer({"sessions": list(map(kept_sessions.shown, sessions.all()))})

    @routes.delete("/v1/sessions/<id>", scope="admin")
    @routes.answers(200, SessionSchema, example=examples.SESSION)
    @routes.problems(404, 503)
    def end_session(id: str) -> Response:
        """Sign a device out, at once."""
        try:
            return json_answer(kept_sessions.shown(sessions.sign_out(id, by=_caller())))
        except SessionUnknown as fault:
            raise NotFound(fault.args[0]) from None


def _caller() -> str:
    """Who calls, as the audit table names them."""
    return f"key {g.key.id}"


def _faulty_name(fault: ValueError) -> Problem:
    return faulty([{"pointer": "/name", "message": str(fault), "reason": "invalid"}])
