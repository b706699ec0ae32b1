"""What an object is and holds, asked so that nothing of the user's is run: no property, no metaclass, no `__getattr__`."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from types import FunctionType, GetSetDescriptorType, MethodType
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import unseen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlnb.capture.sites import Step

MAPPINGS: Final = frozenset({dict, OrderedDict, defaultdict})
_LISTS: Final = frozenset({list, tuple})
_HOME: Final = type.__dict__["__module__"].__get__  # a metaclass may have another
_WORD: Final = type.__dict__["__name__"].__get__
_MRO: Final = type.__dict__["__mro__"].__get__
_DICT: Final = type.__dict__["__dict__"].__get__
_NAME: Final = type.__dict__["__qualname__"].__get__


def home_of(kind: type) -> str:
    """The module that a class says it comes from; empty where what it says is no text."""
    home = _HOME(kind)
    if type(home) is not str:
        # Cython's types hold something else there, and have a metaclass, in C, that knows.
        known = next(dict_of(base)["__module__"] for base in mro(type(kind)) if "__module__" in dict_of(base))
        home = known.__get__(kind) if type(known) is GetSetDescriptorType else ""
    return home if type(home) is str else ""


def root_of(kind: type) -> str:
    """The library that a class comes from."""
    return home_of(kind).partition(".")[0]


def name_of(kind: type) -> str:
    """`pandas.DataFrame`, by where it comes from."""
    root, name = root_of(kind), _NAME(kind)
    return name if root in {"builtins", "__main__", ""} else f"{root}.{name}"


def word_of(kind: type) -> str:
    """The class's own name."""
    return _WORD(kind)  # type: ignore[no-any-return]


def mro(kind: type) -> tuple[type, ...]:
    """A class and its bases, in the order in which they are asked."""
    return _MRO(kind)  # type: ignore[no-any-return]


def dict_of(kind: type) -> Mapping[str, Any]:
    """What a class holds itself."""
    return _DICT(kind)  # type: ignore[no-any-return]


def function_of(found: Any) -> Any:
    """What a class holds under a method's name, as the function that it is."""
    return found.__func__ if issubclass(type(found), (staticmethod, classmethod)) else found


def held(value: Any, name: str) -> Any:
    """What an object holds under a name, without running anything of its class's; `None` where it holds nothing there.

    Its `__dict__` isn't asked for: from then on, Python would find all its attributes more slowly.
    """
    if any(name in dict_of(base) for base in mro(type(value))):
        return None
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None


def followed(path: Sequence[Step], names: Mapping[str, Any]) -> Any:
    """What a path leads to, by what objects hold and by exact dictionaries and lists; `None` where it leads to nothing."""
    value: Any = None
    for kind, step in path:
        if kind == "name":
            value = names.get(step)
        elif kind == "attribute":
            value = held(value, step)
        elif type(value) in MAPPINGS:
            value = dict.get(value, step)
        else:
            plain = type(value) in _LISTS and type(step) is int and -len(value) <= step < len(value)
            value = value[step] if plain else None
    return value


def told(value: Any, name: str) -> Any:
    """What an object holds under a name, or says there by a property that isn't the user's own; else `None`."""
    for base in mro(type(value)):
        if name in dict_of(base):
            made = dict_of(base)[name]
            get = getattr(made, "fget", None) if type(made) is property else None
            return getattr(value, name, None) if type(get) is FunctionType and not is_users(get) else None
    return held(value, name)


def method_of(value: Any, name: str) -> Any:
    """A method's function, found without asking the object; `None` where its class has none."""
    for base in mro(type(value)):
        if name in dict_of(base):
            return dict_of(base)[name]
    return None


def is_users(function: FunctionType) -> bool:
    """Whether a function comes from the notebook, or from a file of the user's."""
    home = function.__globals__.get("__name__")
    return home == "__main__" or not isinstance(home, str) or unseen.is_users(home)


def source_of(target: Any) -> str:
    """The module that a function or class comes from; empty of anything else."""
    if issubclass(type(target), type):
        return home_of(target)
    function = target.__func__ if type(target) is MethodType else target
    home = function.__module__ if type(function) is FunctionType else None
    return home if type(home) is str else ""
