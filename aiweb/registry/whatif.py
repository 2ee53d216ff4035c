"""What a what-if file may say: a few changes to a registry, each typed, each with its place.

The file is read as a registry is: event by event from libyaml, as text, every problem in one run.
A change is one verb with its fields; names are held against the registry that it is to change.
What a change does, and which of them contradict each other, is said in `aiweb/whatif.py`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError
from pydantic import ValidationInfo as Info
from pydantic_core import PydanticCustomError

from aiweb.errors import FileError, Problem, did_you_mean
from aiweb.model import (
    ID_PATTERN,
    Amount,
    Day,
    FigureKind,
    Instrument,
    Metric,
    PartyKind,
    Percent,
    Period,
    Place,
    Registry,
    SignedAmount,
    Status,
    Text,
)
from aiweb.registry.load import by_day
from aiweb.registry.source import Document, Map, Seq, parse, read_bytes
from aiweb.values import When

_E = TypeVar("_E", bound=StrEnum)
_M = TypeVar("_M", bound=BaseModel)
_Keys = tuple[str | int, ...]

CODES: Final = {
    # The file; its form and its values have the codes of a registry as well.
    "wrong-shape": "a list, a mapping or a text stands where another of these belongs",
    "missing-key": "a field that must be there is not",
    "unknown-key": "a field that the change does not know",
    "bad-word": "a word does not have the form the field asks for",
    "bad-number": "a number is not written as one, or is out of range",
    "empty-list": "a list that needs an entry has none",
    "unknown-verb": "a change that there is none of",
    "unknown-word": "a word is none of those the field can take",
    "bad-months": "a delay is not written as months or years",
    "bad-points": "a change of a rate is not written in basis points",
    "bad-share": "a share is not between nothing and all of it",
    "one-of": "of fields of which one must be there, none is, or several are",
    # Names
    "unknown-party": "a party is named that the registry does not have",
    "unknown-deal": "a deal is named that the registry does not have",
    "unknown-leg": "a leg is named that the registry does not have",
    "unknown-series": "a market series is named that the registry does not have",
    "unknown-currency": "a currency is named that the registry has no rate for",
    # What it would do
    "before-as-of": "a change begins before the day that the registry is kept up to, which has been",
    "deal-over": "a deal that is to change has ended by then",
    "which-leg": "an amount is set of a deal with several legs",
    "no-cut": "what a leg is cut to is no less than it has, or less than has been paid",
    "undated": "what is to be delayed has neither a term nor a schedule still ahead",
    "no-figure": "the registry has no such figure",
    "figure-value": "a percentage is given to an amount, or an amount to a percentage",
    "not-floating": "a leg whose coupon is to change is no loan at a floating rate",
    "not-a-rate": "a market series that is to change is no rate of interest",
    "nothing-to-do": "a change that finds nothing to change",
    # What does not go together
    "said-twice": "two changes of one kind on one thing and day",
    "contradiction": "two changes that cannot both be",
    "set-after-shift": "a figure or an amount is set after another change has shifted it",
    "given-twice": "one what-if is given twice",
}


def refuse(code: str, message: str, remedy: str) -> PydanticCustomError:
    """Build an error whose text passes through pydantic's template untouched."""
    return PydanticCustomError(code, "{message}", {"message": message, "remedy": remedy})


def _text(value: object, forms: str) -> str:
    if not isinstance(value, str):
        raise refuse("wrong-shape", "here stands a list or a mapping", forms)
    return value


def _named(kind: str, noun: str) -> PlainValidator:
    """Hold a name against those of the registry."""

    def check(value: object, info: Info) -> str:
        name = _text(value, f"write the id of a {noun}")
        known = info.context[kind] if info.context else {}
        if name not in known:
            hint = did_you_mean(name, known) or f"name a {noun} that the registry has"
            raise refuse(f"unknown-{noun}", f"the registry has no {noun} {name!r}", hint)
        return name

    return PlainValidator(check)


def _word(kind: type[_E]) -> BeforeValidator:
    known = {str(word): word for word in kind}
    forms = f"write one of {', '.join(kind)}"

    def check(value: object) -> object:
        text = _text(value, forms)
        if text not in known:
            raise refuse("unknown-word", f"{text!r} is no word for this", did_you_mean(text, kind) or forms)
        return known[text]

    return BeforeValidator(check)


