"""Keys, tokens and passwords stay out."""

from __future__ import annotations

import pytest

from mlnb.capture import secrets
from mlnb.capture.values import describe_param


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_password",
        "API_KEY",
        "apiKey",
        "secret",
        "hf_token",
        "aws_secret_access_key",
        "x.auth",
        "PWD",
    ],
)
def test_names_that_say_so(name):
    assert secrets.is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["tokenizer", "max_tokens", "n_tokens", "key", "keyboard", "author", "passes", "lr"]
)
def test_names_that_only_look_so(name):
    assert not secrets.is_secret_name(name)


def test_names_of_the_users_own():
    assert secrets.is_secret_name("patient_name", extra=("patient_*",))


@pytest.mark.parametrize(
    "text",
    [
        "sk-" + "a" * 24,
        "ghp_" + "b" * 36,
        "AKIA" + "C" * 16,
        "postgres://me:hunter2@db/x",
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
        "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2QT4",
    ],
)
def test_values_that_look_like_keys(text):
    assert secrets.looks_secret(text)
    assert secrets.REDACTED in secrets.redact_text(f"x = {text!r}" if "\n" not in text else text)


def test_a_source_loses_its_secrets_only():
    source = "lr = 0.1\npassword = 'hunter2'\nos.environ['API_KEY'] = \"abc\"\nheaders = {'auth_token': 'zzz'}\nname = 'bob'"
    found = secrets.redact_text(source)
    assert all(secret not in found for secret in ("hunter2", "abc", "zzz"))
    assert "lr = 0.1" in found
    assert "name = 'bob'" in found


def test_a_parameter_is_redacted_with_its_name_kept():
    (param,) = describe_param("db_password", "hunter2", "assigned")
    assert (param.name, param.value) == ("db_password", "<redacted>")


def test_numbers_are_no_secrets_unless_they_are_passwords():
    assert describe_param("api_key", 3, "assigned")[0].value == "3"
    assert describe_param("password", 1234, "assigned")[0].value == "<redacted>"
