"""What can be explained, by word: each names a result and gives its trace.

To add one: a function from a `Web` and words to a `Trace`, and a line in `EXPLAINED`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aiweb.errors import BadOption, did_you_mean
from aiweb.trace import Steps, Trace

if TYPE_CHECKING:
    from aiweb.web import Web


@dataclass(frozen=True, slots=True)
class Explained:
    """A word of `explain`: what may follow it, and the function that answers.

    `follows` lists the further words; those in brackets may be left out.
    `assumes` says that the answer takes `hold` and `opening` too.
    """

    follows: str
    says: str
    answer: Callable[..., Trace]
    assumes: bool = False

    def takes(self, count: int) -> bool:
        """Whether so many words may follow."""
        names = self.follows.split()
        return sum(not name.startswith("[") for name in names) <= count <= len(names)


def explain(web: Web, word: str, *words: str, hold: bool = False, opening: int | None = None) -> Trace:
    """Give the trace of what `word` names.

    `hold` and `opening` are the assumptions of a gap, as `Web.funding` takes them.

    Raises:
        BadOption: there is no such word, what follows does not fit, or an assumption is made of no gap.
    """
    if word not in EXPLAINED:
        hint = did_you_mean(word, EXPLAINED) or f"write one of {', '.join(EXPLAINED)}"
        raise BadOption("explain", word, hint)
    found = EXPLAINED[word]
    if not found.takes(len(words)):
        raise BadOption("explain", " ".join((word, *words)), f"write {usage(word)}")
    assumed: dict[str, object] = {"hold": True} if hold else {}
    assumed |= {"opening": opening} if opening is not None else {}
    if assumed and not found.assumes:
        asked = ", ".join(f"--{name}" for name in assumed)
        takes = " or ".join(name for name, row in EXPLAINED.items() if row.assumes)
        raise BadOption(
            "explain", " ".join((word, *words)), f"{asked} is of a gap; explain {takes}, or leave it out"
        )
    return found.answer(web, *words, **assumed)


def usage(word: str) -> str:
    """Say what is written after `explain`.

    >>> usage("path")
    'path FROM TO'
    """
    return f"{word} {EXPLAINED[word].follows}".rstrip()


def _circularity(web: Web) -> Trace:
    from aiweb.analysis.circulation import circulation
    from aiweb.analysis.panel import panel

    return panel(web.graph, circulation, years=False).explain()


def _circulation(web: Web) -> Trace:
    return web.circulation().explain()


def _loop(web: Web, number: str, party: str | None = None) -> Trace:
    rank = _number("loop", number)
    return web.loops(party, top=max(20, rank)).explain(rank)


def _path(web: Web, start: str, end: str) -> Trace:
    return web.path(start, end).explain()


def _exposure(web: Web, party: str, other: str | None = None) -> Trace:
    found = web.exposure(party)
    return found.explain() if other is None else _between(web, found.party, web.find_party(other))


def _between(web: Web, party: str, other: str) -> Trace:
    """Explain what two parties pay each other, its share, and what of the one's receipts passed the other."""
    from aiweb.analysis.dependency import dependency

    found = web.exposure(party)
    steps = Steps(f"Exposure of {party} to {other}", found.convention, found.digest)
    for name, direction, whole in (("receives", "in", found.money_in), ("pays", "out", found.money_out)):
        for row in found.counterparties:
            if (row.direction, row.party) != (direction, other):
                continue
            legs = [steps.given(leg, found.amounts[leg], legs=(leg,)) for leg in row.legs]
            amount = steps.total(f"{party} {name}, {other}", *legs, expect=row.amount, name=name)
            upper = steps.upper("its upper bound", amount)
            in_all = steps.upper(f"all that {party} {name}, upper bound", steps.given("in all", whole))
            steps.quotient("as a part of it", upper, in_all, expect=row.share, name=f"share {direction}")
    for of, on in ((party, other), (other, party)):
        rows = dependency(web.graph, of)
        only = replace(rows, on=tuple(row for row in rows.on if row.on == on), by=())
        steps.include(only.explain())
    trace = steps.trace()
    if not trace.steps:
        steps.note(
            f"no leg between {party} and {other} counts, and nothing of the one can have passed the other"
        )
    return steps.trace()


