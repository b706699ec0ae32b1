"""The page at `<base_url>mlnb/`: the panel's views for those who have no JupyterLab around them.

It is a shell for one script (`labextension/src/page`), which the build puts into `page/` beside this file. The
script is public; what it shows it fetches from the API, with the cookie that the server sets for this page.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any, Final

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from jupyter_server.utils import url_path_join
from tornado import web

from mlnb import __version__

ASSETS: Final = Path(__file__).parent / "page"
SCRIPT: Final = "page.js"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_HTML: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>mlnb</title>
<script id="jupyter-config-data" type="application/json">{config}</script>
<script defer src="{script}"></script>
</head>
<body id="page" class="jp-ThemedContainer"></body>
</html>
"""


class Page(ExtensionHandlerMixin, JupyterHandler):
    """The page's one document; which view it opens with stands behind the `#` of its address."""

    auth_resource = "mlnb"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        if not (ASSETS / SCRIPT).is_file():
            raise web.HTTPError(404, "mlnb's page has not been built: npm run build, in labextension/")
        self.xsrf_token  # noqa: B018 - asking for it sets the cookie that the script reads
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", _POLICY)  # its own script, and nothing from elsewhere
        self.finish(_HTML.format(config=self._config(), script=html.escape(self.static_url(SCRIPT))))

    def _config(self) -> str:
        """What the script finds with JupyterLab's `PageConfig`."""
        there = self.serverapp.extension_manager.extension_apps
        lab = url_path_join(self.base_url, "lab") if "lab" in there or "jupyterlab" in there else ""
        fallback = "notebooks" if "notebook" in there else "files"
        config: dict[str, Any] = {
            "baseUrl": self.base_url,
            "appVersion": __version__,
            "serverRoot": self.serverapp.root_dir,
            "labUrl": lab,
            "notebooksUrl": url_path_join(lab, "tree") if lab else url_path_join(self.base_url, fallback),
        }
        return json.dumps(config).replace("<", "\\u003c")
