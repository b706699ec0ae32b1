"""The house: each floor imports from the floors below it alone, and neighbours never from each other."""

import ast
import re
from pathlib import Path

import pytest

import mlnb

ROOT = Path(mlnb.__file__).parent
FLOORS = {
    0: {"events", "errors", "config", "ids"},
    1: {"capture", "store"},
    2: {"tracking"},
    3: {"execution", "registry"},
    4: {"serving", "monitoring", "integrations"},
    5: {"magics", "widgets", "server", "cli"},
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
OUTSIDE = {"__init__", "__main__", "testing"}
"""The door (lazy re-exports) and what tests use stand outside the floors."""


def imports(path):
    """Every module of mlnb that a file imports, wherever the import stands."""
    package = ["mlnb", *path.relative_to(ROOT).with_suffix("").parts][:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def rooms(path):
    """The rooms that a file enters: the first name below `mlnb`."""
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "mlnb" and len(parts) > 1 and parts[1] in FLOOR_OF:
            yield parts[1]


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        room = path.relative_to(ROOT).with_suffix("").parts[0]
        if room not in OUTSIDE and "node_modules" not in path.parts:
            yield pytest.param(room, path, id=str(path.relative_to(ROOT)))


@pytest.mark.parametrize(("room", "path"), list(modules()))
def test_a_module_imports_from_below(room, path):
    assert room in FLOOR_OF, f"{room} is on no floor"
    above = {other for other in rooms(path) if other != room and FLOOR_OF[other] >= FLOOR_OF[room]}
    if FLOOR_OF[room] == 0:
        above = {other for other in above if FLOOR_OF[other] > 0}
    assert not above


def names_used(path):
    return {name.split(".")[0] for name in imports(path)}


def test_only_the_index_opens_duckdb():
    """Elsewhere it is named for types, for its errors, and for an index in memory."""
    opening = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "store").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "connect"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "duckdb"
        and not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == ":memory:")
    ]
    assert opening == ["store/index.py"]


def test_the_store_knows_no_notebook():
    for path in (ROOT / "store").glob("*.py"):
        assert not names_used(path) & {"IPython", "ipykernel", "nbformat", "papermill", "jupyter_server"}, (
            path
        )


def test_every_room_stands_in_the_drawing_of_the_house():
    drawing = (ROOT.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms_there = {path.parent.name for path in ROOT.glob("*/__init__.py")} - OUTSIDE
    assert rooms_there <= FLOOR_OF.keys()
    assert all(f"| `{room}/` |" in drawing for room in rooms_there)


def test_every_place_that_the_drawing_names_is_there():
    drawing = (ROOT.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for room, begin in re.findall(r"^\| `(\w+)/` \|.*\| ([^|]+) \|$", drawing, re.MULTILINE):
        for place in re.findall(r"`([\w/.]+)`", begin):
            assert (ROOT / room / place).exists(), f"{room}/{place}"
