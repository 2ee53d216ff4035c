"""The web: a registry under a convention, with every analysis as a method."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from aiweb.errors import AmbiguousName, UnknownName
from aiweb.graph import (
    FIRST_YEAR,
    LAST_YEAR,
    Convention,
    DealGraph,
    DealState,
    Preset,
    convention,
)
from aiweb.model import Deal, Party, Registry
from aiweb.registry.load import load as load_registry
from aiweb.registry.shipped import near, shipped

if TYPE_CHECKING:
    import networkx as nx

    from aiweb.analysis.chances import Chances
    from aiweb.analysis.circulation import Circulation
    from aiweb.analysis.demand import OutsideDemand
    from aiweb.analysis.dependency import Dependency
    from aiweb.analysis.exposure import Exposure
    from aiweb.analysis.funding import FundingGap
    from aiweb.analysis.loops import Loops
    from aiweb.analysis.missing import Missing
    from aiweb.analysis.ownership import Ownership
    from aiweb.analysis.panel import Panel
    from aiweb.analysis.paths import Paths
    from aiweb.analysis.selffunded import SelfFunded
    from aiweb.analysis.stress import Damage, Reverse, Stress, Tipping
    from aiweb.registry.whatif import Head
    from aiweb.trace import Trace

Costly: TypeAlias = Fraction | float | tuple[Fraction | float, Fraction | float]


def load(path: str | Path | None = None) -> Web:
    """Load a registry, the shipped one by default, as of its own date under `contracted`, cash.

    Raises:
        FileError: the file cannot be read.
        RegistryError: the file has problems; `problems` holds all of them.
    """
    registry = load_registry(near(path if path is not None else shipped()))
    return Web(DealGraph(registry, convention(registry)))


class Web:
    """A registry under a convention. Read-only: `as_of`, `under` and `considering` give another."""

    def __init__(self, graph: DealGraph) -> None:
        self.graph = graph

    def __repr__(self) -> str:
        registry = self.registry
        return f"<Web of {len(registry.parties)} parties and {len(registry.deals)} deals, {self.convention}>"

    def _repr_html_(self) -> str:
        """Show the page in a notebook, inside a frame of its own."""
        from html import escape

        page = escape(self.html(), quote=True)
        return f'<iframe srcdoc="{page}" width="100%" height="720" style="border:0"></iframe>'

    @property
    def registry(self) -> Registry:
        """The registry itself."""
        return self.graph.registry

    @property
    def convention(self) -> Convention:
        """Which legs count, on which day."""
        return self.graph.convention

    @cached_property
    def nx(self) -> nx.MultiDiGraph[Any]:
        """The counted legs as a frozen networkx graph."""
        return self.graph.nx

    def as_of(self, day: str | date) -> Web:
        """Give the web as it was known on a day.

        Raises:
            BadOption: `day` is no date.
        """
        found = convention(self.registry, day)
        return self._with(as_of=found.as_of)

    def under(self, preset: str) -> Web:
        """Give the web under `headline`, `contracted`, `firm` or `paid`.

        Raises:
            BadOption: `preset` is none of them.
        """
        found = convention(self.registry, preset=preset)
        return self._with(preset=found.preset)

    def considering(self, consideration: str) -> Web:
        """Give the web with `cash` only, or with `all`: warrants and gifts in kind as well.

        Raises:
            BadOption: `consideration` is neither.
        """
        found = convention(self.registry, consideration=consideration)
        return self._with(consideration=found.consideration)

    def without(self, *names: str) -> Web:
        """Give the web without some parties, deals or legs, by any of their names; more than before.

        Raises:
            UnknownName: a name fits nothing.
            AmbiguousName: a name fits several.
        """
        left_out = {*self.convention.without, *(self._found(name) for name in names)}
        return self._with(without=convention(self.registry, without=left_out).without)

    def within(self, since: int | None = None, until: int | None = None) -> Web:
        """Give the web of some calendar years, both included: of every leg only what falls in them.

        Raises:
            BadOption: the years run backwards.
        """
        years = (since if since is not None else FIRST_YEAR, until if until is not None else LAST_YEAR)
        return self._with(years=convention(self.registry, years=years).years)

    def what_if(self, *names: str | Path) -> Web:
        """Give the web under what-ifs: shipped ones by name, or files; more than before, in this order.

        Raises:
            FileError: there is no such what-if, or the file cannot be read.
            RegistryError: a what-if has problems, or two of them do not go together.
        """
        from aiweb.whatif import apply, load

        registry = apply(self.registry, *(load(name, self.registry) for name in names))
        return Web(DealGraph(registry, self.convention))

    def whatifs(self) -> tuple[Head, ...]:
        """List the what-ifs that ship with the package: name, titles, what each says, version, day."""
        from aiweb.registry.whatif import heads

        return heads()

    def find_party(self, name: str) -> str:
        """Find a party's id from its id, name, ticker, Chinese name or the start of one.

        Raises:
            UnknownName: nothing fits.
            AmbiguousName: several do.
        """
        found = self._parties_named(name)
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousName(name, found)
        raise UnknownName("party", name, self._known_names())

    def find_deal(self, name: str) -> str:
        """Find a deal's id from its id, a leg's id, or words of its id, title or parties.

        Raises:
            UnknownName: nothing fits.
            AmbiguousName: several do.
        """
        found = self._deals_named(name)
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousName(name, found)
        raise UnknownName("deal", name, self.registry.deals)

    def look_up(self, name: str) -> tuple[str, list[str]]:
        """Find a party, a market series, or deals: `("party", [id])`, `("series", [id])`, `("deal", ids)`.

        Raises:
            UnknownName: nothing fits.
            AmbiguousName: several parties do.
        """
        parties = self._parties_named(name)
        if len(parties) == 1:
            return "party", parties
        if parties:
            raise AmbiguousName(name, parties)
        wanted = name.casefold().strip()
        for key, series in self.registry.series.items():
            if wanted in {key, series.name.casefold(), series.zh.casefold()}:
                return "series", [key]
        deals = self._deals_named(name)
        if deals:
            return "deal", deals
        known = {*self._known_names(), *self.registry.deals, *self.registry.series}
        raise UnknownName("party, deal or series", name, known)

    def party(self, name: str) -> Party:
        """Give a party by any of its names."""
        return self.registry.parties[self.find_party(name)]

    def deal(self, name: str) -> Deal:
        """Give a deal by its id or words of its title."""
        return self.registry.deals[self.find_deal(name)]

    def state(self, name: str) -> DealState | None:
        """Say how a deal stands on the day; nothing if it was not known yet."""
        return self.graph.deals.get(self.find_deal(name))

    def loops(
        self,
        party: str | None = None,
        *,
        through: Iterable[str] = (),
        top: int = 20,
        max_length: int = 6,
        kind: str = "funding",
        level: str = "parties",
    ) -> Loops:
        """List the largest loops, through a party or several. See `aiweb.analysis.loops`."""
        from aiweb.analysis.loops import loops

        wanted = [self.find_party(name) for name in (*([party] if party is not None else []), *through)]
        return loops(self.graph, through=wanted, top=top, max_length=max_length, kind=kind, level=level)

    def circulation(self) -> Circulation:
        """Measure how much of the money goes round. See `aiweb.analysis.circulation`."""
        from aiweb.analysis.circulation import circulation

        return circulation(self.graph)

    def circularity(
        self,
        *,
        shuffles: int | None = None,
        seed: int | None = None,
        since: int | None = None,
        until: int | None = None,
        years: bool = True,
    ) -> tuple[Panel, ...]:
        """Measure it, and every other index, under each convention side by side. See `aiweb.analysis.panel`.

        `shuffles` is the number of shuffled webs to compare with, 200 by default; `seed` draws others.
        With `since` and `until`, of every leg only what falls in those calendar years.

        Raises:
            BadOption: `shuffles` is below 0, or the years run backwards.
        """
        from aiweb.analysis.circulation import circulation
        from aiweb.analysis.panel import panel
        from aiweb.flows.shuffle import DRAWS, SEED

        web = self if since is None and until is None else self.within(since, until)
        return tuple(
            panel(
                web.graph.under(replace(web.convention, preset=preset)),
                circulation,
                draws=DRAWS if shuffles is None else shuffles,
                seed=SEED if seed is None else seed,
                years=years,
            )
            for preset in Preset
        )

    def exposure(self, party: str) -> Exposure:
        """Say how far a party hangs on the others. See `aiweb.analysis.exposure`."""
        from aiweb.analysis.exposure import exposure

        return exposure(self.graph, self.find_party(party))

    def dependency(self, party: str, *, at: str = "high") -> Dependency:
        """Say whom a party depends on and who depends on it. See `aiweb.analysis.dependency`."""
        from aiweb.analysis.dependency import dependency

        return dependency(self.graph, self.find_party(party), at=at)

    def ownership(self, party: str | None = None) -> Ownership:
        """Say who owns how much of whom, directly and through others. See `aiweb.analysis.ownership`."""
        from aiweb.analysis.ownership import ownership

        return ownership(self.graph, self.find_party(party) if party is not None else None)

    def selffunded(self, supplier: str) -> SelfFunded:
        """Say what of a supplier's sales can be paid with its own money. See `aiweb.analysis.selffunded`."""
        from aiweb.analysis.selffunded import selffunded

        return selffunded(self.graph, self.find_party(supplier))

    def suppliers(self) -> tuple[SelfFunded, ...]:
        """Say the same of all who sell and put money in, the one with most that can come back first."""
        from aiweb.analysis.selffunded import suppliers

        return suppliers(self.graph)

    def demand(self, party: str | None = None) -> OutsideDemand:
        """Say what parties on loops sell to others, over what inside. See `aiweb.analysis.demand`."""
        from aiweb.analysis.demand import demand

        return demand(self.graph, self.find_party(party) if party is not None else None)

    def funding(
        self,
        party: str,
        *,
        since: int | None = None,
        until: int | None = None,
        minimum: int = 0,
        hold: bool = False,
        opening: int | None = None,
    ) -> FundingGap:
        """Set a party's sources against its uses by year. See `aiweb.analysis.funding`.

        `hold` and `opening` are assumptions, of flows beyond those published and of unpublished cash.
        """
        from aiweb.analysis.funding import funding

        return funding(
            self.graph,
            self.find_party(party),
            since=since,
            until=until,
            minimum=minimum,
            hold=hold,
            opening=opening,
        )

    def gaps(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        minimum: int = 0,
        hold: bool = False,
        opening: int | None = None,
    ) -> tuple[FundingGap, ...]:
        """Do the same for every party, those whose paths reach furthest first."""
        from aiweb.analysis.funding import gaps

        return gaps(self.graph, since=since, until=until, minimum=minimum, hold=hold, opening=opening)

    def chances(
        self,
        party: str,
        *,
        since: int | None = None,
        until: int | None = None,
        minimum: int = 0,
        hold: bool = False,
        opening: int | None = None,
        draws: int | None = None,
        seed: int | None = None,
        probability: Fraction | None = None,
    ) -> Chances:
        """Draw the amounts of a party's gap from their ranges. See `aiweb.analysis.chances`.

        `draws` is 10,000 by default; `probability` is that with which a leg that is not contractual is kept.

        Raises:
            BadOption: the draws, the seed or the probability make no sense.
        """
        from aiweb.analysis.chances import DRAWS, chances
        from aiweb.flows.shuffle import SEED

        found = self.funding(party, since=since, until=until, minimum=minimum, hold=hold, opening=opening)
        return chances(
            found,
            draws=DRAWS if draws is None else draws,
            seed=SEED if seed is None else seed,
            probability=probability,
        )

    def stress(
        self,
        party: str | None = None,
        *,
        part: Fraction | float = 1,
        rule: str = "proportion",
        costs: Costly = 0,
        ranked: bool = True,
        rounds: int | None = None,
        valuation: str = "clearing",
    ) -> Stress:
        """Say who can pay what falls due, by itself or if a party does not. See `aiweb.analysis.stress`.

        `part` is the part of what it owes that `party` leaves unpaid, `costs` what failing costs.
        That is the part of its cash and of its receipts that a party loses by it, or the two apart.
        `ranked` pays what is secured first; `rounds` bounds every iteration; `valuation` says what claims are
        worth beside: clearing, eisenberg-noe, furfine, linear or debtrank.

        Raises:
            BadOption: a part, the rule, the valuation or the convention makes no sense here.
            NoConvergence: guarantees do not settle; of cuts, shares and values when they are asked for.
        """
        from aiweb.analysis.ownership import ownership
        from aiweb.analysis.stress import stress

        chosen = self.find_party(party) if party is not None else None
        return stress(
            self.graph,
            chosen,
            part=Fraction(part),
            rule=rule,
            costs=_both(costs),
            ranked=ranked,
            rounds=rounds,
            owned=ownership(self.graph),
            valuation=valuation,
        )

    def stresses(
        self,
        *,
        rule: str = "proportion",
        costs: Costly = 0,
        ranked: bool = True,
        rounds: int | None = None,
    ) -> tuple[Damage, ...]:
        """Let every party that owes something fail in turn, the most damage first."""
        from aiweb.analysis.stress import stresses

        return stresses(self.graph, rule=rule, costs=_both(costs), ranked=ranked, rounds=rounds)

    def tipping(
        self,
        party: str | None = None,
        *,
        rule: str = "proportion",
        costs: Costly = 0,
        ranked: bool = True,
    ) -> tuple[Tipping, ...]:
        """Find the least that a party, or each, must leave unpaid until a lender, lab or cloud fails."""
        from aiweb.analysis.stress import tipping

        chosen = self.find_party(party) if party is not None else None
        return tipping(self.graph, chosen, rule=rule, costs=_both(costs), ranked=ranked)

    def reverse(
        self,
        shock: str,
        kind: str | None = None,
        *,
        rule: str = "proportion",
        costs: Costly = 0,
        ranked: bool = True,
    ) -> Reverse:
        """Find the least common shock until a lender, a cloud and a lab fail: payments, revenue or rates.

        `kind` says whose payments or revenue fall short, labs unless it is given, or whose loans cost more.
        """
        from aiweb.analysis.stress import reverse

        return reverse(self.graph, shock, kind, rule=rule, costs=_both(costs), ranked=ranked)

    def path(self, start: str, end: str, *, top: int = 10, max_length: int = 4) -> Paths:
        """Say how money gets from one party to another. See `aiweb.analysis.paths`."""
        from aiweb.analysis.paths import paths

        return paths(self.graph, self.find_party(start), self.find_party(end), top=top, max_length=max_length)

    def missing(
        self,
        party: str | None = None,
        *,
        through: bool = False,
        top: int = 10,
        max_length: int = 6,
        size: int | None = None,
        any_role: bool = False,
    ) -> Missing:
        """Find the deals that do not exist and would matter most. See `aiweb.analysis.missing`."""
        from aiweb.analysis.missing import missing

        return missing(
            self.graph,
            party=self.find_party(party) if party is not None else None,
            through=through,
            top=top,
            max_length=max_length,
            size=size,
            any_role=any_role,
        )

    def explain(self, word: str, *words: str, hold: bool = False, opening: int | None = None) -> Trace:
        """Say how a result came about: `explain("loop", "1")`, `explain("gap", "openai", "2027")`.

        The words are those of `aiweb.explaining`; every result has the same as `.explain()`.
        `hold` and `opening` are the assumptions of a gap.

        Raises:
            BadOption: there is no such word, or what follows does not fit.
        """
        from aiweb.explaining import explain

        return explain(self, word, *words, hold=hold, opening=opening)

    def html(self) -> str:
        """Give the page: one self-contained HTML text."""
        from aiweb.views.explorer import page

        return page(self.registry)

    def render(self, path: str | Path = "aiweb.html") -> Path:
        """Write the page to a file and say where.

        Raises:
            FileError: the file cannot be written.
        """
        from aiweb.views.files import write

        return write(path, self.html())

    def _with(self, **changes: Any) -> Web:  # noqa: ANN401 - dataclasses.replace takes any field
        return Web(self.graph.under(replace(self.convention, **changes)))

    def _found(self, name: str) -> str:
        """Find the one party, deal or leg that a name fits."""
        legs = [leg for leg, _, _ in self.registry.legs()]
        if name in legs:
            return name
        if "/" in name:
            raise UnknownName("leg", name, legs)
        kind, ids = self.look_up(name)
        if kind == "series":
            raise UnknownName("party, deal or leg", name, {*self._known_names(), *self.registry.deals})
        if len(ids) > 1:
            raise AmbiguousName(name, ids)
        return ids[0]

    def _known_names(self) -> set[str]:
        parties = self.registry.parties
        return {*parties, *(known for party in parties.values() for known in _names(party))}

    def _parties_named(self, name: str) -> list[str]:
        wanted = name.casefold().strip()
        parties = self.registry.parties
        if wanted in parties:
            return [wanted]
        exact = [key for key in parties if wanted in {n.casefold() for n in _names(parties[key])}]
        if exact:
            return sorted(exact)
        return sorted(
            key
            for key in parties
            if wanted and any(n.casefold().startswith(wanted) for n in (key, *_names(parties[key])))
        )

    def _deals_named(self, name: str) -> list[str]:
        deals = self.registry.deals
        wanted = name.casefold().strip().partition("/")[0]
        if wanted in deals:
            return [wanted]
        words = re.findall(r"\w+", name.casefold())
        if not words:
            return []
        by_id = [key for key in deals if all(word in key for word in words)]
        return sorted(by_id or [key for key in deals if all(word in self._words(key) for word in words)])

    def _words(self, deal_id: str) -> str:
        deal = self.registry.deals[deal_id]
        names = [
            known
            for leg in deal.legs
            for end in (leg.payer, leg.payee)
            for known in _names(self.registry.parties[end])
        ]
        return " ".join([deal_id.replace("-", " "), deal.title, deal.zh or "", *names]).casefold()


def _both(costs: Costly) -> tuple[Fraction, Fraction]:
    """Read one part of cash and of receipts, or the two apart."""
    cash, receipts = costs if isinstance(costs, tuple) else (costs, costs)
    return Fraction(cash), Fraction(receipts)


def _names(party: Party) -> tuple[str, ...]:
    return tuple(filter(None, (party.name, party.zh, party.ticker, *party.also)))
