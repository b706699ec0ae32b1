"""A cell's source as one step of a session: what `names` says of it, its magics read as what they run, and what it does
beside the names: files, the process, the random numbers, the state that modules keep.

A *resource* is a text: `file:data.csv` (`file:*` where the name can't be told), `folder:data` (whoever writes a file
reads the folder that it is in), `source of:helpers` (a file that may be imported), `process`, `random:numpy`. Steps that
write one matter to steps that read it.
"""

from __future__ import annotations

import ast
import fnmatch
import functools
import posixpath
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from mlnb.capture import names, trees
from mlnb.capture.parsing import parsed
from mlnb.capture.vocabulary import listed

_PYTHON_MAGICS: Final = listed("track time timeit capture prun")
_PROCESS_MAGICS: Final = listed("env set_env cd matplotlib config load_ext reload_ext autoreload pylab")
_WRITING: Final = listed(
    "to_csv to_parquet to_feather to_json to_excel to_pickle to_hdf savetxt save savez savez_compressed dump write_text "
    "write_bytes save_model save_pretrained copyfile copytree rename unlink rmtree extractall urlretrieve "
    "sink_csv sink_parquet write_csv write_parquet"
)
_FOLDERS: Final = listed("makedirs mkdir")
_ANEW: Final = listed(
    "to_csv to_parquet to_feather to_json to_excel to_pickle savetxt save savez savez_compressed write_text write_bytes"
)
"""They write a file from its beginning, unless they are told a mode."""
_READING: Final = listed(
    "load loadtxt genfromtxt read_text read_bytes imread load_model exists glob rglob listdir iterdir scan_csv scan_parquet "
    "ImageFolder walk"
)
_SEEDING: Final = {
    "seed": "",
    "manual_seed": "torch",
    "manual_seed_all": "torch.cuda",
    "set_seed": "",
    "seed_everything": "",
}
GENERATORS: Final = ("python", "numpy", "torch", "torch.cuda")
_IN_SHELL: Final = re.compile(r"\{(\w+)[^{}]*\}|\$(\w+)")
_NOT_PYTHON: Final = re.compile(r"^(\s*)[%!].*")
_FILE: Final = "file:"
_FOLDER: Final = "folder:"
_MODULE: Final = "source of:"
ANY_FILE: Final = "file:*"
PROCESS: Final = "process"


@dataclass(frozen=True)
class Step:
    """`writes` and `reads` are resources; `replaces` are files that it surely writes from their beginning; `opaque` says that it
    may set anything (`%run`, `from a import *`)."""

    flow: names.Flow
    writes: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    replaces: frozenset[str] = frozenset()
    opaque: bool = False
    shows: bool = False


@functools.lru_cache(maxsize=4096)
def read(source: str) -> Step | None:
    """The step that a cell is, as it was typed; None where it is no Python."""
    tree, about = _parse(source)
    if tree is None:
        return None
    effects = _Effects()
    effects.visit(tree)
    flow = names.flow(tree)
    return Step(
        flow=flow,
        writes=frozenset(about.writes | effects.writes),
        reads=frozenset(about.reads | effects.reads),
        replaces=frozenset(_replaced(tree.body)) - effects.reads,
        opaque=about.opaque or effects.opaque,
        shows=bool(tree.body) and isinstance(tree.body[-1], ast.Expr),
    )


def begun(source: str, stopped_at: int, *, drew: bool = False) -> str:
    """What is left of a cell that failed at a line: the statements before, and the one that failed where it may have done
    something already (a loop, a block, a number drawn: `drew` says that the cell did)."""
    lines = source.split("\n")
    for node in statements(source):
        end = node.end_lineno or node.lineno
        if node.lineno <= stopped_at <= end:
            return "\n".join(lines[: end if drew or _does_something_first(node) else node.lineno - 1])
    return source if stopped_at else ""


def statements(source: str) -> list[ast.stmt]:
    """A cell's statements with the lines that they have in it, magics standing as `pass`; none where it is no Python."""
    try:
        return parsed("\n".join(_NOT_PYTHON.sub(r"\1pass", line) for line in source.split("\n"))).body
    except SyntaxError:
        return []


def _does_something_first(node: ast.stmt) -> bool:
    """Whether a statement that fails may have changed something before."""
    if isinstance(
        node, (ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.If, ast.Try, ast.Match)
    ):
        return True
    if isinstance(node, ast.Assign):
        node = ast.Assign([ast.Name("_", ast.Store())], node.value)  # what was to take the value is as it was
    flow = names.flow(ast.Module([node], []))
    return bool(
        (flow.changed and not _is_all_or_nothing(node)) or any(not dotted for _, dotted in flow.standing)
    )


