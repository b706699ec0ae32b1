"""A field means what was recorded, and what it can't mean is said."""

import pytest

from mlnb.errors import QueryError
from mlnb.store import naming
from mlnb.store.syntax import Field


def test_a_name_that_is_nearly_right_gets_a_hint():
    names = {"params": {"learning_rate"}, "metrics": set(), "tags": set()}
    with pytest.raises(QueryError, match="learning_rate"):
        naming.resolve("q", Field("params", "learning_rat"), names)


def test_a_bare_name_is_what_it_can_only_be():
    names = {"params": {"lr"}, "metrics": {"acc"}, "tags": set()}
    assert naming.resolve("q", Field("any", "acc"), names).group == "metrics"


def test_a_bare_name_of_several_things_is_asked_back():
    names = {"params": {"size"}, "metrics": {"size"}, "tags": set()}
    with pytest.raises(QueryError, match=r"params\.size or metrics\.size"):
        naming.resolve("q", Field("any", "size"), names)
