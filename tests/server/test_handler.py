"""Who a request is from, and how it is answered."""

from __future__ import annotations

import getpass
import threading

from jupyter_server.auth.identity import User

from mlnb.server.handler import person


def test_an_account_stands_in_the_history_by_its_name():
    assert person(User(username="ada", name="Ada Lovelace")) == "ada"


def test_a_made_up_user_is_whoever_runs_the_server():
    assert person(User(username="0f3c", name="Anonymous Callisto")) == getpass.getuser()


def test_a_slow_question_holds_up_nobody_else(project):
    slow = "SELECT sum(a.range * b.range) FROM range(100_000) a, range(8_000) b"
    asked = threading.Thread(target=project.client.post, args=("sql",), kwargs={"sql": slow})
    asked.start()
    for number in range(5):
        assert project.client.get("openapi.json").status == 200
        assert project.client.get("runs", limit=number).status == 200
    assert asked.is_alive()
    asked.join()
