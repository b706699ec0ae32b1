"""A stored file is anybody's HTML: it is given out, and can do nothing in JupyterLab's name."""

from __future__ import annotations

import hashlib

import pytest

SCRIPT = b"<!doctype html><script>fetch('/api/kernels')</script>"


@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "application/json", "text/html;x", "", None]
)
def test_what_could_act_is_a_download_in_a_sandbox(project, media_type):
    sha256 = project.store.objects.put_bytes(SCRIPT)
    reply = project.client.get(f"artifacts/{sha256}", media_type=media_type, name='../a"b\r\n.html')
    assert (reply.status, reply.content) == (200, SCRIPT)
    assert reply.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%22b%0D%0A.html"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Security-Policy"].endswith("sandbox")
    assert ";" not in reply.headers["Content-Type"]


def test_a_raster_image_is_shown_in_place(project):
    sha256 = project.store.objects.put_bytes(b"\x89PNG\r\n\x1a\n")
    reply = project.client.get(f"artifacts/{sha256}", media_type="image/png", name="roc.png")
    assert reply.headers["Content-Type"] == "image/png"
    assert reply.headers["Content-Disposition"].startswith("inline")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_a_large_file_comes_whole(project):
    data = hashlib.sha256(b"seed").digest() * 100_000
    sha256 = project.store.objects.put_bytes(data)
    reply = project.client.get(f"artifacts/{sha256}")
    assert hashlib.sha256(reply.content).hexdigest() == sha256


@pytest.mark.parametrize(
    "name", ["0" * 64, "x", "..%2Fstore.json", "%2Fetc%2Fpasswd", "A" * 64, "0" * 63 + "%00"]
)
def test_only_what_has_a_sha256_can_be_asked_for(project, name):
    reply = project.client.get(f"artifacts/{name}")
    assert (reply.status, reply.json["error"]["code"]) == (404, "not_found")


def test_a_damaged_file_is_not_given_out(project):
    sha256 = project.store.objects.put_bytes(b"what was stored")
    project.store.objects.path(sha256).write_bytes(b"something else!")
    reply = project.client.get(f"artifacts/{sha256}")
    assert (reply.status, reply.json["error"]["code"]) == (422, "corrupt")