def _months(value: object) -> int:
    forms = "write 6 months, 1 year or 2 years"
    found = _MONTHS.fullmatch(_text(value, forms))
    if not found:
        raise refuse("bad-months", f"{value!r} is no number of months", forms)
    return int(found[1]) * (12 if found[2] == "year" else 1)


def _points(value: object) -> Decimal:
    forms = "write 300 bp or -50 bp"
    found = _POINTS.fullmatch(_text(value, forms))
    if not found or not Decimal(found[1]):
        raise refuse("bad-points", f"{value!r} is no change in basis points", forms)
    return Decimal(found[1])


def _share(value: object) -> Fraction:
    forms = "write a share above 0% and up to 100%"
    text = _text(value, forms)
    found = _PERCENT.fullmatch(text)
    if not found or not 0 < Fraction(text[:-1]) <= 100:
        raise refuse("bad-share", f"{text!r} is no share of it", forms)
    return Fraction(text[:-1]) / 100


def _shift(value: object) -> Fraction:
    forms = "write a change such as -30% or +10%, and take away no more than all of it"
    text = _text(value, forms)
    found = _PERCENT.fullmatch(text)
    if not found or not -100 <= Fraction(text[:-1]) <= 1000 or not Fraction(text[:-1]):
        raise refuse("bad-share", f"{text!r} is no change in percent", forms)
    return Fraction(text[:-1]) / 100


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


_MONTHS: Final = re.compile(r"([1-9]\d{0,2}) (month|year)s?", re.ASCII)
_POINTS: Final = re.compile(r"([+-]?\d{1,5}(?:\.\d+)?) ?bp", re.ASCII)
_PERCENT: Final = re.compile(r"[+-]?\d{1,4}(?:\.\d{1,6})?%", re.ASCII)

PartyName = Annotated[str, _named("parties", "party")]
DealName = Annotated[str, _named("deals", "deal")]
LegName = Annotated[str, _named("legs", "leg")]
SeriesName = Annotated[str, _named("series", "series")]
Currency = Annotated[str, _named("rates", "currency")]
Months = Annotated[int, PlainValidator(_months)]
Points = Annotated[Decimal, PlainValidator(_points)]
Share = Annotated[Fraction, PlainValidator(_share)]
Shift = Annotated[Fraction, PlainValidator(_shift)]
Kind = Annotated[PartyKind, _word(PartyKind)]


class Change(BaseModel):
    """One change; `since` is the day on which it takes effect, if it has one of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    since: Day | None = Field(None, alias="from", description="The day it takes effect.")
    note: Text | None = Field(None, description="Why, in a sentence.")


class Cancel(Change):
    """End a deal: it is cancelled on that day."""

    deal: DealName = Field(description="The deal.")


class Cut(Change):
    """Make smaller what has not been paid of a deal or a leg, or set a leg's amount."""

    deal: DealName | None = Field(None, description="The deal, all legs of it; or")
    leg: LegName | None = Field(None, description="the leg.")
    by: Share | None = Field(None, description="The share of what has not been paid that falls away; or")
    to: Amount | None = Field(None, description="the amount that is left of it.")


class Delay(Change):
    """Move what is still to be paid of a deal or a leg to later months."""

    deal: DealName | None = Field(None, description="The deal, all legs of it that have dates; or")
    leg: LegName | None = Field(None, description="the leg.")
    by: Months = Field(description="By how much: 6 months, 2 years.")


class Drop(Change):
    """End every deal that has not come as far as a status."""

    below: Annotated[Status, _word(Status)] = Field(
        description="The least status that stays: letter-of-intent, announced, signed or closed."
    )


class SetFigure(Change):
    """Change a figure of a party: set it, scale it or add to it."""

    party: PartyName = Field(description="The party.")
    metric: Annotated[Metric, _word(Metric)] = Field(description="What is measured.")
    period: Period | None = Field(
        None, description="Its period; default all that end later than the day, or else the last there is."
    )
    kind: Annotated[FigureKind, _word(FigureKind)] | None = Field(None, description="Only of this kind.")
    segment: Text | None = Field(None, description="Only of this segment.")
    counterparty: PartyName | None = Field(None, description="Only of this counterparty.")
    to: SignedAmount | None = Field(None, description="Its new amount; or")
    percent: Percent | None = Field(None, description="its new percentage; or")
    by: Shift | None = Field(None, description="by how much of itself it changes, such as -30%; or")
    add: SignedAmount | None = Field(None, description="what is added to it, such as -$5bn.")
    carry: Annotated[Metric, _word(Metric)] | None = Field(
        None, description="A metric whose forecasts of the same periods change by the same dollars."
    )


