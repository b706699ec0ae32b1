"""Who a request is from, and how it is answered."""

from __future__ import annotations

import getpass
import os
import threading
import time

from jupyter_server.auth.identity import User

from mlnb.server import handler
from mlnb.server.handler import person
from mlnb.store import whole


def test_an_account_stands_in_the_history_by_its_name():
    assert person(User(username="ada", name="Ada Lovelace")) == "ada"


def test_a_made_up_user_is_whoever_runs_the_server():
    assert person(User(username="0f3c", name="Anonymous Callisto")) == getpass.getuser()


def test_a_uid_without_an_account_has_a_name_all_the_same(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 9)  # no system gives this one away
    assert person(User(username="0f3c", name="Anonymous Callisto")) == f"uid {2**31 - 9}"


def test_however_many_slow_questions_are_asked_the_others_are_answered(project):
    slow = "SELECT sum(a.range * b.range) FROM range(100_000) a, range(40_000) b"
    asked = [
        threading.Thread(target=project.client.post, args=("sql",), kwargs={"sql": slow}) for _ in range(4)
    ]
    for thread in asked:
        thread.start()
    time.sleep(1)  # each has had the moment after which a process of its own answers it
    assert project.client.get("runs", limit=1).status == 200
    assert all(thread.is_alive() for thread in asked)
    for thread in asked:
        thread.join()


def test_a_slow_question_holds_up_nobody_else(project):
    slow = "SELECT sum(a.range * b.range) FROM range(100_000) a, range(8_000) b"
    asked = threading.Thread(target=project.client.post, args=("sql",), kwargs={"sql": slow})
    asked.start()
    for number in range(5):
        assert project.client.get("openapi.json").status == 200
        assert project.client.get("runs", limit=number).status == 200
    assert asked.is_alive()
    asked.join()


def test_what_an_answer_lacks_is_heard_by_its_handler():
    assert handler._heard(lambda: whole.say(3) or "reply")() == ("reply", 3)
    assert handler._heard(lambda: "reply")() == ("reply", 0)
