"""The small ledger that the description's examples are about: five messages, the last one rejected."""

from service.api.track import EVENTS, USERS

LATE = {"userId": "0123abc45d", "traits": {"name": "Gavin"}, "createdAt": "2020-01-01"}
CONFLICT = {"userId": "someone-else", "phoneNumber": "9967536783"}


def tell(client, world, description):
    """Make the calls of the story; gives what stands for the variable parts of paths."""

    def example(path):
        return description.operations["POST", f"{path}/"]["requestBody"]["content"]["application/json"]["example"]

    said = [(USERS, example(USERS)), (EVENTS, example(EVENTS)), (USERS, LATE), (USERS, CONFLICT)]
    answers = [client.post(path, body) for path, body in said]
    assert {answer.status_code for answer in answers} == {201, 202}
    world.settle()
    contact = world.contact("0123abc45d")["id"]
    return {
        "/v1/contacts/{id}": contact,
        "/v1/messages/{id}": answers[0].json["id"],
        "/v1/public/apis/users/phone_number/{number}": "9967536783",
        "/v1/public/apis/users/id/{user_id}": "0123abc45d",
    }


def place(path, stands):
    """A path with the story's own ids in it."""
    for prefix, id in stands.items():
        if path.startswith(prefix):
            return path.replace(prefix[prefix.index("{") :], id, 1)
    return path
