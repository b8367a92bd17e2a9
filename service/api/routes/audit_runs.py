"""Verify and rebuild over HTTP: started by one call, looked at by others (R28)."""

from typing import Any

from flask import Response, g
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from service.api.description.shapes.import_bodies import Flag
from service.api.description.shapes.shapes import Answer, MomentField
from service.api.http.arguments import OptionalBody
from service.api.http.routing import Routes, json_answer
from service.deployment.tables.audit_trail import Act
from service.http.services import Services
from service.jobs.audit_runs import RunKind
from service.jobs.verifying import PLAIN, Extent

_ID = "01a20d6c-6b39-7a51-93fa-0c27d1f4b3a1"
_CHOSEN = {"deep": False, "all": False}
RUNNING: dict[str, Any] = {
    "id": _ID,
    "kind": "verify",
    "begun_at": "2026-11-24T10:00:00Z",
    "by": "Website",
    **_CHOSEN,
    "state": "running",
    "progress": None,
    "ended_at": None,
    "result": None,
    "message": None,
}
_DIGEST = "867ad6970c1c95514d0a29f6499b6526aeab562754489213e3b1a10dd967786e"
DONE = {
    **RUNNING,
    "state": "done",
    "ended_at": "2026-11-24T10:00:41Z",
    "result": {
        "ok": True, "events": 5, "contacts": 1, "content_digest": _DIGEST,
        "full_digest": "eff697bd28384fd650e13b984be8fc0ae0e1c5bd7a8992efb7557750c36afb0b", "faults": [],
    },
}  # fmt: skip


class RunProgressSchema(Schema):
    """How far it is, in positions of the log; a deep verify goes through them twice."""

    done = fields.Integer(required=True)
    of = fields.Integer(required=True)


class AuditRunSchema(Answer):
    """A verify or a rebuild."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["verify", "rebuild"]))
    begun_at = MomentField("When it was asked for", required=True)
    by = fields.String(required=True, allow_none=True, metadata={"description": "The name of who asked"})
    deep = fields.Boolean(required=True, metadata={"description": "Whether every entry is decided anew"})
    all = fields.Boolean(required=True, metadata={"description": "Whether past states and kept generations are too"})
    state = fields.String(required=True, validate=validate.OneOf(["running", "done", "failed"]))
    progress = fields.Nested(
        RunProgressSchema, required=True, allow_none=True, metadata={"description": "Null while it says nothing yet"}
    )
    ended_at = MomentField("When it was done", required=True, allow_none=True)
    result = fields.Dict(
        required=True, allow_none=True, metadata={"description": "What the command prints with --json, once it is done"}
    )
    message = fields.String(required=True, allow_none=True, metadata={"description": "Why it failed"})


class AuditRunsSchema(Answer):
    """The runs that are kept."""

    runs = fields.List(fields.Nested(AuditRunSchema), required=True)


class VerifyBody(OptionalBody):
    """How much to verify."""

    deep = Flag(load_default=False, metadata={"description": "Decide every entry anew from its message, too"})
    all = Flag(load_default=False, metadata={"description": "Check past states and kept generations, too"})


def audit_run_routes(services: Services) -> Routes:
    """The routes of long work on the ledger."""
    routes = Routes("audit", "Have the ledger verified, and the state folded anew")
    started = {"Location": "The address of the run"}

    @routes.post("/v1/audit/verify", scope="audit")
    @routes.answers(202, AuditRunSchema, example=RUNNING, headers=started)
    @routes.body(VerifyBody, example=_CHOSEN)
    @routes.problems(503)
    def begin_verify(body: dict[str, Any]) -> Response:
        """Verify the ledger.

        Checks log, state and imports against the log's entries, as `contacts verify` does, in a process of its own: ask
        for the run until its state is not `running`. While one is under way, it is the answer, whatever its choices.
        Each fault has the position it shows at (0: a file as a whole) and says in words what is wrong where.
        """
        return begin("verify", Extent(body["deep"], body["all"]))

    @routes.post("/v1/audit/rebuild", scope="audit")
    @routes.answers(202, AuditRunSchema, example={**RUNNING, "kind": "rebuild"}, headers=started)
    @routes.problems(503)
    def begin_rebuild() -> Response:
        """Fold the whole log anew, beside the state.

        The result has the digests of what the log folds to; the state in use stays as it is, and the copy is removed.
        """
        return begin("rebuild")

    @routes.get("/v1/audit/runs", scope="audit")
    @routes.answers(200, AuditRunsSchema, example={"runs": [DONE]})
    def audit_runs() -> Response:
        """List the verifies and rebuilds that were asked for, newest first. The last 20 are kept."""
        return json_answer({"runs": services.audit_runs.all()})

    @routes.get("/v1/audit/runs/<id>", scope="audit")
    @routes.answers(200, AuditRunSchema, example=DONE)
    @routes.problems(404)
    def audit_run(id: str) -> Response:
        """Read a verify or a rebuild: whether it runs, and what came out. The last 20 are kept."""
        found = services.audit_runs.find(id)
        if found is None:
            raise NotFound("there is no such run, or no longer")
        return json_answer(found)

    def begin(kind: RunKind, extent: Extent = PLAIN) -> Response:
        run = services.audit_runs.begin(kind, extent, by=g.key.name)
        detail = {"run": run["id"], "name": g.key.name}
        services.record(Act(services.clock(), f"key {g.key.id}", f"{kind} asked for", detail))
        return json_answer(run, 202, {"Location": f"/v1/audit/runs/{run['id']}"})

    return routes