class Exchange(Change):
    """Change what a currency is worth in US dollars."""

    currency: Currency = Field(description="The currency, by its ISO 4217 code.")
    by: Shift = Field(description="By how much its price in dollars changes, such as -20%.")


class ShiftRate(Change):
    """Give a rate of interest of the market a new reading."""

    series: SeriesName = Field(description="The market series.")
    by: Points = Field(description="By how much: 300 bp.")


class Coupons(Change):
    """Change what loans at a floating rate pay."""

    leg: LegName | None = Field(None, description="Only this loan; or")
    party: PartyName | None = Field(None, description="only loans to this party.")
    by: Points = Field(description="By how much: 300 bp.")


class MarkDown(Change):
    """Lower valuations, and equity that has been promised and not paid."""

    party: PartyName | None = Field(None, description="Only this party; or")
    kind: Kind | None = Field(None, description="only parties of this kind; default all.")
    by: Share = Field(description="By how much.")


class StopFunding(Change):
    """Take away what a party, or a kind of party, is still to put in."""

    party: PartyName | None = Field(None, description="The party that stops; or")
    kind: Kind | None = Field(None, description="the kind of party.")
    to: PartyName | None = Field(None, description="Only what goes to this party.")
    instruments: Annotated[
        tuple[Annotated[Instrument, _word(Instrument)], ...], BeforeValidator(_list), Field(min_length=1)
    ] = Field(
        tuple(each for each in Instrument if each.side == "funding"),
        description="Which instruments; default equity, loan, warrant and in-kind.",
    )
    below: Annotated[Status, _word(Status)] = Field(
        Status.CLOSED, description="Only deals that have not come as far as this; default closed."
    )


class PullCredit(Change):
    """Take away credit that has been granted and not used."""

    party: PartyName | None = Field(None, description="Only that of this party; default of all.")


class Fail(Change):
    """Let a party fail: its deals end, and its forecasts no longer stand."""

    party: PartyName = Field(description="The party.")


VERBS: Final[Mapping[str, type[Change]]] = {
    "cancel": Cancel,
    "cut": Cut,
    "delay": Delay,
    "drop": Drop,
    "figure": SetFigure,
    "exchange": Exchange,
    "rate": ShiftRate,
    "coupons": Coupons,
    "mark-down": MarkDown,
    "stop-funding": StopFunding,
    "pull-credit": PullCredit,
    "fail": Fail,
}
_NAMES: Final = {model: verb for verb, model in VERBS.items()}
_ONE_OF: Final[Mapping[type[Change], tuple[tuple[tuple[str, ...], bool], ...]]] = {
    Cut: ((("deal", "leg"), True), (("by", "to"), True)),
    Delay: ((("deal", "leg"), True),),
    SetFigure: ((("to", "percent", "by", "add"), True),),
    Coupons: ((("leg", "party"), False),),
    MarkDown: ((("party", "kind"), False),),
    StopFunding: ((("party", "kind"), True),),
}


class Head(BaseModel):
    """What a what-if file says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Annotated[str, Field(pattern="^1$")] = Field(description="Version of this format.")
    name: Annotated[str, Field(pattern=ID_PATTERN)] = Field(description="The name it is called by.")
    title: Text = Field(description="Its title, in English.")
    zh: Text = Field(description="Its title in Chinese.")
    says: Text = Field(description="What it supposes, in one line.")
    version: Annotated[int, Field(ge=1)] = Field(description="Its version: 1, 2, …")
    as_of: Day = Field(description="The day up to which it was written.")
    since: Day | None = Field(
        None, alias="from", description="The day its changes take effect; default the registry's."
    )


@dataclass(frozen=True, slots=True)
class Stated:
    """A change with its verb, the day it takes effect, the number of its entry, and its place."""

    verb: str
    change: Change
    on: When
    index: int
    place: Place


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A what-if file, typed; `digest` is the hash of what it says."""

    head: Head
    changes: tuple[Stated, ...]
    path: str
    digest: str

    @property
    def name(self) -> str:
        """The name it is called by."""
        return self.head.name


