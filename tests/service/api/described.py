"""The description as a reader of it sees it: its operations, and whether a document fits a schema of it."""

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


class Description:
    """An OpenAPI document. `operations` has each by (METHOD, path)."""

    def __init__(self, document):
        self.document = document
        self.operations = {
            (method.upper(), path): operation
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            if method in METHODS
        }

    def scopes(self):
        """The scopes of which each operation says that it needs one; none where it needs no key.

        Those that it needs together are one text, such as `audit track`.
        """
        return {name: _scopes(operation["security"]) for name, operation in self.operations.items()}

    def resolved(self, member):
        """What a reference leads to, and anything else as it is."""
        while "$ref" in member:
            found = self.document
            for step in member["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            member = found
        return member

    def faults(self, schema, document):
        """What a validator finds wrong with a document."""
        whole = {**schema, "components": self.document["components"]}
        kind = validator_for(whole, default=Draft202012Validator)
        return [f"{error.json_path}: {error.message}" for error in kind(whole).iter_errors(document)]

    def answer(self, method, path, status):
        """The described answer, by content type; KeyError when the operation says nothing of that status."""
        return self.resolved(self.operations[method, path]["responses"][str(status)]).get("content", {})

    def assert_fits(self, method, path, answer):
        """An answer of the real application is one that the description foresees."""
        content = self.answer(method, path, answer.status_code)
        if not content:
            assert answer.data == b""
            return
        assert answer.content_type in content
        if answer.is_json:
            assert self.faults(content[answer.content_type]["schema"], answer.json) == []


def _scopes(security):
    return {" ".join(scopes) for requirement in security for scopes in requirement.values()}
