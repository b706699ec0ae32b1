"""`artifacts`: stored files, served so that none can act in JupyterLab's name.

A file in a store is anybody's HTML. Only raster images are shown in place; everything else is a download in a
sandbox of its own, and no browser may guess another type than the one that is sent.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

from mlnb.errors import Corrupt, NotFound
from mlnb.server import bodies
from mlnb.server.bodies import File
from mlnb.server.calls import Call
from mlnb.server.routes import get

INLINE: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@get("artifacts/{sha256}")
def artifact(call: Call, sha256: str, query: bodies.ArtifactQuery) -> File:
    """A stored file's bytes. `name` and `media_type` say under which name and type to send it."""
    media_type = query.media_type or "application/octet-stream"
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    path = _path(call, sha256)
    if not call.store.objects.is_whole(sha256):
        raise Corrupt(f"object {sha256[:12]}… is not what was stored", hint="mlnb store verify")
    return File(path, {**_headers(media_type, query.name or sha256), "ETag": f'"{sha256}"'})


def _path(call: Call, sha256: str) -> Path:
    path = call.store.objects.path(sha256) if _SHA256.fullmatch(sha256) else None
    if path is None or not path.is_file():
        raise NotFound(f"no artifact {sha256!r}", hint="GET runs/<id> lists a run's artifacts")
    return path


def _headers(media_type: str, name: str) -> dict[str, str]:
    disposition = "inline" if media_type in INLINE else "attachment"
    return {
        "Content-Type": media_type,
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(Path(name).name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, max-age=31536000, immutable",
    }