class Draft(NamedTuple):
    """What came of reading a file: its head and changes, as far as typed, its problems, and its text."""

    head: Head | None
    changes: tuple[Stated, ...]
    problems: tuple[Problem, ...]
    document: Document

    @property
    def what_if(self) -> WhatIf | None:
        """The what-if, if its head could be typed."""
        if self.head is None:
            return None
        return WhatIf(self.head, self.changes, self.document.path, _digest(self.document.root))


def read(path: str | Path, registry: Registry) -> Draft:
    """Read a what-if file for a registry, with all problems of its form and its names.

    Raises:
        FileError: the file cannot be read.
    """
    return read_text(read_bytes(path), str(path), registry)


def read_text(data: bytes, path: str, registry: Registry) -> Draft:
    """Read a what-if from bytes; `path` is the name its problems carry."""
    document = parse(data, path)
    root = document.root if isinstance(document.root, Map) else Map()
    typing = _Typing(document, registry)
    problems = list(document.problems)
    seen = {(problem.line, problem.column) for problem in problems}
    head: Head | None = None
    changes: tuple[Stated, ...] = ()
    if not problems or root:
        head, changes = typing.head(root), typing.changes(root)
        problems += [each for each in typing.problems if (each.line, each.column) not in seen]
    return Draft(head, changes, tuple(sorted(set(problems))), document)


def heads() -> tuple[Head, ...]:
    """Give what the shipped what-ifs say of themselves, in the order of their names."""
    found = []
    for path in sorted(_folder().glob("*.yaml")):
        root = parse(read_bytes(path), str(path)).root
        said = {key: value for key, value in root.items() if key != "changes"}  # type: ignore[union-attr]
        found.append(Head.model_validate(said))
    return tuple(found)


def find(name: str | Path) -> Path:
    """Find a what-if: a shipped one by its name, else a file.

    Raises:
        FileError: there is neither; the message has the nearest name.
    """
    shipped = {path.stem: path for path in sorted(_folder().glob("*.yaml"))}
    if str(name) in shipped:
        return shipped[str(name)]
    path = Path(name)
    if path.suffix or path.is_file():
        return path
    hint = did_you_mean(str(name), shipped) or f"write a file's path, or one of {', '.join(shipped)}"
    raise FileError(name, f"no what-if of this name; {hint}")


def _folder() -> Path:
    return Path(__file__).resolve().parents[1] / "whatifs"


