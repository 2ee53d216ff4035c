"""A file's text to a checked Registry, with every problem found in one run.

Each entry is typed by itself, so one fault never hides another entry.
An entry with faults is typed again without them, so that the rules still see the rest of it;
what a rule then says about the place of a fault is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from aiweb.errors import FileError, Problem, RegistryError, did_you_mean
from aiweb.model import (
    CURRENCY_PATTERN,
    ID_PATTERN,
    Claim,
    ClaimPart,
    Deal,
    Dispute,
    Event,
    Figure,
    Leg,
    Party,
    Rate,
    Registry,
    RegistryFile,
    Series,
    Source,
    Waiver,
    leg_id,
)
from aiweb.model import Reading as SeriesReading
from aiweb.registry.checks import CHECKS
from aiweb.registry.source import Document, Map, Places, Seq, merge, parse, read_bytes
from aiweb.values import Span, When

_M = TypeVar("_M", bound=BaseModel)
_Keys = tuple[str | int, ...]

_MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "parties": Party,
    "sources": Source,
    "rates": Rate,
    "deals": Deal,
    "legs": Leg,
    "events": Event,
    "disputed": Dispute,
    "figures": Figure,
    "claims": Claim,
    "parts": ClaimPart,
    "series": Series,
    "readings": SeriesReading,
    "waivers": Waiver,
}
_ID: Final = re.compile(ID_PATTERN)
_MEANT: Final = re.compile(r"did you mean '([^']+)'")
_CURRENCY: Final = re.compile(CURRENCY_PATTERN)
_SHOWN: Final = 60
_ID_REMEDY: Final = "write lower-case letters, digits and single hyphens"
_SHAPES: Final = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "mapping_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
    "string_type": "a text",
}
_WORDS: Final = {
    "int_parsing": ("bad-number", "write a whole number"),
    "int_parsing_size": ("bad-number", "write a number of a few digits"),
    "int_type": ("bad-number", "write a whole number"),
    "greater_than_equal": ("bad-number", "write {ge} or more"),
    "less_than_equal": ("bad-number", "write {le} or less"),
    "string_too_long": ("too-long", "shorten it, and leave the rest to the source"),
}
_PATTERNS: Final = {
    "^1$": "write format: 1",
    r"^[A-Z]{2}$": "write the two capital letters of ISO 3166, such as US",
    r"^(year|month)$": "write year or month",
}


_LEG: Final = {
    "from": "?",
    "to": "??",
    "instrument": "equity",
    "amount": "undisclosed",
    "source": ["?"],
}
_EVENT: Final = {"on": "1900-01-01", "source": ["?"]}
_READING: Final = {"on": "1900-01-01", "value": "0", "source": ["?"]}
_STAND_INS: Final[Mapping[type[BaseModel], Mapping[str, Any]]] = {
    Source: {"publisher": "?", "grade": "digest"},
    Party: {"name": "?", "zh": "?", "kind": "lab"},
    Leg: _LEG,
    Event: _EVENT,
    Dispute: {"field": "other", "value": "?", "rule": "?", "source": ["?"]},
    Deal: {"title": "?", "legs": [_LEG], "events": [_EVENT]},
    Figure: {"metric": "revenue", "period": "1900", "kind": "press", "source": ["?"]},
    Claim: {"says": "?", "on": "1900-01-01", "source": ["?"]},
    ClaimPart: {"leg": "?", "amount": "undisclosed"},
    Rate: {"on": "1900-01-01", "usd": "1", "source": ["?"]},
    Series: {"name": "?", "zh": "?", "unit": "index", "readings": [_READING]},
    SeriesReading: _READING,
    Waiver: {"code": "?", "at": "?", "reason": "?", "on": "1900-01-01"},
}


class Reading(NamedTuple):
    """What came of reading a file: the registry, unless there are problems."""

    registry: Registry | None
    problems: tuple[Problem, ...]


def load(path: str | Path) -> Registry:
    """Read a registry.

    Raises:
        FileError: the file cannot be read.
        RegistryError: the file has problems; the exception holds all of them.
    """
    registry, problems = read(path)
    if registry is None:
        raise RegistryError(problems)
    return registry


def read(path: str | Path) -> Reading:
    """Read a registry and all its problems, sorted by place.

    A folder is read as if its YAML files were one, in the order of their names.

    Raises:
        FileError: the file cannot be read, or the folder has no YAML file.
    """
    if not Path(path).is_dir():
        return read_text(read_bytes(path), str(path))
    return _read(merge([parse(read_bytes(file), str(file)) for file in files_of(path)], str(path)))


def read_with(path: str | Path, file: Path, text: str) -> Reading:
    """Read a registry as it would be with another text in one of its files.

    Raises:
        FileError: a file cannot be read.
    """
    files = files_of(path)
    parts = [parse(text.encode() if each == file else read_bytes(each), str(each)) for each in files]
    return _read(merge(parts, str(path)) if Path(path).is_dir() else parts[0])


def files_of(path: str | Path) -> list[Path]:
    """Name the files a registry is made of: the one, or the YAML files of a folder by name.

    Raises:
        FileError: the folder has no YAML file.
    """
    if not Path(path).is_dir():
        return [Path(path)]
    files = sorted(
        file for file in Path(path).iterdir() if file.suffix in {".yaml", ".yml"} and file.name[0] != "."
    )
    if not files:
        raise FileError(path, "a folder without a YAML file")
    return files


def read_text(data: bytes, path: str) -> Reading:
    """Read a registry from bytes; `path` is the name its problems carry."""
    return _read(parse(data, path))


def _read(document: Document) -> Reading:
    typing = _Typing(document)
    registry = typing.registry(_digest(document))
    problems = list(document.problems)
    # What stands in for an alias is no better typed than the alias.
    reported = {(problem.path, problem.line, problem.column) for problem in problems}
    problems += [
        problem for problem in typing.problems if (problem.path, problem.line, problem.column) not in reported
    ]
    if not document.problems or document.root:
        problems += _held_to_the_rules(registry, document, typing.faults, typing.doubts)
    return Reading(None if problems else registry, tuple(sorted(set(problems))))


def _held_to_the_rules(
    registry: Registry, document: Document, faults: AbstractSet[_Keys], doubts: AbstractSet[str]
) -> Iterator[Problem]:
    spoiled = {keys for fault in faults for keys in _above(fault)}
    for check in CHECKS:
        for finding in check(registry):
            seen = (finding.keys, *finding.given)
            if finding.keys in spoiled or any(not faults.isdisjoint(_above(keys)) for keys in seen):
                continue
            if finding.code.startswith("unused-") and finding.keys[-1] in doubts:
                continue
            yield document.problem(
                finding.keys, finding.code, finding.message, finding.remedy, key=finding.at_key
            )


def _digest(document: Document) -> str:
    """Hash what the file says: the same for the same entries in another order or layout."""
    text = json.dumps(document.root, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _above(keys: _Keys) -> Iterator[_Keys]:
    """Give an entry and all that hold it, without the file."""
    return (keys[:depth] for depth in range(1, len(keys) + 1))


class _Typing:
    """Types a document's entries one by one and collects what is wrong with them.

    `faults` are the keys of what is wrong.
    `doubts` are the names that faulty entries use, or may have meant: none of these is called unused.
    """

    def __init__(self, document: Document) -> None:
        self.problems: list[Problem] = []
        self.faults: set[_Keys] = set()
        self.doubts: set[str] = set()
        self._document = document
        self._root = document.root if isinstance(document.root, Map) else Map()
        self._context: dict[str, Any] = {
            name: set(self._section(name)) for name in ("parties", "deals", "sources", "series")
        }
        self._context["legs"] = set(self._leg_ids())

    def registry(self, digest: str) -> Registry:
        """Type everything that can be typed."""
        self._top()
        as_of = When.parse(self._root["as_of"] if self._top_value("as_of") else "1900-01-01")
        sources = self._entries("sources", Source)
        rates = {code: self._list(("rates", code), rows, Rate) for code, rows in self._currencies()}
        self._context["rates"] = by_day(rates)
        series = self._entries("series", Series)
        parties = self._entries("parties", Party)
        deals = self._entries("deals", Deal)
        figures = {
            party: self._list(("figures", party), rows, Figure, year_end=_year_end(parties, party))
            for party, rows in self._figures()
        }
        claims = self._entries("claims", Claim)
        waivers = self._list(("waivers",), self._root.get("waivers", Seq()), Waiver)
        return Registry(
            as_of=as_of,
            parties=MappingProxyType(parties),
            sources=MappingProxyType(sources),
            rates=MappingProxyType(rates),
            series=MappingProxyType(series),
            deals=MappingProxyType(deals),
            figures=MappingProxyType(figures),
            claims=MappingProxyType(claims),
            waivers=waivers,
            places=Places(self._document),
            digest=digest,
            path=self._document.path,
        )

    def _top(self) -> None:
        if not isinstance(self._document.root, Map):
            self._problem((), "wrong-shape", "the file is no mapping", "start with 'format: 1'")
            return
        if self._document.problems and not self._root:
            return
        fields = RegistryFile.model_fields
        for name in self._root:
            if name not in fields:
                hint = did_you_mean(name, fields) or f"write one of {', '.join(fields)}"
                self._problem((name,), "unknown-key", f"the file has no key {name!r}", hint, key=True)
        for name, field in fields.items():
            if field.is_required() and name not in self._root:
                self.faults.add((name,))
                self._problem((), "missing-key", f"the file has no {name!r}", f"add '{name}:'")
        self._top_value("format")

    def _top_value(self, name: str) -> bool:
        """Hold one scalar of the file itself against the model; say whether it is there and right."""
        if name not in self._root:
            return False
        try:
            RegistryFile.__pydantic_validator__.validate_assignment(
                RegistryFile.model_construct(), name, self._root[name]
            )
        except ValidationError as error:
            mine = [row for row in error.errors(include_url=False) if row["loc"][:1] == (name,)]
            self._collect((), mine)
            return not mine
        return True

    def _section(self, name: str) -> Mapping[str, Any]:
        found = self._root.get(name)
        return found if isinstance(found, Map) else {}

    def _mapping(self, name: str) -> Mapping[str, Any]:
        if name in self._root and not isinstance(self._root[name], Map):
            self.doubts |= self._context["parties"] | self._context["sources"]
            self._problem((name,), "wrong-shape", f"'{name}' is no mapping", "write 'name: …' lines")
        return self._section(name)

    def _leg_ids(self) -> Iterator[str]:
        for deal, body in self._section("deals").items():
            legs = body.get("legs") if isinstance(body, Map) else None
            if isinstance(legs, Seq):
                yield from (leg_id(deal, number) for number in range(1, len(legs) + 1))

    def _currencies(self) -> Iterator[tuple[str, Any]]:
        for code, rows in self._mapping("rates").items():
            if not _CURRENCY.match(code):
                remedy = "write the three capital letters of ISO 4217, such as EUR"
                self._problem(("rates", code), "bad-id", f"{code!r} is no currency", remedy, key=True)
            yield code, rows

    def _figures(self) -> Iterator[tuple[str, Any]]:
        for party, rows in self._mapping("figures").items():
            if party not in self._context["parties"]:
                hint = did_you_mean(party, self._context["parties"]) or "declare it under 'parties'"
                keys = ("figures", party)
                self._problem(keys, "unknown-party", f"{party!r} is no party of this file", hint, key=True)
            yield party, rows

    def _entries(self, name: str, model: type[_M]) -> dict[str, _M]:
        found: dict[str, _M] = {}
        for key, body in self._mapping(name).items():
            keys = (name, key)
            if not _ID.match(key):
                self._problem(keys, "bad-id", f"{key!r} is no id", _ID_REMEDY, key=True)
            context = dict(self._context)
            if model is Deal and isinstance(body, Map):
                context |= self._deal_context(keys, body)
            elif model is Claim and isinstance(body, Map):
                context["day"] = _day(body.get("on"))
            entry = self._typed(keys, body, model, context)
            if entry is not None:
                found[key] = entry
        return found

    def _deal_context(self, keys: _Keys, body: Map) -> dict[str, Any]:
        own = body.get("sources")
        names = set(own) if isinstance(own, Map) else set()
        for name in names:
            if not _ID.match(name):
                at = (*keys, "sources", name)
                self._problem(at, "bad-id", f"{name!r} is no id", _ID_REMEDY, key=True)
        events = body.get("events")
        first = events[0] if isinstance(events, Seq) and events else None
        on = first.get("on") if isinstance(first, Map) else None
        return {"sources": names | self._context["sources"], "day": _day(on), "year_end": 0}

    def _list(self, keys: _Keys, rows: object, model: type[_M], year_end: int = 12) -> tuple[_M, ...]:
        if not isinstance(rows, Seq):
            self._problem(keys, "wrong-shape", f"'{keys[-1]}' is no list", "write '- …' lines")
            return ()
        found = []
        for index, row in enumerate(rows):
            context = {**self._context, "year_end": year_end}
            if model is Figure and isinstance(row, Map):
                context["day"] = _day(_last_day(row.get("period"), year_end))
            entry = self._typed((*keys, index), row, model, context)
            found.append(entry)
        return tuple(entry for entry in found if entry is not None)

    def _typed(self, keys: _Keys, body: object, model: type[_M], context: dict[str, Any]) -> _M | None:
        try:
            return model.model_validate(body, context=context)
        except ValidationError as error:
            rows = [row for row in error.errors(include_url=False) if not _is_echo(row)]
            self._collect(keys, rows)
        self.doubts.update(_texts(body))
        free = {name: context[name] for name in ("rates", "day", "year_end") if name in context}
        try:
            return model.model_validate(_mended(body, model, [row["loc"] for row in rows]), context=free)
        except ValidationError:
            return None

    def _collect(self, keys: _Keys, rows: Iterable[Any]) -> None:
        for row in rows:
            at = (*keys, *(step for step in row["loc"] if step != "[key]"))
            code, message, remedy = self._worded(at, row)
            missing = row["type"] == "missing"
            key = missing or code == "unknown-key" or "[key]" in row["loc"]
            self.faults.add(at)
            self._problem(at[:-1] if missing else at, code, message, remedy, key=key)

    def _worded(self, at: _Keys, row: Mapping[str, Any]) -> tuple[str, str, str]:
        kind, context = row["type"], row.get("ctx", {})
        name = str(at[-1])
        if "remedy" in context:
            return kind, row["msg"], context["remedy"]
        if kind == "missing":
            return "missing-key", f"{_noun(at[:-1])} has no {name!r}", f"add '{name}:'"
        if kind == "extra_forbidden":
            fields = _fields(at)
            hint = did_you_mean(name, fields) or f"write one of {', '.join(fields)}"
            return "unknown-key", f"{_noun(at[:-1])} has no key {name!r}", hint
        if kind in _SHAPES:
            return "wrong-shape", f"{name!r} is not {_SHAPES[kind]}", f"write {_SHAPES[kind]}"
        if kind == "string_pattern_mismatch":
            remedy = _PATTERNS[context["pattern"]]
            return "bad-word", f"{row['input']!r} does not fit {name!r}", remedy
        if kind == "too_short":
            return "empty-list", f"{name!r} is empty", "write at least one entry"
        code, remedy = _WORDS[kind]
        text = row["input"] if isinstance(row["input"], str) else None
        if text is None:
            shown = "a list or a mapping"
        else:
            shown = repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
        return code, f"{shown} does not fit {name!r}", remedy.format_map(context)

    def _problem(self, keys: _Keys, code: str, message: str, remedy: str, *, key: bool = False) -> None:
        self.faults.add(keys)
        self.doubts.update(_MEANT.findall(remedy))
        self.problems.append(self._document.problem(keys, code, message, remedy, key=key))


def by_day(rates: Mapping[str, Iterable[Rate]]) -> dict[str, list[tuple[date, Decimal]]]:
    """Put the rates of each currency in order, as amounts are typed by them."""
    return {code: sorted((rate.on.last, rate.usd) for rate in rows) for code, rows in rates.items()}


def _day(text: object) -> date:
    """Read the day an entry speaks of, for its rate; without one it is the latest."""
    try:
        return When.parse(text).last if isinstance(text, str) else date.max
    except ValueError:
        return date.max


def _year_end(parties: Mapping[str, Party], name: str) -> int:
    return parties[name].year_end if name in parties else 12


def _last_day(text: object, year_end: int) -> str | None:
    try:
        return Span.parse(text, year_end).last.isoformat() if isinstance(text, str) else None
    except ValueError:
        return None


def _noun(at: _Keys) -> str:
    """Name the entry at `at` for a message."""
    containers = [step for step in at if step in _MODELS]
    if not containers:
        return "the file"
    if at and isinstance(at[-1], int):
        return f"{str(containers[-1]).removesuffix('s')} {at[-1] + 1}"
    return f"{at[-1]!r}"


def _fields(at: _Keys) -> list[str]:
    containers = [str(step) for step in at[:-1] if step in _MODELS]
    model = _MODELS[containers[-1]] if containers else RegistryFile
    return [field.alias or name for name, field in model.model_fields.items()]


def _is_echo(row: Mapping[str, Any]) -> bool:
    """Whether pydantic calls a list too short only because its items are at fault."""
    return bool(row["type"] == "too_short" and len(row["input"]) >= row["ctx"]["min_length"])


def _mended(body: object, model: type[BaseModel], faults: Iterable[_Keys]) -> object:
    """Copy an entry with its faults taken out, and something harmless where a value must stand."""
    copy = _copy(body)
    for fault in faults:
        node, kind = copy, model
        for step in fault[:-1]:
            kind = _MODELS.get(str(step), kind)
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(node, dict) and fault:
                node.pop(fault[-1], None)
                stand_in = _STAND_INS.get(kind, {}).get(str(fault[-1]))
                if stand_in is not None:
                    node[fault[-1]] = stand_in
            elif isinstance(node, list) and len(fault) > 1:
                node[int(fault[-1])] = _STAND_INS[kind] if fault[-2] in _MODELS else "?"
    return copy


def _texts(node: object) -> Iterator[str]:
    """Give every text in an entry but its keys."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _texts(child)


def _copy(node: object) -> Any:  # noqa: ANN401  # a tree of whatever was written
    if isinstance(node, dict):
        return {key: _copy(value) for key, value in node.items()}
    return [_copy(value) for value in node] if isinstance(node, list) else node
