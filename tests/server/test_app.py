"""The extension is found, enabled and healthy in Jupyter's own eyes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


def test_jupyter_lists_the_extension_as_enabled_and_ok(tmp_path):
    (tmp_path / "jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": {"jpserver_extensions": {"mlnb": True}}})
    )
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter_server.extension.serverextension", "list"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path)},
    )
    lines = (listed.stdout + listed.stderr).splitlines()
    assert any("mlnb" in line and "enabled" in line for line in lines)
    assert any("mlnb" in line and "OK" in line for line in lines)


@pytest.mark.parametrize("settings", [{"store": "team/.mlnb"}, {"stores": ["/srv/experiments"]}])
def test_settings_are_configurable_and_documented(settings):
    from mlnb.server import MlnbApp

    (name,) = settings
    assert MlnbApp.class_traits(config=True)[name].help


def test_importing_the_extension_imports_no_heavy_library():
    code = (
        "import sys, mlnb; mlnb._jupyter_server_extension_points(); "
        "print([name for name in ('pandas', 'sklearn', 'matplotlib', 'duckdb', 'papermill') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
