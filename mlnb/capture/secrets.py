"""Keys, tokens and passwords stay out of the store.

The rules, as they are documented for users:

1. A text whose name says so is redacted: a name with a part such as `password`, `passwd`, `pwd`, `secret`, `credentials`,
   or ending in `token`, `api_key`, `apikey`, `access_key`, `private_key`, `auth` (parts are what underscores, dots,
   dashes and capitals separate, so `tokenizer` and `max_tokens` are not secrets).
2. A text that looks like one is redacted whatever its name: the published prefixes of common services' keys, JSON web
   tokens, PEM private keys, and the password inside a URL.
3. `redact = ["name", ...]` under `[capture]` in `mlnb.toml` adds names; a `*` stands for anything.

Numbers are never secrets, except under a name of rule 1 that says password.
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

REDACTED: Final = "<redacted>"

_ALWAYS: Final = frozenset(
    {"password", "passwd", "passphrase", "pwd", "secret", "secrets", "credential", "credentials"}
)
_AT_THE_END: Final = frozenset({"token", "apikey", "auth", "bearer"})
_KEYS: Final = frozenset(
    {"api", "access", "private", "secret", "encryption", "signing", "ssh", "account", "storage"}
)
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_LOOKS: Final = re.compile(
    r"""(?x)
    \b(?: sk-[A-Za-z0-9_-]{16,} | (?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,} | github_pat_[A-Za-z0-9_]{20,}
      | glpat-[A-Za-z0-9_-]{16,} | (?:AKIA|ASIA)[A-Z0-9]{16} | AIza[A-Za-z0-9_-]{30,} | xox[abprs]-[A-Za-z0-9-]{10,}
      | hf_[A-Za-z0-9]{20,} | pypi-[A-Za-z0-9_-]{16,} | npm_[A-Za-z0-9]{20,} | (?:sk|pk|rk)_live_[A-Za-z0-9]{16,}
      | eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,} )
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----[\s\S]*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    """
)
_URL: Final = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*:)([^\s@/'\"]+)(@)")
_ASSIGNED: Final = re.compile(
    r"""(?x) (?P<before> (?P<name> [A-Za-z_][\w.-]* ) ['"]? \s* \]? \s* (?: = | : ) \s* [rbfuRBFU]{0,2} )
    (?P<quote> \"\"\"|'''|"|' ) (?P<value> [^\n]*? ) (?P=quote)"""
)


def is_secret_name(name: str, extra: Sequence[str] = ()) -> bool:
    """Whether a parameter, variable or setting of this name is redacted."""
    if any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in extra):
        return True
    parts = [part.lower() for part in _PARTS.findall(name)]
    if not parts:
        return False
    if _ALWAYS.intersection(parts) or parts[-1] in _AT_THE_END:
        return True
    return len(parts) > 1 and parts[-1] == "key" and parts[-2] in _KEYS


def is_password_name(name: str) -> bool:
    """Whether even a number of this name is redacted."""
    return bool(
        {"password", "passwd", "pwd", "passphrase"}.intersection(p.lower() for p in _PARTS.findall(name))
    )


def looks_secret(text: str) -> bool:
    """Whether a value looks like a key, whatever its name."""
    return _LOOKS.search(text) is not None or _URL.search(text) is not None


def redact_text(text: str, extra: Sequence[str] = ()) -> str:
    """Source, a diff or a listing without its secrets: their values give way to `<redacted>`."""
    text = _LOOKS.sub(REDACTED, text)
    text = _URL.sub(rf"\g<1>{REDACTED}\g<3>", text)
    return _ASSIGNED.sub(lambda match: _assigned(match, extra), text)


def _assigned(match: re.Match[str], extra: Sequence[str]) -> str:
    if not match["value"] or not is_secret_name(match["name"], extra):
        return match[0]
    return f"{match['before']}{match['quote']}{REDACTED}{match['quote']}"