def _is_all_or_nothing(node: ast.stmt) -> bool:
    """`df.drop(columns="a", inplace=True)`: pandas makes the new table first."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and any(one.arg == "inplace" for one in call.keywords)


def touch(writes: AbstractSet[str], reads: AbstractSet[str]) -> bool:
    """Whether what was written may be what is read."""
    if not writes:
        return False
    if writes & reads:
        return True
    return any(
        _same_place(one.removeprefix(kind), other.removeprefix(kind))
        for kind in (_FILE, _FOLDER)
        for one in writes
        if one.startswith(kind)
        for other in reads
        if other.startswith(kind)
    )


def _same_place(one: str, other: str) -> bool:
    """Whether two paths may be the same, or one inside the other: the folders that they start from aren't known."""
    if "*" in {one, other}:
        return True
    parts, others = one.split("/"), other.split("/")
    inside = parts[: len(others)] == others or others[: len(parts)] == parts
    return inside or fnmatch.fnmatch(parts[-1], others[-1]) or fnmatch.fnmatch(others[-1], parts[-1])


# ---- magics ---------------------------------------------------------------------------------------


class _About:
    """What a cell's magics do."""

    def __init__(self) -> None:
        self.writes: set[str] = set()
        self.reads: set[str] = set()
        self.opaque = False


def _parse(source: str) -> tuple[ast.Module | None, _About]:
    about = _About()
    tree = _python(source)
    if tree is not None:
        tree.body = list(_unfolded(tree.body, about))
        ast.fix_missing_locations(tree)
    return tree, about


def _python(source: str) -> ast.Module | None:
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return parsed(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]
    except (SyntaxError, ValueError):
        return None


def _unfolded(body: list[ast.stmt], about: _About) -> Iterator[ast.stmt]:
    """The statements, with what magics run in their place."""
    for node in body:
        call = node.value if isinstance(node, (ast.Expr, ast.Assign)) else None
        told = _magic(call)
        if told is None:
            yield node
            continue
        kind, texts = told
        yield from _of_magic(kind, texts, about)
        if isinstance(node, ast.Assign):
            yield ast.Assign(node.targets, ast.Constant(None))


