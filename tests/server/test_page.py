"""The page for those without JupyterLab: one document, for people that may see it, that runs nothing but its script."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

import pytest

from mlnb.server.page import ASSETS, SCRIPT

pytestmark = pytest.mark.skipif(not (ASSETS / SCRIPT).is_file(), reason="the page has not been built")


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as reply:
        return reply.headers, reply.read().decode()


@pytest.fixture(scope="module")
def page(server):
    return get(f"{server.url}mlnb/?token={server.token}")


def test_its_script_is_there_and_may_be_kept(page, server):
    path = re.search(r'<script defer src="([^"]+)"', page[1])[1]
    assert path.startswith("/user/ada/static/mlnb/page.js?v=")
    headers, source = get(server.url.removesuffix("/user/ada/") + path)
    assert "javascript" in headers["Content-Type"]
    assert len(source) > 100_000


def test_it_knows_its_base_url_and_no_token(page, server):
    config = json.loads(re.search(r'application/json">(.*?)</script>', page[1])[1])
    assert config["baseUrl"] == "/user/ada/"
    assert config["labUrl"] == "/user/ada/lab"
    assert server.token not in page[1]


def test_nothing_but_its_own_script_runs_in_it(page):
    policy = page[0]["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert page[0]["X-Content-Type-Options"] == "nosniff"
    assert any(cookie.startswith("_xsrf=") for cookie in page[0].get_all("Set-Cookie"))


def test_a_stranger_is_sent_to_the_login(server):
    with urllib.request.urlopen(f"{server.url}mlnb/", timeout=30) as reply:
        assert reply.url.startswith(f"{server.url}login?")


def test_without_the_slash_it_is_the_same(server, page):
    assert get(f"{server.url}mlnb?token={server.token}")[1] == page[1]
