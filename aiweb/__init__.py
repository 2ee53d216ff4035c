"""Who funds whom in AI, how much of it is the same money going round, and how to check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aiweb.errors import (
        AiwebError,
        AmbiguousName,
        BadOption,
        FileError,
        NoConvergence,
        Problem,
        RegistryError,
        UnknownName,
    )
    from aiweb.graph import Convention, DealGraph
    from aiweb.model import Registry
    from aiweb.values import UNDISCLOSED, Money, Span, When
    from aiweb.web import Web, load

_HOMES: Final = {
    "AiwebError": "errors",
    "AmbiguousName": "errors",
    "BadOption": "errors",
    "Convention": "graph",
    "DealGraph": "graph",
    "FileError": "errors",
    "Money": "values",
    "NoConvergence": "errors",
    "Problem": "errors",
    "Registry": "model",
    "RegistryError": "errors",
    "Span": "values",
    "UNDISCLOSED": "values",
    "UnknownName": "errors",
    "Web": "web",
    "When": "values",
    "load": "web",
}

__all__ = [
    "UNDISCLOSED",
    "AiwebError",
    "AmbiguousName",
    "BadOption",
    "Convention",
    "DealGraph",
    "FileError",
    "Money",
    "NoConvergence",
    "Problem",
    "Registry",
    "RegistryError",
    "Span",
    "UnknownName",
    "Web",
    "When",
    "load",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that the command starts quickly."""
    if name not in _HOMES:
        raise AttributeError(f"module 'aiweb' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"aiweb.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
