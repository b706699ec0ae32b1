"""A notebook that is about to be executed: read once, checked, and frozen.

A batch executes the bytes that were read when it was planned, not what the file has become since.
Everything that can be wrong with a notebook is found here, before anything starts: it isn't there,
isn't a notebook, names a kernel that doesn't exist, or lacks a parameter that was given.
"""

from __future__ import annotations

import ast
import hashlib
import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import KernelError, NotebookError, NotFound, ParameterError, nearest
from mlnb.execution.values import parse_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PAPERMILLS: Final = frozenset({"injected-parameters", "papermill-error-cell-tag"})


@dataclass(frozen=True)
class Parameter:
    """One name assigned in the `parameters` cell; `default` is its source text, `value` what it stands for."""

    name: str
    default: str
    value: Any
    type: str | None
    help: str


@dataclass(frozen=True)
class SourceNotebook:
    """What will be executed. `path` is where it was read from (or would be, for a recorded run's)."""

    path: Path
    content: bytes
    kernel_name: str
    language: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    has_parameters_cell: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def check(self, names: Iterable[str], *, path: Path | None = None) -> None:
        """Refuse parameters that the notebook doesn't have.

        Raises
        ------
        ParameterError
            A name isn't assigned in the notebook's `parameters` cell.
        """
        unknown = [name for name in names if name not in self.parameters]
        if not unknown:
            return
        shown = (path or self.path).name
        if not self.has_parameters_cell:
            raise ParameterError(
                f"{shown} has no parameters cell, so {unknown[0]!r} can't be set",
                hint="tag the cell that assigns it with 'parameters' (property inspector, Cell Tags)",
            )
        if not self.parameters:
            return  # the kernel's language has no translator that reads a cell: papermill injects anyway
        known = ", ".join(f"{p.name}={p.default}" for p in self.parameters.values())
        suggestion = nearest(unknown[0], self.parameters)
        known_hint = f"known: {known}"
        hint = known_hint if suggestion.startswith("known") else f"{suggestion} {known_hint}"
        raise ParameterError(
            f"{shown} has no parameter {unknown[0]!r}", hint=hint, known=list(self.parameters)
        )

    def check_types(self, values: Mapping[str, Any]) -> None:
        """Refuse text where the notebook's default is a number, a truth value, a list or a mapping.

        Raises
        ------
        ParameterError
        """
        for name, value in values.items():
            parameter = self.parameters.get(name)
            if parameter is None or not isinstance(value, str):
                continue
            if isinstance(parameter.value, bool | int | float | list | dict):
                wanted = type(parameter.value).__name__
                raise ParameterError(
                    f"{name} is {value!r}, but {self.path.name} wants a {wanted}",
                    hint=f"its default is {parameter.default}",
                )


def read(path: str | Path, *, kernel_name: str | None = None) -> SourceNotebook:
    """Read and check a notebook file.

    Raises
    ------
    NotFound
        There is no such file.
    NotebookError
        It is no notebook.
    KernelError
        It names a kernel that isn't installed here.
    """
    file = Path(path).expanduser().absolute()
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"no notebook {str(path)!r}", hint=_neighbours(file)) from None
    except IsADirectoryError:
        raise NotebookError(f"{str(path)!r} is a folder, not a notebook") from None
    except OSError as error:
        raise NotebookError(f"{str(path)!r} can't be read: {error.strerror}") from error
    return from_bytes(content, file, kernel_name=kernel_name)


def from_bytes(content: bytes, path: Path, *, kernel_name: str | None = None) -> SourceNotebook:
    """The same for a notebook's bytes; cells without an id get one that stays the same in every rerun."""
    from mlnb.execution import ipynb

    notebook = _decode(content, path)
    named = _name_cells(notebook)
    kernel, language = _kernel(notebook, path, kernel_name)
    named |= _name_language(notebook, language)
    return SourceNotebook(
        path=path,
        content=ipynb.encode(notebook) if named else content,
        kernel_name=kernel,
        language=language,
        parameters=read_parameters(notebook, kernel, language),
        has_parameters_cell=_tagged(notebook, "parameters") is not None,
    )


def inspect(path: str | Path) -> list[Parameter]:
    """The parameters of a notebook file, in the order of their assignment."""
    return list(read(path).parameters.values())


