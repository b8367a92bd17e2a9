"""Saved views over HTTP."""

NEW = {"name": "Pune, vip", "query": {"where": ["city=Pune"]}, "columns": ["name"], "shared": False}


def test_a_view_is_saved_listed_changed_and_removed(client, description):
    saved = client.post("/v1/views", NEW)
    description.assert_fits("POST", "/v1/views", saved)
    assert (saved.status_code, saved.json["query"]["match"], saved.json["sort"]) == (201, "all", "-modified")
    path = f"/v1/views/{saved.json['id']}"
    changed = client.put(path, NEW | {"name": "Goa", "shared": True})
    assert client.read("/v1/views").json["views"] == [changed.json]
    assert client.delete(path).json == changed.json
    assert client.read("/v1/views").json["views"] == []
    assert client.delete(path).status_code == 404


def test_a_shared_view_is_changed_by_its_owner_alone_and_a_name_is_used_once(client, other_key):
    path = f"/v1/views/{client.post('/v1/views', NEW | {'shared': True}).json['id']}"
    assert client.post("/v1/views", NEW).status_code == 409
    client.authorization = f"Bearer {other_key(['read'])}"
    assert [client.put(path, NEW).status_code, client.delete(path).status_code] == [403, 403]


def test_a_fault_names_its_member(client):
    told = client.post("/v1/views", {"name": "\u200b", "query": {"wher": []}})
    assert told.status_code == 422
    assert "wher" in told.json["message"]
    assert client.post("/v1/views", {"name": "\u200b"}).json["errors"][0]["pointer"] == "/name"