def _digest(root: object) -> str:
    text = json.dumps(root, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class _Typing:
    """Types the parts of a file one by one, and collects what is wrong with them."""

    def __init__(self, document: Document, registry: Registry) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._registry = registry
        self._context: dict[str, Any] = {
            "parties": registry.parties,
            "deals": registry.deals,
            "legs": {name for name, _, _ in registry.legs()},
            "series": registry.series,
        }
        self._since: When | None = None

    def head(self, root: Map) -> Head | None:
        """Type everything but the changes."""
        said = {key: value for key, value in root.items() if key != "changes"}
        if not isinstance(self._document.root, Map):
            self._problem((), "wrong-shape", "the file is no mapping", "start with 'format: 1'")
            return None
        head = self._typed((), said, Head, {})
        self._since = head.since if head else None
        return head

    def changes(self, root: Map) -> tuple[Stated, ...]:
        """Type the changes."""
        rows = root.get("changes")
        if rows is None and self._document.root:
            self._problem((), "missing-key", "the file has no 'changes'", "add 'changes:'")
        elif not isinstance(rows, Seq):
            remedy = "write '- cancel: {deal: …}' lines"
            self._problem(("changes",), "wrong-shape", "'changes' is no list", remedy)
        elif not rows:
            self._problem(("changes",), "empty-list", "'changes' is empty", "write at least one change")
        found = (self._change(index, row) for index, row in enumerate(rows if isinstance(rows, Seq) else ()))
        return tuple(row for row in found if row is not None)

    def _change(self, index: int, row: object) -> Stated | None:
        at: _Keys = ("changes", index)
        if not isinstance(row, Map) or len(row) != 1:
            self._problem(at, "wrong-shape", "a change is one verb with its fields", "write 'verb: {…}'")
            return None
        ((verb, body),) = row.items()
        keys = (*at, verb)
        if verb not in VERBS:
            hint = did_you_mean(verb, VERBS) or f"write one of {', '.join(VERBS)}"
            self._problem(keys, "unknown-verb", f"there is no change {verb!r}", hint, key=True)
            return None
        if body == "" and VERBS[verb] is PullCredit:
            body = Map()
        change = self._typed(keys, body, VERBS[verb], self._amounts_by(body))
        if change is None or not self._one_of(keys, change):
            return None
        on = change.since or self._since or self._registry.as_of
        if on.last < self._registry.as_of.last:
            remedy = f"write {self._registry.as_of} or a later day, or leave 'from' out"
            said = f"{verb!r} begins on {on}, and the registry is kept up to {self._registry.as_of}"
            self._problem((*keys, "from"), "before-as-of", said, remedy, key=True)
            return None
        line, column = self._document.mark(keys, key=True)
        return Stated(verb, change, on, index, Place(self._document.path, line + 1, column + 1))

    def _amounts_by(self, body: object) -> dict[str, Any]:
        """Give what an amount or a fiscal year is typed by."""
        party = self._registry.parties.get(str(body.get("party"))) if isinstance(body, Map) else None
        return {"rates": by_day(self._registry.rates), "year_end": party.year_end if party else 0}

    def _one_of(self, keys: _Keys, change: Change) -> bool:
        good = True
        for names, needed in _ONE_OF.get(type(change), ()):
            given = [name for name in names if name in change.model_fields_set]
            if len(given) > 1 or (needed and not given):
                what = " and ".join(f"{name!r}" for name in given) or "none of them"
                remedy = f"write {'one' if needed else 'at most one'} of {', '.join(names)}"
                self._problem(keys, "one-of", f"{keys[-1]!r} has {what}", remedy, key=True)
                good = False
        return good

    def _typed(self, keys: _Keys, body: object, model: type[_M], more: Mapping[str, Any]) -> _M | None:
        if not isinstance(body, dict):
            fields = ", ".join(_fields(model))
            self._problem(keys, "wrong-shape", f"{keys[-1]!r} is no mapping", f"write {{…}} with {fields}")
            return None
        try:
            return model.model_validate(body, context={**self._context, **more})
        except ValidationError as error:
            for row in error.errors(include_url=False):
                self._collect(keys, row, model)
        return None

    def _collect(self, keys: _Keys, row: Mapping[str, Any], model: type[BaseModel]) -> None:
        at = (*keys, *row["loc"])
        kind, context, name = row["type"], row.get("ctx", {}), str(row["loc"][-1]) if row["loc"] else ""
        if "remedy" in context:
            self._problem(at, kind, row["msg"], context["remedy"])
        elif kind == "missing":
            self._problem(keys, "missing-key", f"{_noun(keys)} has no {name!r}", f"add '{name}:'", key=True)
        elif kind == "extra_forbidden":
            hint = did_you_mean(name, _fields(model)) or f"write one of {', '.join(_fields(model))}"
            self._problem(at, "unknown-key", f"{_noun(keys)} has no key {name!r}", hint, key=True)
        elif kind in {"string_pattern_mismatch", "int_parsing", "greater_than_equal"}:
            code = "bad-word" if kind == "string_pattern_mismatch" else "bad-number"
            self._problem(at, code, f"{row['input']!r} does not fit {name!r}", _FORMS[name])
        elif kind == "too_short":
            self._problem(at, "empty-list", f"{name!r} is empty", "write at least one entry")
        else:
            self._problem(
                at, "wrong-shape", f"{name!r} is not written so", "write a text, or a list of words"
            )

    def _problem(self, keys: _Keys, code: str, message: str, remedy: str, *, key: bool = False) -> None:
        self.problems.append(self._document.problem(keys, code, message, remedy, key=key))


_FORMS: Final = {
    "format": "write format: 1",
    "name": "write lower-case letters, digits and single hyphens",
    "version": "write a whole number from 1",
}


def _noun(keys: _Keys) -> str:
    return f"{keys[-1]!r}" if keys else "the file"


def _fields(model: type[BaseModel]) -> list[str]:
    names: Iterable[tuple[str, Any]] = model.model_fields.items()
    known = [field.alias or name for name, field in names]
    return [*known, "changes"] if model is Head else known


def verb_of(change: Change) -> str:
    """Name the verb of a change."""
    return _NAMES[type(change)]


def fields_of(verb: str) -> Iterator[tuple[str, str]]:
    """Give the keys of a verb, each with what it says, in the order of its model."""
    for name, field in VERBS[verb].model_fields.items():
        yield field.alias or name, field.description or ""
