"""Who a request is from."""

from __future__ import annotations

import getpass

from jupyter_server.auth.identity import User

from mlnb.server.handler import person


def test_an_account_stands_in_the_history_by_its_name():
    assert person(User(username="ada", name="Ada Lovelace")) == "ada"


def test_a_made_up_user_is_whoever_runs_the_server():
    assert person(User(username="0f3c", name="Anonymous Callisto")) == getpass.getuser()
