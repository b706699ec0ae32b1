"""The documentation names everything: each option, magic, route, setting, column and public name."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click
import pytest

import mlnb
from mlnb import config
from mlnb.cli.app import COMMANDS
from mlnb.cli.app import mlnb as command_line

DOCS = Path(__file__).parent.parent / "docs"
PACKAGE = Path(mlnb.__file__).parent


@pytest.fixture(scope="module")
def generated():
    spec = importlib.util.spec_from_file_location("generated", DOCS / "generated.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(group: click.Group, path: str = "mlnb"):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def test_every_command_and_option_says_what_it_does():
    """The reference of the command line is made from these words."""
    for path, command in commands(command_line):
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{path} {parameter.opts}"


def test_the_short_words_of_a_command_are_its_own():
    for name, (_, about) in COMMANDS.items():
        command = command_line.get_command(click.Context(command_line), name)
        assert command.help.partition("\n")[0] == about


def test_every_magic_and_argument_says_what_it_does(generated):
    page = generated.magics()
    for sign, name, function in generated.magic_functions():
        assert f"## `{sign}{name}`" in page
        for typed, words in generated.magic_arguments(function):
            assert words, f"{name} {typed}"


def test_the_help_of_a_magic_is_not_argparses_usage(generated):
    assert "usage" not in generated.magics()
    assert "positional arguments" not in generated.magics()


def test_every_relation_and_column_is_described(generated):
    words = generated.descriptions()
    there = {relation: {"", *dict(columns)} for relation, columns in generated.relations().items()}
    assert {relation: set(columns) for relation, columns in words.items()} == there
    assert all(text for columns in words.values() for text in columns.values())


def test_every_route_says_what_it_does(generated):
    page = generated.rest()
    for path, method, operation in generated.operations():
        assert operation["summary"], path
        assert f"## {method} `{path.lstrip('/')}`" in page


def test_every_environment_variable_that_is_read_is_listed():
    read = {
        name
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r"""["'](MLNB_[A-Z_]+)["']""", path.read_text(encoding="utf-8"))
    }
    assert read == set(config.ENVIRONMENT)


def test_every_setting_of_server_and_panel_says_what_it_does(generated):
    for _, _, words in [*generated.server_settings(), *generated.panel_settings()]:
        assert words


def test_every_entry_point_group_is_listed():
    page = (DOCS / "reference/configuration.md").read_text(encoding="utf-8")
    named = {
        name
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r'(?:group=|GROUP: Final = )"(mlnb\.\w+)"', path.read_text(encoding="utf-8"))
    }
    assert named
    assert all(f"`{name}`" in page for name in named)


def test_every_public_name_is_in_the_reference():
    page = (DOCS / "reference/python.md").read_text(encoding="utf-8")
    named = set(re.findall(r"auto(?:function|class):: (\w+)", page))
    assert named | {"Error", "__version__"} == set(mlnb.__all__)