def _magic(node: Any) -> tuple[str, list[str]] | None:
    """`get_ipython().run_line_magic("time", "f()")` as its method and texts."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    if trees.root(node.func) != "get_ipython":
        return None
    return node.func.attr, [str(one.value) for one in node.args if isinstance(one, ast.Constant)]


def _of_magic(kind: str, texts: list[str], about: _About) -> Iterator[ast.stmt]:
    if kind in {"system", "getoutput", "getoutput_pipe"} and texts:
        yield from _shell(texts[0], about)
        return
    if kind not in {"run_line_magic", "run_cell_magic"} or len(texts) < 2:
        return
    name, line, *rest = texts
    if name == "track" and not rest:
        about.writes.add(PROCESS)  # `%track on`
        return
    if name in _PYTHON_MAGICS:
        inner = _python(rest[0] if rest else _without_options(line))
        if inner is not None:
            yield from _unfolded(inner.body, about)
        bound = line.split()
        if name == "capture" and bound and not bound[-1].startswith("-"):
            yield ast.Assign([ast.Name(bound[-1], ast.Store())], ast.Constant(None))
    elif name in _PROCESS_MAGICS:
        about.writes.add(PROCESS)
    elif name in {"run", "reset", "reset_selective", "load", "macro"}:
        about.opaque = True
        about.reads.add(ANY_FILE)
    elif name == "writefile":
        file = _file(line.split()[-1] if line.split() else None)
        about.writes |= {file, *_modules_in(file)}
    elif rest:  # another language: it may write files
        about.writes.add(ANY_FILE)
        about.reads.add(ANY_FILE)


def _without_options(line: str) -> str:
    words = line.split(" ")
    while words and words[0].startswith("-"):
        words.pop(0)
    return " ".join(words)


def _shell(command: str, about: _About) -> Iterator[ast.stmt]:
    for one, other in _IN_SHELL.findall(command):
        yield ast.Expr(ast.Name(one or other, ast.Load()))
    if not command.lstrip().startswith(("pip ", "conda ", "ls", "cat ", "head ", "echo ")):
        about.writes.add(ANY_FILE)
    about.reads.add(ANY_FILE)


# ---- what calls do beside the names -----------------------------------------------------------------


class _Effects(ast.NodeVisitor):
    def __init__(self) -> None:
        self.writes: set[str] = set()
        self.reads: set[str] = set()
        self.opaque = False
        self.opened = False

    def visit_Call(self, node: ast.Call) -> None:
        name = trees.last_of(node.func)
        if name == "open":
            self._opened(node)
        elif name in {"dump", "load"} and self.opened and _text_in(node) is None:
            pass  # by a handle whose file is known
        elif name in _FOLDERS:
            self.writes.add(_FOLDER + _file(_text_in(node)).removeprefix(_FILE))
        elif name in _WRITING:
            self._written(_file(_text_in(node)))
        elif name in _READING or name.startswith("read_"):
            self.reads.add(_file(_text_in(node)))
        elif name in _SEEDING:
            self._seeded(node, _SEEDING[name])
        elif name in {"chdir", "putenv", "filterwarnings", "simplefilter", "setrecursionlimit", "setlocale"}:
            self.writes.add(PROCESS)
        elif name in {"exec", "eval"} and not (node.args and isinstance(node.args[0], ast.Constant)):
            self.opaque = True
        self._process(node.func)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.reads |= {_MODULE + part for alias in node.names for part in alias.name.split(".")}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.reads |= {_MODULE + part for part in (node.module or "").split(".")}
        self.opaque = self.opaque or any(alias.name == "*" for alias in node.names)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._process(target)
        self.generic_visit(node)

    def _process(self, node: ast.AST) -> None:
        """`sys.path.append(…)`, `os.environ["A"] = …`."""
        text = ast.unparse(node) if isinstance(node, (ast.Attribute, ast.Subscript)) else ""
        if text.startswith(("sys.path.", "sys.path[", "os.environ.", "os.environ[")) and not text.endswith(
            ".get"
        ):
            self.writes.add(PROCESS)

    def _opened(self, node: ast.Call) -> None:
        mode = next((one.value for one in node.keywords if one.arg == "mode"), None)
        at = 0 if isinstance(node.func, ast.Attribute) else 1
        mode = node.args[at] if mode is None and len(node.args) > at else mode
        letters = str(mode.value) if isinstance(mode, ast.Constant) else "r"
        file = _file(_text_in(node) if at else None)
        self.opened = True
        if set(letters) & set("wax+"):
            self._written(file)
        if set(letters) & set("ra+"):
            self.reads.add(file)

    def _written(self, file: str) -> None:
        self.writes |= {file, *_modules_in(file)}
        folder = posixpath.dirname(file.removeprefix(_FILE))
        if folder or file == ANY_FILE:
            self.reads.add(_FOLDER + (folder or "*"))

    def _seeded(self, node: ast.Call, generator: str) -> None:
        root = ast.unparse(node.func)
        if not generator and root.startswith(("np.random", "numpy.random")):
            generator = "numpy"
        elif not generator and root == "random.seed":
            generator = "python"
        if not generator:
            self.writes.add(PROCESS)  # TensorFlow's, or several: their states aren't recorded
        self.writes.update(f"random:{one}" for one in ([generator] if generator else GENERATORS))


def _text_in(node: ast.Call) -> str | None:
    """The first plain text that a call is given."""
    given = [
        *node.args,
        *(one.value for one in node.keywords if one.arg in {"path", "fname", "file", "path_or_buf"}),
    ]
    return next(
        (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)), None
    )


def _file(path: str | None) -> str:
    return ANY_FILE if not path else _FILE + posixpath.normpath(path.replace("\\", "/"))


def _modules_in(file: str) -> set[str]:
    """The modules that a file may be: `pkg/mod.py` is one by both its names."""
    path = file.removeprefix(_FILE)
    return {_MODULE + part for part in path.removesuffix(".py").split("/")} if path.endswith(".py") else set()


def _replaced(body: list[ast.stmt]) -> Iterator[str]:
    """The files that are written from their beginning whatever happens."""
    for node in body:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            yield from _replaced([ast.Expr(one.context_expr) for one in node.items])
            yield from _replaced(node.body)
        elif isinstance(node, (ast.Expr, ast.Assign)):
            for call in ast.walk(node):
                file = _replaced_by(call) if isinstance(call, ast.Call) else None
                if file is not None:
                    yield file


def _replaced_by(node: ast.Call) -> str | None:
    path, name = _text_in(node), trees.last_of(node.func)
    told = [one.value for one in node.keywords if one.arg in {"mode", "append"}]
    if isinstance(node.func, ast.Name) and name == "open":
        mode = told[0] if told else node.args[1] if len(node.args) > 1 else None
        letters = mode.value if isinstance(mode, ast.Constant) else ""
        return _file(path) if path and str(letters).startswith(("w", "x")) else None
    return _file(path) if path and name in _ANEW and not told else None
