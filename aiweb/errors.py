"""Faults in the data as values, and the exceptions that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a registry file, with its place and its remedy.

    `line` and `column` count from 1.
    `pointer` is the RFC 6901 pointer of the value at fault.
    `severity` is `error`, or `advice` for what is only worth a second look.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    remedy: str = ""
    pointer: str = ""
    severity: str = "error"
    excerpt: str = field(default="", compare=False)

    def __str__(self) -> str:
        head = f"{self.path}:{self.line}:{self.column}: {self.code}: {self.message}"
        return f"{head}\n    {self.remedy}" if self.remedy else head


class AiwebError(Exception):
    """Anything aiweb refuses to do, with a message for people."""


class RegistryError(AiwebError):
    """A registry has problems; `problems` holds all of them, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FileError(AiwebError):
    """A file cannot be read or written."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class UnknownName(AiwebError):
    """A name that is none of those known; says the nearest one, or where all are listed."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        lists = [command for word, command in _LISTED.items() if word in kind]
        hint = did_you_mean(name, known) or (f"see {' and '.join(lists)}" if lists else "")
        super().__init__(f"no {kind} {name!r}" + (f"; {hint}" if hint else ""))


class AmbiguousName(AiwebError):
    """A loose name that fits more than one thing."""

    def __init__(self, name: str, found: Sequence[str]) -> None:
        listed = ", ".join(found[:8]) + (", …" if len(found) > 8 else "")
        super().__init__(f"{name!r} fits {len(found)} names: {listed}")


class BadOption(AiwebError):
    """A value given for an option that it cannot take."""

    def __init__(self, option: str, value: object, wanted: str) -> None:
        super().__init__(f"{option} {value!r}: {wanted}")


class NoConvergence(AiwebError):
    """An iteration stopped before its answer settled; `residue` says by how much.

    `what` should have settled; `remedy` says what can be done, if anything can.
    """

    def __init__(self, what: str, residue: float, remedy: str = "") -> None:
        self.what = what
        self.residue = residue
        self.remedy = remedy
        hint = f"; {remedy}" if remedy else ""
        super().__init__(f"{what} did not settle; residue {residue:g}{hint}")


_LISTED: Final = {"party": "'aiweb parties'", "deal": "'aiweb deals'"}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the known name nearest to `name`, as written or else capital letters apart, or nothing.

    >>> did_you_mean("opnai", ["nvidia", "openai"])
    "did you mean 'openai'?"
    >>> did_you_mean("NVIDA", ["nvidia", "openai"])
    "did you mean 'nvidia'?"
    >>> did_you_mean("zzz", ["nvidia", "openai"])
    ''
    """
    names = sorted(str(each) for each in known)
    folded = {each.casefold(): each for each in names}
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    loose = get_close_matches(name.casefold(), sorted(folded), n=1, cutoff=0.6)
    found = [*near, *(folded[each] for each in loose)]
    return f"did you mean {found[0]!r}?" if found else ""
