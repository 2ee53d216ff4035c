"""A new deal: asked for, written as YAML, and put in its place with every other byte as it was.

`interview` makes a `Draft` from answers, `insert` puts it into a file's text.
What would not pass the checks is refused, and nothing is written here in any case.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from aiweb.errors import BadOption, FileError, Problem, RegistryError, UnknownName, did_you_mean
from aiweb.model import (
    ID_PATTERN,
    Basis,
    Certainty,
    Deal,
    Event,
    Grade,
    Instrument,
    Leg,
    Party,
    PartyKind,
    Registry,
    Source,
    Status,
)
from aiweb.registry.layout import span, written
from aiweb.registry.load import by_day, read_text
from aiweb.registry.source import parse
from aiweb.values import SPAN_FORMS, WHEN_FORMS, When

Ask = Callable[[str], str]
Tell = Callable[[str], None]
Check = Callable[[str], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party to be added, with what a party must have."""

    id: str
    name: str
    zh: str
    kind: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class NewLeg:
    """One promise of the deal, each value as it is to stand in the file."""

    payer: str
    payee: str
    instrument: str
    amount: str = "undisclosed"
    basis: str = Basis.REPORTED
    certainty: str = Certainty.FIRM
    condition: str = ""
    term: str = ""


@dataclass(frozen=True, slots=True)
class NewSource:
    """A place where the deal can be looked up; `name` is made from the publisher if it is empty."""

    publisher: str
    grade: str
    url: str = ""
    title: str = ""
    date: str = ""
    offline: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A deal as asked for, each value as it is to stand in the file; what is empty is left out.

    `source` is a new source, or the name of a shared one; `further` are more of these.
    All are cited for each leg and for the event.
    `id` is made from payer, payee and year if it is empty.
    """

    title: str
    legs: tuple[NewLeg, ...]
    status: str
    on: str
    source: NewSource | str
    zh: str = ""
    known: str = ""
    note: str = ""
    id: str = ""
    parties: tuple[NewParty, ...] = ()
    further: tuple[NewSource | str, ...] = ()


# ---- Writing ------------------------------------------------------------------------------------


def completed(draft: Draft, registry: Registry) -> Draft:
    """Give a draft its id and its sources names, all new; a source that is shared already is named.

    Raises:
        BadOption: the id that the draft asks for is taken, or a source stands there twice.
    """
    if draft.id in registry.deals:
        raise BadOption("id", draft.id, "a deal has this id already; write another, or none")
    leg = draft.legs[0]
    name = f"{leg.payer}-{leg.payee}-{draft.on[:4]}"
    source, *further = _named((draft.source, *draft.further), registry)
    return replace(draft, id=draft.id or _unused(name, registry.deals), source=source, further=tuple(further))


def _named(sources: Iterable[NewSource | str], registry: Registry) -> Iterator[NewSource | str]:
    """Give each source a name of its own, or that of the shared source which it is."""
    taken = set(registry.sources)
    seen: set[str] = set()
    for source in sources:
        found = source
        if isinstance(source, NewSource):
            shared = [
                key for key, known in registry.sources.items() if source.url and known.url == source.url
            ]
            own = source.name or _slug(re.split(r"[(,;]| on | by way of ", source.publisher)[0]) or "source"
            found = shared[0] if shared else replace(source, name=_unused(own, taken))
        where = found if isinstance(found, str) else found.url or f"{found.publisher}, {found.offline}"
        if where in seen:
            raise BadOption("source", where, "it stands there twice")
        seen.add(where)
        taken |= {found.name} if isinstance(found, NewSource) else set()
        yield found


def stanza(draft: Draft) -> str:
    """Write the YAML of a deal, from its id on, as it stands under `deals:`.

    >>> print(stanza(Draft(
    ...     id="nvidia-openai-2026",
    ...     title="NVIDIA buys shares of OpenAI",
    ...     legs=(NewLeg("nvidia", "openai", "equity", "$30bn"),),
    ...     status="signed",
    ...     on="2026-02-27",
    ...     source=NewSource("Mint (Reuters)", "press", url="https://example.org/110", name="mint"),
    ... )), end="")
      nvidia-openai-2026:
        title: NVIDIA buys shares of OpenAI
        legs:
          - {from: nvidia, to: openai, instrument: equity, amount: $30bn, source: mint}
        events:
          - {on: 2026-02-27, status: signed, source: mint}
        sources:
          mint: {publisher: Mint (Reuters), grade: press, url: https://example.org/110}
    """
    sources = (draft.source, *draft.further)
    names = [source.name if isinstance(source, NewSource) else source for source in sources]
    cited = names if draft.further else names[0]
    event = {"on": draft.on, "known": draft.known, "status": draft.status, "source": cited}
    deal: dict[str, object] = {"title": draft.title, "zh": draft.zh, "note": draft.note}
    deal["legs"] = [
        _filled(
            {
                "from": leg.payer,
                "to": leg.payee,
                "instrument": leg.instrument,
                "amount": leg.amount,
                "basis": "" if leg.basis == Basis.REPORTED else leg.basis,
                "certainty": "" if leg.certainty == Certainty.FIRM else leg.certainty,
                "condition": leg.condition,
                "term": leg.term,
                "source": cited,
            }
        )
        for leg in draft.legs
    ]
    deal["events"] = [_filled(event)]
    fields = ("title", "publisher", "date", "grade", "url", "offline")
    deal["sources"] = {
        source.name: _filled({field: getattr(source, field) for field in fields})
        for source in sources
        if isinstance(source, NewSource)
    }
    return _below_key({"deals": {draft.id: _filled(deal)}})


def insert(
    text: str,
    draft: Draft,
    *,
    after: str | None = None,
    registry: Registry | None = None,
    check: Check | None = None,
    path: str = "deals.yaml",
) -> str:
    """Put a deal into a file's text: behind the deal `after`, else behind the last; new parties too.

    `registry` and `check` are for a file that is no registry by itself:
    what is known already, and a way to find the problems of the file's new text.

    Raises:
        RegistryError: the file has problems, or would have some.
        UnknownName: the file has no deal `after`.
        BadOption: the id that the draft asks for is taken.
        FileError: the file is written so that nothing can be added to it.
    """
    document = parse(text.encode("utf-8", "surrogatepass"), path)
    if document.problems:
        raise RegistryError(document.problems)
    known = registry or _read(text, path)
    whole = completed(draft, known)
    if text and not text.endswith("\n"):
        text += "\n"
    sections = _spans(text)
    parties, deals = sections.get("parties"), sections.get("deals")
    if after is not None and (deals is None or after not in deals.entries):
        raise UnknownName("deal", after, deals.entries if deals else ())
    added = [party for party in whole.parties if party.id not in known.parties]
    changes = [
        _change(text, path, "parties", parties, lines, beside)
        for beside, lines in _party_lines(added, known, parties).items()
    ]
    changes.append(_change(text, path, "deals", deals, stanza(whole), after))
    result = _changed(text, changes)
    problems = tuple(check(result) if check else read_text(result.encode(), path).problems)
    if problems:
        raise RegistryError(problems)
    return result


def _read(text: str, path: str) -> Registry:
    registry, problems = read_text(text.encode(), path)
    if registry is None:
        raise RegistryError(problems)
    return registry


def _filled(values: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value}


def _below_key(tree: Mapping[str, object]) -> str:
    """Write a section of one entry, and take the section's own line off."""
    return written(tree).split("\n", 1)[1]


def _unused(name: str, taken: Iterable[str]) -> str:
    """Add a number to a name that is taken.

    >>> _unused("mint", {"mint", "mint-2"})
    'mint-3'
    """
    known = set(taken)
    number, found = 1, name
    while found in known:
        number += 1
        found = f"{name}-{number}"
    return found


def _slug(text: str) -> str:
    """Make an id of a name, or nothing if it has no Latin letter.

    >>> _slug("Société Générale (Paris)"), _slug("英伟达")
    ('societe-generale-paris', '')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))


def _party_lines(
    parties: Iterable[NewParty], known: Registry, section: _Section | None
) -> dict[str | None, str]:
    """Write new parties, by the party they go behind: the last named one of their kind, if there is one."""
    found: dict[str | None, str] = {}
    for party in parties:
        kin = [key for key in (section.entries if section else ()) if _is_kin(party, known.parties.get(key))]
        fields = ("name", "zh", "kind", "country")
        said = _filled({field: getattr(party, field) for field in fields})
        beside = kin[-1] if kin else None
        found[beside] = found.get(beside, "") + _below_key({"parties": {party.id: said}})
    return found


def _is_kin(party: NewParty, other: Party | None) -> bool:
    return other is not None and other.kind == party.kind and not other.outside


# ---- Places: where in the text something can be added -------------------------------------------


@dataclass(slots=True)
class _Section:
    """A section of a file: its span, the column of its entries, and the place behind each of them."""

    start: int
    end: int
    column: int
    is_block: bool
    entries: dict[str, int]


class _Change(NamedTuple):
    start: int
    end: int
    text: str


def _spans(text: str) -> dict[str, _Section]:
    """Find the sections of a file, which has been found to be plain YAML."""
    found: dict[str, _Section] = {}
    counts: list[int] = []
    key = name = ""
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        start, end, column = span(event)
        if isinstance(event, yaml.CollectionEndEvent):
            counts.pop()
        elif not isinstance(event, yaml.NodeEvent):
            continue
        depth = len(counts)
        if isinstance(event, yaml.NodeEvent) and counts:
            is_key = counts[-1] % 2 == 0
            counts[-1] += 1
            if depth == 1 and is_key:
                key = str(getattr(event, "value", ""))
                continue
            if depth == 1 and isinstance(event, yaml.MappingStartEvent):
                found[key] = _Section(start, end, column, start == end, {})
            elif depth == 2 and is_key and key in found:
                name = str(getattr(event, "value", ""))
        if isinstance(event, yaml.CollectionStartEvent):
            counts.append(0)
        if start < end and key in found and depth:
            # A block scalar ends with its last word.
            end = start + len(text[start:end].rstrip())
            found[key].end = end
            if depth > 1:
                found[key].entries[name] = end
    return found


def _change(
    text: str, path: str, key: str, section: _Section | None, lines: str, beside: str | None
) -> _Change:
    """Say where an entry's lines go: behind the entry `beside`, else at the end of the section."""
    if section is None:
        return _Change(len(text), len(text), f"\n{key}:\n{lines}")
    if not section.is_block:
        if re.sub(r"\s", "", text[section.start : section.end]) != "{}":
            raise FileError(path, f"{key!r} is written in brackets; run 'aiweb fmt --write' first")
        end = _line_end(text, section.end)
        rest = text[section.end : end].rstrip("\r\n")
        return _Change(len(text[: section.start].rstrip()), end, f"{rest}\n{lines}")
    column = section.column + (beside is not None)
    at = _line_end(text, section.entries[beside] if beside else section.end)
    at = _below_comments(text, at, column)
    lines = textwrap.indent(textwrap.dedent(lines), " " * section.column)
    if key == "deals":
        follows = text[at : _line_end(text, at)].strip()
        lines = f"\n{lines}\n" if follows else f"\n{lines}"
    return _Change(at, at, lines)


def _line_end(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)


def _below_comments(text: str, at: int, column: int) -> int:
    """Pass the comments that end an entry: those that stand in its `column` or deeper."""
    scan = at
    while scan < len(text):
        end = _line_end(text, scan)
        line = text[scan:end]
        bare = line.lstrip(" ")
        if bare.startswith("#") and len(line) - len(bare) >= column:
            at = end
        elif line.strip():
            break
        scan = end
    return at


def _changed(text: str, changes: Iterable[_Change]) -> str:
    """Make all changes; those in one place in the order given."""
    parts, at = [], 0
    newline = "\r\n" if "\r\n" in text else "\n"
    for change in sorted(changes, key=lambda change: change.start):
        parts += [text[at : change.start], change.text.replace("\n", newline)]
        at = change.end
    return "".join([*parts, text[at:]])


# ---- Asking -------------------------------------------------------------------------------------

_NUMBER: Final = r"\d[\d,]*(?:\.\d+)? ?"
_UNIT: Final = "(?:k|mn?|bn?|tn?)"
# A number without a unit is no amount: few deals are of eight dollars.
_BARE: Final = re.compile(
    rf"(?P<kind>(?:up to|at least) )?(?P<bare>(?:{_NUMBER}{_UNIT}? ?(?:\.\.|–|to) ?)?{_NUMBER}{_UNIT}\+?)",
    re.IGNORECASE,
)
_LEG: Final = re.compile(
    r"(?P<payer>.+?)\s*->\s*(?P<payee>[^:]+?)\s*:\s*(?P<instrument>[a-z-]+)(?:\s+(?P<amount>.+))?"
)
_LEG_HELP: Final = (
    "Write PAYER -> PAYEE: INSTRUMENT AMOUNT, such as openai -> oracle: purchase $300bn; "
    "and if you like ; basis contract; certainty conditional; condition TEXT; term 2027..2031."
)
_LEG_TERMS: Final = ("basis", "certainty", "condition", "term")
_SOURCE_HELP: Final = (
    "Write its address, the name of a shared source, or where it can be found; or at once "
    "PUBLISHER; GRADE; ADDRESS OR PLACE, and if you like ; DATE; TITLE."
)
_NEW_PARTY: Final = (
    "Write NAME; CHINESE NAME; KIND, and if you like ; COUNTRY, such as Acme; 阿克米; lab; US."
)
_MONEY_HELP: Final = (
    "As first published: $100bn, up to $100bn, at least $38bn, $17.4bn..19.4bn or undisclosed; "
    "the dollar sign may be left out."
)
_URL_HELP: Final = "With http:// or https://, if it has one. The name of a shared source will do too."
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask: `parse` makes of an answer what is to stand in the file.

    `default` is what an empty answer means; if it is None, there must be an answer.
    `parse` raises ValueError with what is wrong.
    """

    name: str
    prompt: str
    help: str
    default: str | None
    parse: Callable[[str], str]


def questions(registry: Registry, party: Callable[[str], str] | None = None) -> tuple[Question, ...]:
    """Say what to ask about a new deal, in order; `party` finds a party by what was answered."""

    def field(model: type[BaseModel], name: str) -> Callable[[str], str]:
        return lambda text: _checked(registry, model, name, text)

    def one(
        name: str, prompt: str, about: str, parse: Callable[[str], str], default: str | None = None
    ) -> Question:
        return Question(name, prompt, about, default, parse)

    find = party or partial(find_party, registry)
    day = partial(_day, registry)
    when = f"{WHEN_FORMS.capitalize()}. The registry is kept up to {registry.as_of}."
    return (
        one("from", "who pays", "A party by any of its names; + and a name adds one.", find),
        one("to", "who receives", "A party by any of its names; + and a name adds one.", find),
        one("instrument", "what is promised", _words(Instrument), field(Leg, "instrument")),
        one("amount", "amount", _MONEY_HELP, partial(_amount, registry), "undisclosed"),
        one("basis", "its basis", _words(Basis), field(Leg, "basis"), Basis.REPORTED),
        one("certainty", "its certainty", _words(Certainty), field(Leg, "certainty"), Certainty.FIRM),
        one("condition", "what it hangs on", "In words.", field(Leg, "condition"), ""),
        one("term", "its term", f"When it is paid: {SPAN_FORMS}.", field(Leg, "term"), ""),
        one("title", "title", "What was agreed, in one line.", field(Deal, "title")),
        one("zh", "title in Chinese", "The same in Chinese, if you can.", field(Deal, "zh"), ""),
        one("status", "status", _words(Status), field(Event, "status"), Status.ANNOUNCED),
        one("on", "when it took effect", when, partial(day, "on")),
        one("known", "when it became known, if later", when, partial(day, "known"), ""),
        one("url", "web address of the source", _URL_HELP, partial(_url, registry), ""),
        one(
            "offline", "where to find it", "Such as: The Times, 7 May 2026, page 9.", field(Source, "offline")
        ),
        one("publisher", "its publisher", "And whom it relays: Mint (Reuters).", field(Source, "publisher")),
        one("grade", "its grade", f"{_words(Grade)} A digest relays.", field(Source, "grade"), Grade.PRESS),
        one("source-title", "its title", "The page's own title.", field(Source, "title"), ""),
        one("source-date", "its date", f"{WHEN_FORMS.capitalize()}.", field(Source, "date"), ""),
        one("note", "note", "What a reader should know, if anything.", field(Deal, "note"), ""),
        one("id", "id of the deal", "Words and hyphens; made up if empty.", partial(_deal_id, registry), ""),
    )


def interview(
    registry: Registry,
    ask: Ask | None,
    tell: Tell,
    *,
    given: Mapping[str, str] | None = None,
    legs: Iterable[str] = (),
    parties: Iterable[str] = (),
    sources: Iterable[str] = (),
) -> Draft:
    """Make a draft from answers: those given, and for the others those that `ask` brings.

    `ask` gets a prompt and returns a line; `tell` gets what is wrong with it, or help after `?`.
    Without `ask` nothing is asked, and what may be left out is.
    `given` is by the names of `questions`.
    `legs` are further legs, `PAYER -> PAYEE: INSTRUMENT AMOUNT`, with `; term 2027..2031` and the like.
    `parties` are new ones, `NAME; CHINESE NAME; KIND; COUNTRY`, the last of which may be left out.
    `sources` are further ones: the name of a shared source, or
    `PUBLISHER; GRADE; ADDRESS OR PLACE; DATE; TITLE`, the last two of which may be left out.

    Raises:
        BadOption: something given will not do, or is missing and cannot be asked for.
    """
    return _Interview(registry, ask, tell, given or {}, parties).draft(legs, sources)


def find_party(registry: Registry, text: str) -> str:
    """Find a party's id by any of its names, or by the start of one that no other has.

    Raises:
        ValueError: nothing fits, or several do; the message says what is near.
    """
    wanted = text.strip().casefold()
    names = {
        key: {name.casefold() for name in (key, party.name, party.zh, party.ticker, *party.also) if name}
        for key, party in registry.parties.items()
    }
    for found in (
        [key for key, known in names.items() if wanted in known],
        [key for key, known in names.items() if any(name.startswith(wanted) for name in known)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"{text!r} fits {', '.join(found[:8])}")
    hint = did_you_mean(wanted, {name for known in names.values() for name in known})
    raise ValueError(f"no party {text!r}" + (f"; {hint}" if hint else ""))


class _Interview:
    """What was given, the questions about the rest, and the parties added on the way."""

    def __init__(
        self,
        registry: Registry,
        ask: Ask | None,
        tell: Tell,
        given: Mapping[str, str],
        parties: Iterable[str],
    ) -> None:
        self._registry = registry
        self._ask = ask
        self._tell = tell
        self._given = given
        self._parties = {party.id: party for party in _all_parsed("party", parties, self._new_party)}
        self._questions = {question.name: question for question in questions(registry, self._party)}
        for name, text in given.items():
            if name not in self._questions:
                raise BadOption(name, text, f"it is none of {', '.join(self._questions)}")

    def draft(self, legs: Iterable[str], sources: Iterable[str]) -> Draft:
        """Go through all questions."""
        first = NewLeg(*map(self._answer, ("from", "to", "instrument", "amount", "basis", "certainty")))
        first = replace(first, condition=self._condition(first), term=self._answer("term"))
        all_legs = (first, *_all_parsed("leg", legs, self._leg), *self._further_legs())
        title, zh, status, on, known = map(self._answer, ("title", "zh", "status", "on", "known"))
        source = self._source()
        further = (*_all_parsed("source", sources, self._source_at_once), *self._further_sources())
        used = {end for leg in all_legs for end in (leg.payer, leg.payee)}
        return Draft(
            title,
            all_legs,
            status,
            on,
            source,
            zh=zh,
            known=known,
            note=self._answer("note"),
            id=self._answer("id"),
            parties=tuple(party for party in self._parties.values() if party.id in used),
            further=further,
        )

    def _condition(self, leg: NewLeg) -> str:
        """Ask what a promise hangs on, if it hangs on something."""
        is_asked = leg.certainty != Certainty.FIRM or "condition" in self._given
        return self._answer("condition") if is_asked else ""

    def _source(self) -> NewSource | str:
        url = self._answer("url")
        shared = self._shared(url)
        if shared:
            return shared
        offline = "" if url else self._answer("offline")
        asked = ("publisher", "grade", "source-title", "source-date")
        publisher, grade, title, date = map(self._answer, asked)
        return NewSource(publisher, grade, url, title, date, offline)

    def _shared(self, place: str) -> str:
        """Name the shared source of a name or an address, or nothing."""
        shared = self._registry.sources
        names = [name for name, found in shared.items() if place and place in {name, found.url}]
        if names and place != names[0]:
            self._tell(f"this page is the shared source {names[0]!r} already")
        return names[0] if names else ""

    def _further_sources(self) -> Iterator[NewSource | str]:
        question = Question("source", "another source, if there is one", _SOURCE_HELP, "", self._source_text)
        while self._ask and (text := self._asked(question, self._ask)):
            shared = self._shared(text)
            if shared or ";" in text:
                yield shared or self._source_at_once(text)
                continue
            asked = ("publisher", "grade", "source-title", "source-date")
            publisher, grade, title, date = (self._asked(self._questions[name], self._ask) for name in asked)
            yield NewSource(publisher, grade, title=title, date=date, **_placed(text))

    def _source_text(self, text: str) -> str:
        if ";" in text:
            self._source_at_once(text)
        elif text not in self._registry.sources:
            self._check_place(text)
        return text

    def _source_at_once(self, text: str) -> NewSource | str:
        """Read a further source: the name of a shared one, or all that is to be said of a new one."""
        parts = [part.strip() for part in text.split(";")]
        if parts[0] in self._registry.sources and len(parts) == 1:
            return parts[0]
        if not 3 <= len(parts) <= 5:
            raise ValueError(f"{text!r} is no source. {_SOURCE_HELP}")
        publisher, grade, place, date, title = (*parts, "", "")[:5]
        for field, part in (("publisher", publisher), ("grade", grade), ("date", date), ("title", title)):
            if part or field in {"publisher", "grade"}:
                _checked(self._registry, Source, field, part)
        self._check_place(place)
        shared = self._shared(place)
        return shared or NewSource(publisher, grade, title=title, date=date, **_placed(place))

    def _check_place(self, place: str) -> None:
        for field, text in _placed(place).items():
            _checked(self._registry, Source, field, text)

    def _further_legs(self) -> Iterator[NewLeg]:
        question = Question("leg", "another leg, if there is one", _LEG_HELP, "", self._leg_text)
        while self._ask and (text := self._asked(question, self._ask)):
            yield self._leg(text)

    def _answer(self, name: str) -> str:
        question = self._questions[name]
        if name in self._given:
            (text,) = _all_parsed(name, [self._given[name]], question.parse)
            return text
        if self._ask:
            return self._asked(question, self._ask)
        if question.default is None:
            raise BadOption(name, "", f"this is needed: {question.prompt}")
        return question.default

    def _asked(self, question: Question, ask: Ask) -> str:
        """Ask until the answer will do."""
        shown = f" [{question.default}]" if question.default else ""
        while True:
            text = ask(f"{question.prompt}{shown}: ").strip()
            if text == "?":
                self._tell(question.help)
            elif text:
                try:
                    return question.parse(text)
                except ValueError as error:
                    self._tell(str(error))
            elif question.default is None:
                self._tell(f"this is needed. {question.help}")
            else:
                return question.default

    def _leg_text(self, text: str) -> str:
        self._leg(text)
        return text

    def _leg(self, text: str) -> NewLeg:
        promise, *terms = (part.strip() for part in text.split(";"))
        found = _LEG.fullmatch(promise)
        if not found:
            raise ValueError(f"{text!r} is no leg. {_LEG_HELP}")
        leg = NewLeg(
            self._party(found["payer"]),
            self._party(found["payee"]),
            _checked(self._registry, Leg, "instrument", found["instrument"]),
            _amount(self._registry, found["amount"] or "undisclosed"),
        )
        for term in terms:
            name, _, value = term.partition(" ")
            if name not in _LEG_TERMS:
                hint = did_you_mean(name, _LEG_TERMS) or f"write one of {', '.join(_LEG_TERMS)}"
                raise ValueError(f"{name!r} is none of what can be said of a leg here; {hint}")
            leg = replace(leg, **{name: _checked(self._registry, Leg, name, value.strip())})
        return leg

    def _party(self, text: str) -> str:
        """Find a party, among new ones too; `+NAME` adds one if it can be asked about."""
        name = text.removeprefix("+").strip()
        for party in self._parties.values():
            if name.casefold() in {party.id, party.name.casefold(), party.zh.casefold()}:
                return party.id
        if not text.startswith("+"):
            try:
                return find_party(self._registry, name)
            except ValueError as error:
                raise ValueError(f"{error} (+{name} adds it)" if self._ask else str(error)) from None
        if not self._ask:
            raise ValueError(f"a new party needs more than a name. {_NEW_PARTY}")
        field = partial(partial, _checked, self._registry, Party)
        zh = Question("zh", f"{name} in Chinese", "The English name, if none is in use.", name, field("zh"))
        kind = Question("kind", f"what {name} is", _words(PartyKind), None, field("kind"))
        added = _made(name, self._asked(zh, self._ask), self._asked(kind, self._ask))
        self._parties[added.id] = added
        return added.id

    def _new_party(self, text: str) -> NewParty:
        parts = [part.strip() for part in text.split(";")]
        if not 3 <= len(parts) <= 4:
            raise ValueError(f"{text!r} is no party. {_NEW_PARTY}")
        for field, part in zip(("name", "zh", "kind", "country"), parts, strict=False):
            _checked(self._registry, Party, field, part)
        return _made(*parts)


def _all_parsed(name: str, texts: Iterable[str], parse: Callable[[str], _Answer]) -> list[_Answer]:
    """Parse what was given on the command line.

    Raises:
        BadOption: something will not do.
    """
    found = []
    for text in texts:
        try:
            found.append(parse(text))
        except ValueError as error:
            raise BadOption(name, text, str(error)) from None
    return found


def _placed(place: str) -> dict[str, str]:
    """Say whether a source is at an address or elsewhere."""
    return {"url" if re.match("https?:", place) else "offline": place}


def _made(name: str, zh: str, kind: str, country: str = "") -> NewParty:
    key = _slug(name)
    if not key:
        raise ValueError(f"{name!r} makes no id; write the name in Latin letters")
    return NewParty(key, name, zh, kind, country)


def _checked(registry: Registry, model: type[BaseModel], field: str, text: str) -> str:
    """Hold a text against the model's field.

    Raises:
        ValueError: it does not fit; the message says what would.
    """
    try:
        model.__pydantic_validator__.validate_assignment(
            model.model_construct(), field, text, context={"rates": by_day(registry.rates), "year_end": 0}
        )
    except ValidationError as error:
        row = error.errors(include_url=False)[0]
        remedy = row.get("ctx", {}).get("remedy")
        raise ValueError(f"{row['msg']}; {remedy}" if remedy else row["msg"]) from None
    return text


def _amount(registry: Registry, text: str) -> str:
    """Read an amount, the dollar sign left out or not."""
    found = _BARE.fullmatch(text)
    return _checked(registry, Leg, "amount", f"{found['kind'] or ''}${found['bare']}" if found else text)


def _day(registry: Registry, field: str, text: str) -> str:
    _checked(registry, Event, field, text)
    if When.parse(text).first > registry.as_of.last:
        raise ValueError(
            f"{text} is after {registry.as_of}, up to which the registry is kept; raise 'as_of' first"
        )
    return text


def _url(registry: Registry, text: str) -> str:
    return text if text in registry.sources else _checked(registry, Source, "url", text)


def _deal_id(registry: Registry, text: str) -> str:
    if not re.fullmatch(ID_PATTERN, text):
        raise ValueError(f"{text!r} is no id; write lower-case letters, digits and single hyphens")
    if text in registry.deals:
        raise ValueError(f"{text!r} is a deal already; write another id, or none")
    return text


def _words(kind: type[StrEnum]) -> str:
    return f"One of {', '.join(kind)}."