def _gap(
    web: Web, party: str, year: str | None = None, *, hold: bool = False, opening: int | None = None
) -> Trace:
    until = _number("gap", year) if year is not None else None
    return web.funding(party, until=until, hold=hold, opening=opening).explain()


def _chances(
    web: Web, party: str, draws: str | None = None, *, hold: bool = False, opening: int | None = None
) -> Trace:
    count = _number("chances", draws) if draws is not None else None
    return web.chances(party, draws=count, hold=hold, opening=opening).explain()


def _deal(web: Web, name: str) -> Trace:
    from aiweb.analysis.deals import amount

    return amount(web.graph, web.find_deal(name)).explain()


def _missing(web: Web, *words: str) -> Trace:
    """Explain a row: `missing 2`, `missing gains 1`, `missing by_value 1 arm`."""
    kinds = [word for word in words if word in _TABLES]
    numbers = [word for word in words if word.isdecimal()]
    names = [word for word in words if word not in {*kinds, *numbers}]
    if max(len(kinds), len(numbers), len(names)) > 1:
        raise BadOption("explain", " ".join(("missing", *words)), f"write {usage('missing')}")
    rank = _number("missing", numbers[0] if numbers else "1")
    found = web.missing(names[0] if names else None, top=max(10, rank))
    return found.explain(rank, kinds[0] if kinds else "loops")


def _self_funded(web: Web, supplier: str) -> Trace:
    return web.selffunded(supplier).explain()


def _stress(web: Web, party: str | None = None) -> Trace:
    return web.stress(party).explain()


def _demand(web: Web, party: str | None = None) -> Trace:
    return web.demand(party).explain()


def _dependency(web: Web, party: str) -> Trace:
    from aiweb.analysis.dependency import dependency

    return dependency(web.graph, web.find_party(party)).explain()


def _ownership(web: Web, party: str | None = None) -> Trace:
    from aiweb.analysis.ownership import ownership

    return ownership(web.graph, web.find_party(party) if party is not None else None).explain()


def _number(word: str, text: str) -> int:
    if not text.isdecimal():
        raise BadOption(word, text, f"write {usage(word)}, with a whole number")
    return int(text)


_TABLES: Final = ("loops", "by_value", "unpriced", "gains", "around", "deals", "parties")
EXPLAINED: Final[Mapping[str, Explained]] = {
    "chances": Explained(
        "PARTY [DRAWS]", "a gap whose amounts are drawn from their ranges", _chances, assumes=True
    ),
    "circularity": Explained("", "every index of the panel, under one convention", _circularity),
    "circulation": Explained("", "gross, circular, net internal debt and the ladder", _circulation),
    "deal": Explained("DEAL", "what a deal comes to, and what counts of it", _deal),
    "demand": Explained("[PARTY]", "what parties on loops sell to others", _demand),
    "dependency": Explained("PARTY", "whom a party depends on, and who on it", _dependency),
    "exposure": Explained("PARTY [COUNTERPARTY]", "what a party receives, pays and gets back", _exposure),
    "gap": Explained("PARTY [YEAR]", "cash and shortfall, year by year", _gap, assumes=True),
    "loop": Explained("NUMBER [PARTY]", "a loop, by its number in `loops`", _loop),
    "missing": Explained("[TABLE] [NUMBER] [PARTY]", "a row of `missing`", _missing),
    "ownership": Explained("[PARTY]", "who owns how much of whom", _ownership),
    "path": Explained("FROM TO", "how much can get from one party to another", _path),
    "selffunded": Explained("SUPPLIER", "sales that a supplier can have paid for itself", _self_funded),
    "stress": Explained("[PARTY]", "what falls due, and who is not paid", _stress),
}
