"""Every error goes from one process to another and stays what it was."""

from __future__ import annotations

import inspect
import json

import pytest

from mlnb import errors

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.Error)]


def test_every_kind_has_a_code_of_its_own():
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not errors.QueryError])
def test_an_error_that_is_told_as_json_comes_back_as_it_was(kind):
    back = errors.retold(json.loads(json.dumps(errors.told(kind("no such thing", hint="try another")))))
    assert (type(back), back.message, back.hint) == (kind, "no such thing", "try another")


def test_a_query_that_cannot_be_read_tells_where():
    told = errors.told(errors.QueryError("what is this?", query="a >", position=3))
    assert told == {"code": "query", "message": "what is this?", "hint": None, "position": 3}
    assert str(errors.retold(told)) == "what is this?"


def test_the_tree_at_the_top_of_the_module_names_every_kind():
    missing = [kind.__name__ for kind in KINDS if f" {kind.__name__}" not in f" {inspect.getdoc(errors)}"]
    assert missing == []