def without_injected(notebook: Any) -> Any:
    """An executed notebook as it was before papermill: without the injected cell, outputs and timing."""
    notebook = without_papermill(notebook)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def without_papermill(notebook: Any) -> Any:
    """An executed notebook as if it had been executed by hand: outputs stay, papermill's traces go."""
    notebook.cells = [cell for cell in notebook.cells if not _PAPERMILLS & set(cell.metadata.get("tags", []))]
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
    return notebook


def _decode(content: bytes, path: Path) -> Any:
    from mlnb.execution import ipynb

    try:
        notebook = json.loads(content)
    except ValueError as error:
        raise NotebookError(f"{path.name} is no notebook: not JSON ({error})") from None
    if (
        not isinstance(notebook, dict)
        or "nbformat" not in notebook
        or not ({"cells", "worksheets"} & set(notebook))
    ):
        raise NotebookError(f"{path.name} is no notebook: JSON without cells")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without an id: named below
            read = ipynb.decode(content)
        for cell in read.cells:
            _ = cell.cell_type, cell.source, cell.metadata
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NotebookError(f"{path.name} is no valid notebook: {reason}") from error
    return read


def _name_cells(notebook: Any) -> bool:
    if notebook.nbformat_minor >= 5:
        return False
    notebook.nbformat_minor = 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return True


def _kernel(notebook: Any, path: Path, kernel_name: str | None) -> tuple[str, str]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    spec = notebook.metadata.get("kernelspec", {})
    name = kernel_name or spec.get("name") or "python3"
    specs = KernelSpecManager()
    try:
        found = specs.get_kernel_spec(name)
    except NoSuchKernel:
        installed = specs.find_kernel_specs()
        raise KernelError(
            f"{path.name} wants the kernel {name!r}, which isn't installed",
            hint=f"{nearest(name, installed)} choose one with --kernel",
            known=sorted(installed),
        ) from None
    language = (
        found.language or spec.get("language") or notebook.metadata.get("language_info", {}).get("name")
    )
    return name, str(language or "python").lower()


def _name_language(notebook: Any, language: str) -> bool:
    """Write down what the kernel speaks where the notebook doesn't say: papermill refuses it otherwise."""
    said = notebook.metadata.get("language_info", {}).get("name")
    if said or notebook.metadata.get("kernelspec", {}).get("language"):
        return False
    notebook.metadata.setdefault("language_info", {})["name"] = language
    return True


def read_parameters(notebook: Any, kernel_name: str = "", language: str = "python") -> dict[str, Parameter]:
    """The parameters that the notebook's `parameters` cell assigns, in order."""
    from papermill.exceptions import PapermillException
    from papermill.translators import papermill_translators

    cell = _tagged(notebook, "parameters")
    if cell is None:
        return {}
    try:
        found = papermill_translators.find_translator(kernel_name, language).inspect(cell)
    except (PapermillException, NotImplementedError):
        return {}
    parameters = {
        item.name: Parameter(
            name=item.name,
            default=item.default,
            value=_literal(item.default),
            type=None if item.inferred_type_name == "None" else item.inferred_type_name,
            help=item.help,
        )
        for item in found
    }
    return parameters | _overlooked(cell.source, parameters) if language == "python" else parameters


def _overlooked(source: str, seen: Mapping[str, Parameter]) -> dict[str, Parameter]:
    # papermill reads line by line and gives up where a line has two `=`: `query = "a = 1"`
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return {}
    more = {}
    for statement in body:
        if isinstance(statement, ast.Assign) and statement.value is not None:
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id not in seen:
                    default = ast.unparse(statement.value)
                    more[target.id] = Parameter(target.id, default, _literal(default), None, "")
    return more


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        try:
            return parse_value(text)
        except ParameterError:
            return text


def _tagged(notebook: Any, tag: str) -> Any | None:
    for cell in notebook.cells:
        if tag in cell.metadata.get("tags", []):
            return cell
    return None


def _neighbours(file: Path) -> str:
    folder = file.parent
    if not folder.is_dir():
        return f"the folder {str(folder)!r} doesn't exist"
    return nearest(file.name, (entry.name for entry in folder.glob("*.ipynb")))
