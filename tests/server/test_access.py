"""Nobody gets in without the server's token, and nothing leads out of what the server may open."""

from __future__ import annotations

import dataclasses
import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from mlnb.server.handlers import ROUTES
from mlnb.store import Store
from mlnb.tracking import start


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "token wrong"}], ids=["none", "wrong"])
def test_without_the_token_no_endpoint_answers(client, route, headers):
    stranger = dataclasses.replace(client, headers=headers)
    path = route.path.format(**dict.fromkeys(route.names, "x"))
    reply = stranger.call(route.method, path, body=None if route.body is None else {})
    assert reply.status == 403
    assert b"Traceback" not in reply.content


class Browser:
    """Logs in as a browser does: a session cookie, and an XSRF cookie that scripts of this origin can read."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar)).open
        self._open(f"{url}login?token={token}", timeout=30).close()

    @property
    def xsrf(self) -> str:
        return next(cookie.value for cookie in self.jar if cookie.name == "_xsrf")

    def post(self, path: str, body: dict, headers: dict[str, str]) -> tuple[int, dict]:
        request = urllib.request.Request(f"{self.url}mlnb/api/{path}", json.dumps(body).encode(), headers)
        try:
            with self._open(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


def test_a_browser_must_show_its_own_xsrf_token(project, server):
    browser, other = (Browser(server.url, server.token) for _ in range(2))
    path = f"sql?{urllib.parse.urlencode(project.client.query)}"
    query = {"sql": "SELECT 1 AS one"}
    for headers in ({}, {"X-XSRFToken": "made up"}, {"X-XSRFToken": other.xsrf}):
        assert browser.post(path, query, headers)[0] == 403
    status, body = browser.post(path, query, {"X-XSRFToken": browser.xsrf})
    assert (status, body["rows"]) == (200, [[1]])


def test_another_sites_page_is_turned_away(project, server):
    browser = Browser(server.url, server.token)
    for origin, status in ((server.url.rpartition("/user")[0], 200), ("https://evil.example", 404)):
        headers = {"X-XSRFToken": browser.xsrf, "Origin": origin}
        path = f"sql?{urllib.parse.urlencode(project.client.query)}"
        assert browser.post(path, {"sql": "SELECT 1"}, headers)[0] == status


@pytest.mark.parametrize("path", ["../x.ipynb", "a/../../x.ipynb", "/../x.ipynb", ".."])
def test_a_notebook_path_does_not_lead_out_of_the_root(client, path):
    reply = client.get("runs", path=path)
    assert (reply.status, reply.json["error"]["code"]) == (400, "usage")


def test_an_absolute_path_is_one_from_the_servers_root(project):
    with start(store=project.store) as run:
        run.metric("loss", 1.0)
    reply = project.client.get("runs", path=f"/{project.folder.name}/x.ipynb")
    assert [row["run_id"] for row in reply.json["runs"]] == [run.run_id]


def test_a_store_elsewhere_is_named_and_not_opened(project, tmp_path):
    Store.open(tmp_path / "private" / ".mlnb")
    (project.folder / "mlnb.toml").write_text(f"store = '{tmp_path}/private/.mlnb'")
    reply = project.client.get("runs")
    error = reply.json["error"]
    assert (reply.status, error["code"]) == (403, "not_allowed")
    assert error["message"].startswith(f"this notebook logs to {tmp_path}/private/.mlnb")
    assert "c.MlnbApp.stores" in error["hint"]
    listed = project.client.get("stores")
    assert (listed.status, listed.json["elsewhere"]) == (200, error["message"])
    assert not any(store["current"] for store in listed.json["stores"])


def test_a_link_out_of_the_root_is_not_followed(project, tmp_path):
    Store.open(tmp_path / "private" / ".mlnb")
    (project.folder / "linked").symlink_to(tmp_path / "private")
    assert project.client.get("runs", path=f"{project.folder.name}/linked/x.ipynb").status in (400, 403)


def test_an_allowed_store_elsewhere_is_opened(project, server):
    shared = Store.open(server.outside / ".mlnb")
    with start(store=shared) as run:
        run.metric("loss", 1.0)
    (project.folder / "mlnb.toml").write_text(f"store = '{server.outside}/.mlnb'")
    reply = project.client.get("runs")
    assert run.run_id in [row["run_id"] for row in reply.json["runs"]]
    assert reply.json["store"]["path"] == f"{server.outside}/.mlnb"
    by_id = project.client.get("runs", store=shared.store_id)
    assert by_id.json["total"] == reply.json["total"]


def test_an_unknown_store_is_404(project):
    reply = project.client.get("runs", store="01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert (reply.status, reply.json["error"]["code"]) == (404, "not_found")


def test_a_store_of_a_newer_mlnb_says_so(project):
    file = project.store.path / "store.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 99, "read_by": "9.0"}))
    reply = project.client.get("runs")
    assert (reply.status, reply.json["error"]["code"]) == (422, "too_new")
    assert "mlnb>=9.0" in reply.json["error"]["hint"]


@pytest.mark.parametrize(("method", "path"), [("DELETE", "runs"), ("POST", "models"), ("PATCH", "sql")])
def test_a_method_that_an_endpoint_does_not_have_is_405(client, method, path):
    reply = client.call(method, path, body={})
    assert (reply.status, reply.json["error"]["code"]) == (405, "method_not_allowed")
    assert reply.headers["Allow"]


def test_a_body_beyond_all_measure_is_refused(project):
    reply = project.client.call("POST", "sql", body=b'{"sql": "' + b"x" * (2 << 20) + b'"}')
    assert (reply.status, reply.json["error"]["code"]) == (413, "content_too_large")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_the_servers_authorizer_decides_who_may_do_what(readers_server, client, route):
    reader = dataclasses.replace(client, url=readers_server.url)
    path = route.path.format(**dict.fromkeys(route.names, "x"))
    reply = reader.call(route.method, path, body=None if route.body is None else {})
    if route.method == "GET":
        assert reply.status != 403
    else:
        assert (reply.status, reply.json["error"]["code"]) == (403, "forbidden")
