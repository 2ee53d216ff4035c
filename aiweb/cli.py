"""The `aiweb` command: one command a question, the same verbs as in Python.

Data goes to standard output, words to standard error.
Exit codes: 0 fine, 1 findings, 2 wrong usage, 3 a file or the environment.
"""

import inspect
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from fractions import Fraction

    from aiweb.errors import AiwebError, Problem
    from aiweb.graph import DealState
    from aiweb.model import Registry
    from aiweb.views.reports import Numbers
    from aiweb.views.tables import Report
    from aiweb.web import Web

_FIRST: Final = 2000
_LAST: Final = 2100
FINDINGS: Final = 1
USAGE: Final = 2
ENVIRONMENT: Final = 3

app = typer.Typer(
    name="aiweb",
    epilog="Not investment advice. Every number names its convention, its day and the legs behind it.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MD = "md"


class CheckFormat(StrEnum):
    """How problems are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked for before the name of the command; a command's own options win."""

    registry: Path | None = None
    as_of: str | None = None
    under: str | None = None
    consideration: str | None = None
    form: Format | None = None


RegistryOption = Annotated[
    Path | None,
    typer.Option(
        "--registry", "-r", metavar="FILE", help="Registry file or folder; default the shipped one."
    ),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Day to look at; default the registry's own.")
]
Under = Annotated[
    str | None,
    typer.Option("--under", metavar="CONVENTION", help="headline, contracted (default), firm or paid."),
]
Considering = Annotated[
    str | None,
    typer.Option("--consideration", metavar="WHAT", help="cash (default), or all: warrants and in kind too."),
]
Form = Annotated[Format | None, typer.Option("--format", "-f", help="How to write it; default text.")]
TableName = Annotated[
    str | None,
    typer.Option("--table", metavar="NAME", help="With --format csv: which table; default the first."),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without", metavar="NAME", help="Leave out this party, deal or leg; may be given several times."
    ),
]
Since = Annotated[
    int | None,
    typer.Option(
        "--from", metavar="YEAR", min=_FIRST, max=_LAST, help="Count only what falls in this year or later."
    ),
]
Until = Annotated[
    int | None,
    typer.Option(
        "--to", metavar="YEAR", min=_FIRST, max=_LAST, help="Count only what falls in this year or earlier."
    ),
]
WhatIfs = Annotated[
    list[str] | None,
    typer.Option(
        "--what-if",
        metavar="NAME",
        help="Under this what-if, a shipped one or a file; may be given several times.",
    ),
]
Changes = Annotated[
    bool | None, typer.Option("--changes", help="With --what-if: only what it changes, before and after.")
]
PartyName = Annotated[str, typer.Argument(metavar="PARTY", help="Id, name, ticker or Chinese name.")]
Top = Annotated[int, typer.Option("--top", metavar="N", min=1, help="How many to list.")]
MaxLength = Annotated[int, typer.Option("--max-length", metavar="K", min=1, help="At most this many hops.")]
Hold = Annotated[
    bool, typer.Option("--hold", help="Assume: beyond the published cash flows the last one is held.")
]
OpeningCash = Annotated[
    str | None,
    typer.Option("--opening", metavar="AMOUNT", help="Assume: so much cash if no balance is published."),
]

_COMMON: Final = {
    "registry": RegistryOption,
    "as_of": AsOf,
    "under": Under,
    "consideration": Considering,
    "without": Without,
    "since": Since,
    "until": Until,
    "what_if": WhatIfs,
    "changes": Changes,
    "form": Form,
    "table": TableName,
}
_NO_WINDOW: Final = ("since", "until")


def main() -> None:
    """Run the command; what aiweb refuses becomes a message and an exit code."""
    from aiweb.errors import AiwebError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Strict is for neither: a path may hold bytes that are no UTF-8.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except AiwebError as error:
        _fail(error)


def _fail(error: "AiwebError") -> NoReturn:
    from aiweb.errors import FileError, NoConvergence, RegistryError

    if isinstance(error, RegistryError):
        from aiweb.views import problems

        typer.echo(problems.text(error.problems), err=True, nl=False)
        typer.echo(f"{_problems(len(error.problems))}; nothing was read or written", err=True)
        raise SystemExit(FINDINGS)
    typer.echo(f"aiweb: {error}", err=True)
    if isinstance(error, FileError | NoConvergence):
        raise SystemExit(ENVIRONMENT)
    raise SystemExit(USAGE)


def _version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        from aiweb.errors import FileError

        try:
            typer.echo(f"aiweb {version('aiweb')}")
        except PackageNotFoundError:
            raise FileError("aiweb", "not installed, so its version is not known") from None
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    registry: RegistryOption = None,
    as_of: AsOf = None,
    under: Under = None,
    consideration: Considering = None,
    form: Form = None,
    version: Annotated[bool, typer.Option("--version", help="Say the version and stop.")] = False,
) -> None:
    """Who funds whom in AI, and how much of it is the same money going round."""
    _version(wanted=version)
    context.obj = Settings(registry, as_of, under, consideration, form)
    _all_taken(context, context.obj)
    if context.invoked_subcommand is None:
        from aiweb.views import reports

        web = _web(context)
        report = reports.summary(web.graph, web.circulation(), web.loops(top=5))
        _emit(context, report, None)


def asks(*without: str) -> "Callable[[Callable[..., Report]], Callable[..., None]]":
    """Make a command of a function from a web and its own options to a report.

    The options that every question has are added, but for those in `without`.
    """
    common = {name: option for name, option in _COMMON.items() if name not in without}

    def make(function: "Callable[..., Report]") -> Callable[..., None]:
        @wraps(function)
        def command(context: typer.Context, **options: object) -> None:
            asked = {name: options.pop(name) for name in common}
            form, table = asked.pop("form"), asked.pop("table")
            changes = _wants_changes(asked)
            web = _web(context, **asked)  # type: ignore[arg-type]  # typer has typed them
            report = function(web, **options)
            if changes:
                from aiweb.views import reports

                before = _web(context, **{**asked, "what_if": None})  # type: ignore[arg-type]  # as above
                report = reports.compared(function(before, **options), report)
            if web.convention.years is not None:
                from aiweb.views import reports

                report = reports.with_undated(report, web.graph)
            _emit(context, report, form, table)  # type: ignore[arg-type]

        own = list(inspect.signature(function).parameters.values())[1:]
        kind = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            inspect.Parameter("context", kind, annotation=typer.Context),
            *(parameter.replace(kind=kind) for parameter in own),
            *(inspect.Parameter(name, kind, default=None, annotation=common[name]) for name in common),
        ]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        del command.__wrapped__
        return command

    return make


@app.command()
def check(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Registry files; default the shipped one."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on advice as well as on rules.")] = False,
    statistics: Annotated[bool, typer.Option("--stats", help="Count what the registry holds.")] = False,
    links: Annotated[
        bool,
        typer.Option(
            "--links",
            help="Ask for every page that is cited, politely; takes long. "
            "A page that is gone fails, one whose server does not answer does not.",
        ),
    ] = False,
    form: Annotated[
        CheckFormat | None, typer.Option("--format", "-f", help="How to write problems; default text.")
    ] = None,
    registry: RegistryOption = None,
) -> None:
    """Find every problem of a registry, with its place and its remedy."""
    from aiweb.registry.advice import advise
    from aiweb.registry.load import read
    from aiweb.views import problems

    chosen = form or context.obj.form or CheckFormat.TEXT
    _one_of("format", str(chosen), set(CheckFormat))
    paths = list(files or ()) or [registry or context.obj.registry or _shipped()]
    found: list[Problem] = []
    counts: dict[str, int] = {}
    pages: Counter[str] = Counter()
    for path in paths:
        reading = read(path)
        found += reading.problems
        if reading.registry is not None:
            found += advise(reading.registry)
            if links:
                pages += _links(reading.registry, aside=chosen != CheckFormat.TEXT)
            for name, count in problems.stats(reading.registry).items():
                counts[name] = counts.get(name, 0) + count
    if chosen == CheckFormat.JSON:
        _write(problems.to_json(found, stats=counts))
    elif chosen == CheckFormat.GITHUB:
        _write(problems.github(found))
    else:
        listed = counts.items() if statistics else ()
        _write(problems.text(found))
        _write("".join(f"{count:6}  {name.replace('_', ' ')}\n" for name, count in listed))
    names = ", ".join(str(path) for path in paths)
    errors = sum(1 for problem in found if problem.severity == "error")
    advice = _counted(len(found) - errors, "piece of advice", "pieces of advice")
    typer.echo(f"{names}: {_problems(errors)}, {advice}", err=True)
    if links:
        counted = ", ".join(f"{pages[state]} {state}" for state in ("alive", "gone", "unsure", "unreachable"))
        typer.echo(f"{_counted(pages.total(), 'page', 'pages')}: {counted}", err=True)
    if errors or pages["gone"] or (strict and found):
        raise typer.Exit(FINDINGS)


@app.command()
@asks("without", *_NO_WINDOW)
def show(
    web: "Web",
    name: Annotated[
        list[str],
        typer.Argument(metavar="NAME", help="A party, deal or market series, by any of its names."),
    ],
) -> "Report":
    """Show a party, a deal or a market series: legs, life, figures, sources, and lines in the file."""
    from aiweb.views import reports

    kind, ids = web.look_up(" ".join(name))
    if kind == "party":
        report = reports.party(web.graph, ids[0])
    elif kind == "series":
        report = reports.series(web.graph, ids[0])
    elif len(ids) == 1:
        report = reports.deal(web.graph, ids[0])
    else:
        known = [web.graph.deals[key] for key in ids if key in web.graph.deals]
        report = reports.deals(web.graph, known)
        later = len(ids) - len(known)
        unknown = f", {later} of them not yet known on this day" if later else ""
        typer.echo(f"{len(ids)} deals fit{unknown}; name one by its id", err=True)
    return report


@app.command()
@asks()
def parties(
    web: "Web",
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only parties of this kind, such as lab.")
    ] = None,
    sort: Annotated[str, typer.Option("--sort", help="name, receives, pays or deals.")] = "name",
) -> "Report":
    """List parties with what they receive and pay."""
    from dataclasses import replace

    from aiweb.model import PartyKind
    from aiweb.views import reports, tables

    _one_of("kind", kind, set(PartyKind))
    _one_of("sort", sort, {"name", "receives", "pays", "deals"})
    chosen = sorted(name for name, party in web.registry.parties.items() if kind in {None, str(party.kind)})
    report = reports.parties(web.graph, chosen)
    listed = report.tables[0]
    index = [column.key for column in listed.columns].index(sort)
    rows = sorted(listed.rows, key=lambda row: _sort_key(row[index], row[0]))
    return replace(report, tables=(tables.Table(listed.key, listed.title, listed.columns, tuple(rows)),))


@app.command()
@asks("without", *_NO_WINDOW)
def deals(
    web: "Web",
    party: Annotated[
        str | None, typer.Argument(metavar="[PARTY]", help="Only deals this party is in.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only deals with this instrument.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Only deals in this state.")] = None,
    least: Annotated[
        str, typer.Option("--min", metavar="AMOUNT", help="Only deals of at least this, such as 10bn.")
    ] = "0",
    sort: Annotated[str, typer.Option("--sort", help="id, amount, since or status.")] = "id",
) -> "Report":
    """List deals as they stand on the day, whatever their status."""
    from aiweb.model import Instrument, Status
    from aiweb.views import reports

    _one_of("kind", kind, set(Instrument))
    _one_of("status", status, set(Status))
    _one_of("sort", sort, {"id", "amount", "since", "status"})
    floor = _dollars("min", least)
    through = web.find_party(party) if party else None

    def wanted(state: "DealState") -> bool:
        return (
            kind in {None, *(str(leg.instrument) for leg in state.legs)}
            and status in {None, str(state.status)}
            and state.amount.high >= floor
            and through in {None, *(end for leg in state.legs for end in (leg.payer, leg.payee))}
        )

    keys = {
        "id": lambda state: state.id,
        "amount": lambda state: (-state.amount.high, state.id),
        "since": lambda state: (state.since.order, state.id),
        "status": lambda state: (-state.status.level, state.status, state.id),
    }
    chosen = sorted(filter(wanted, web.graph.deals.values()), key=keys[sort])
    return reports.deals(web.graph, chosen)


@app.command()
@asks()
def path(
    web: "Web",
    start: Annotated[str, typer.Argument(metavar="FROM", help="The party the money comes from.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="The party it goes to.")],
    top: Top = 10,
    max_length: MaxLength = 4,
) -> "Report":
    """Say how money gets from one party to another, and how much."""
    from aiweb.views import reports

    found = web.path(start, end, top=top, max_length=max_length)
    return reports.path(web.graph, found)


@app.command()
@asks()
def loops(
    web: "Web",
    party: Annotated[
        str | None, typer.Argument(metavar="[PARTY]", help="Only loops through this party.")
    ] = None,
    through: Annotated[
        list[str] | None,
        typer.Option("--through", metavar="PARTY", help="The same; given several times, through them all."),
    ] = None,
    top: Top = 20,
    max_length: MaxLength = 6,
    kind: Annotated[
        str, typer.Option("--kind", help="funding: with a funding and a spending hop; or all.")
    ] = "funding",
    level: Annotated[
        str, typer.Option("--level", help="parties: deals between two added up; or deals: one deal a step.")
    ] = "parties",
) -> "Report":
    """List the largest loops, exactly, with the legs behind them."""
    from aiweb.views import reports

    found = web.loops(party, through=through or (), top=top, max_length=max_length, kind=kind, level=level)
    return reports.loops(web.graph, found)


@app.command()
@asks("under")
def circularity(
    web: "Web",
    shuffles: Annotated[
        int, typer.Option("--shuffles", metavar="N", min=0, help="How many shuffled webs to compare with.")
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the shuffles.")] = 1,
) -> "Report":
    """Say how much of the money goes round, under each convention side by side."""
    from aiweb.views import reports

    return reports.circularity(web.under("headline").graph, web.circularity(shuffles=shuffles, seed=seed))


@app.command()
@asks()
def exposure(
    web: "Web",
    party: PartyName,
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=1, help="How many loops and dependences to list.")
    ] = 5,
) -> "Report":
    """Say how far one party hangs on the others."""
    from aiweb.views import reports

    found = web.exposure(party)
    return reports.exposure(web.graph, found, web.dependency(party), web.loops(party, top=top), top=top)


@app.command()
@asks(*_NO_WINDOW)
def ownership(
    web: "Web",
    party: Annotated[
        str | None, typer.Argument(metavar="[PARTY]", help="Only who owns this party and what it owns.")
    ] = None,
) -> "Report":
    """Say who owns how much of whom, directly and through others."""
    from aiweb.views import reports

    return reports.ownership(web.graph, web.ownership(party))


@app.command()
@asks()
def selffunded(
    web: "Web",
    supplier: Annotated[
        str | None, typer.Argument(metavar="[SUPPLIER]", help="Default: all who sell and put money in.")
    ] = None,
) -> "Report":
    """Say what of a supplier's sales can be paid with money it put into its customers itself."""
    from aiweb.views import reports

    if supplier is None:
        return reports.suppliers(web.graph, web.suppliers())
    return reports.selffunded(web.graph, web.selffunded(supplier))


@app.command()
@asks()
def demand(
    web: "Web",
    party: Annotated[
        str | None, typer.Argument(metavar="[PARTY]", help="Default: all parties on a loop.")
    ] = None,
) -> "Report":
    """Say what parties on loops sell to others, over what they sell to each other."""
    from aiweb.views import reports

    return reports.demand(web.graph, web.demand(party))


@app.command()
@asks("under", "consideration", *_NO_WINDOW)
def gap(
    web: "Web",
    party: Annotated[
        str | None, typer.Argument(metavar="[PARTY]", help="Default: all, and which figures are missing.")
    ] = None,
    since: Annotated[
        int | None,
        typer.Option("--from", metavar="YEAR", min=_FIRST, max=_LAST, help="First year; default as-of's."),
    ] = None,
    until: Annotated[
        int | None,
        typer.Option("--to", metavar="YEAR", min=_FIRST, max=_LAST, help="Last year; default 2030."),
    ] = None,
    minimum: Annotated[
        str, typer.Option("--minimum", metavar="AMOUNT", help="Least cash to be kept, such as 2bn.")
    ] = "0",
    hold: Hold = False,
    opening: OpeningCash = None,
    draws: Annotated[
        int | None,
        typer.Option("--draws", metavar="N", min=2, help="Draw every amount from its range, so often."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="With --draws: draw others; default 1.")
    ] = None,
    probability: Annotated[
        str | None,
        typer.Option(
            "--probability", metavar="P", help="With --draws: keep a leg that is not contractual with this."
        ),
    ] = None,
) -> "Report":
    """Set a party's sources against its uses year by year: when the money runs short, and by how much."""
    from aiweb.errors import BadOption
    from aiweb.views import reports

    least = _dollars("minimum", minimum)
    cash = _dollars("opening", opening) if opening is not None else None
    if draws is None and (seed is not None or probability is not None):
        raise BadOption("draws", "none", "write --draws 10000 beside --seed or --probability")
    if party is None:
        if draws is not None:
            raise BadOption("draws", draws, "name the party whose amounts are to be drawn")
        every = web.gaps(since=since, until=until, minimum=least, hold=hold, opening=cash)
        return reports.gaps(web.graph, every)
    found = web.funding(party, since=since, until=until, minimum=least, hold=hold, opening=cash)
    if draws is None:
        return reports.gap(web.graph, found)
    kept = _chance("probability", probability) if probability is not None else None
    drawn = web.chances(
        party,
        since=since,
        until=until,
        minimum=least,
        hold=hold,
        opening=cash,
        draws=draws,
        seed=seed,
        probability=kept,
    )
    return reports.gap(web.graph, found, drawn)


@app.command()
@asks("consideration")
def stress(
    web: "Web",
    fail: Annotated[
        str | None, typer.Option("--fail", metavar="PARTY", help="Let this party pay nothing that it owes.")
    ] = None,
    part: Annotated[
        str | None, typer.Option("--part", metavar="P", help="With --fail: let it leave this part unpaid.")
    ] = None,
    each: Annotated[bool, typer.Option("--each", help="Let every party fail in turn.")] = False,
    reverse: Annotated[
        bool,
        typer.Option(
            "--reverse", help="The least part a party must leave unpaid until a lender, lab or cloud fails."
        ),
    ] = False,
    shock: Annotated[
        str,
        typer.Option(
            "--shock",
            help="With --reverse: of what. party: its debts; payments or revenue: of a kind of party; rates: "
            "of floating loans.",
        ),
    ] = "party",
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="With --shock: whose payments, revenue or rates; default lab, or all."),
    ] = None,
    rule: Annotated[
        str, typer.Option("--rule", help="proportion: who cannot pay all pays in part; whole: pays nobody.")
    ] = "proportion",
    costs: Annotated[
        str,
        typer.Option(
            "--costs",
            metavar="A[,B]",
            help="The parts of its cash and of what it is paid that failing costs a party; one is both.",
        ),
    ] = "0",
    one_rank: Annotated[
        bool, typer.Option("--one-rank", help="Pay all debts alike, and not what is secured first.")
    ] = False,
    valuation: Annotated[
        str,
        typer.Option(
            "--valuation",
            help="What claims are worth beside: clearing, eisenberg-noe, furfine, linear or debtrank.",
        ),
    ] = "clearing",
    rounds: Annotated[
        int | None,
        typer.Option(
            "--rounds",
            metavar="N",
            min=1,
            help="At most so many steps for guarantees, cuts and values; fail if too few.",
        ),
    ] = None,
) -> "Report":
    """Say who can pay what falls due in the next twelve months, and who fails because of whom."""
    from aiweb.analysis.stress import prepare
    from aiweb.errors import BadOption
    from aiweb.views import reports

    lost, ranked = _two_parts("costs", costs), not one_rank
    if part is not None and (fail is None or reverse):
        raise BadOption("part", part, "write --fail PARTY beside it, and no --reverse")
    if each and (fail is not None or reverse):
        raise BadOption("each", "and --fail or --reverse", "ask for one of them")
    if shock != "party" and (not reverse or fail is not None):
        raise BadOption("shock", shock, "write --reverse beside it, and no --fail")
    if kind is not None and shock == "party":
        raise BadOption("kind", kind, "write --reverse --shock payments, revenue or rates beside it")
    if valuation != "clearing" and (each or reverse):
        raise BadOption("valuation", valuation, "ask for it without --each and --reverse")
    if reverse and rounds is not None:
        raise BadOption("rounds", rounds, "--reverse clears only, and needs none")
    if not each and not reverse:
        left = _chance("part", part, "part") if part is not None else 1
        found = web.stress(
            fail, part=left, rule=rule, costs=lost, ranked=ranked, rounds=rounds, valuation=valuation
        )
        return reports.stress(web.graph, found)
    if shock != "party":
        return reports.reverse(web.graph, web.reverse(shock, kind, rule=rule, costs=lost, ranked=ranked))
    model = prepare(web.graph, rule=rule, costs=lost, ranked=ranked)
    if each:
        rows = web.stresses(rule=rule, costs=lost, ranked=ranked, rounds=rounds)
        return reports.stresses(web.graph, model, rows)
    return reports.tipping(web.graph, model, web.tipping(fail, rule=rule, costs=lost, ranked=ranked))


@app.command("what-if")
@asks("what_if", "changes")
def what_if(
    web: "Web",
    name: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Shipped what-ifs, or files; none lists the shipped ones."),
    ] = None,
) -> "Report":
    """Say what some what-ifs change: circular money, loops, gaps, before and after."""
    from aiweb.views import reports

    if not name:
        return reports.shipped(web.graph, web.whatifs())
    return reports.before_after(_numbers(web), _numbers(web.what_if(*name)))


@app.command()
@asks()
def missing(
    web: "Web",
    party: Annotated[
        str | None, typer.Argument(metavar="[PARTY]", help="Only deals that this party would be in.")
    ] = None,
    through: Annotated[
        bool, typer.Option("--through", help="The party anywhere on the loop, not only in the new deal.")
    ] = False,
    size: Annotated[
        str | None,
        typer.Option("--size", metavar="AMOUNT", help="Of this size; default as large as can circulate."),
    ] = None,
    any_role: Annotated[
        bool, typer.Option("--any", help="Let any party sign anything, whatever its role.")
    ] = False,
    top: Top = 10,
    max_length: MaxLength = 6,
) -> "Report":
    """Say which deals that do not exist would matter most, and which existing ones do."""
    from aiweb.views import reports

    found = web.missing(
        party,
        through=through,
        top=top,
        max_length=max_length,
        size=_dollars("size", size) if size is not None else None,
        any_role=any_role,
    )
    return reports.missing(web.graph, found)


@app.command()
@asks()
def explain(
    web: "Web",
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT...",
            help="A result and its names: circularity, loop 1, exposure openai oracle, gap openai 2027.",
        ),
    ],
    hold: Hold = False,
    opening: OpeningCash = None,
) -> "Report":
    """Show the arithmetic behind a result, with every leg, figure, line and source."""
    from aiweb.views import reports

    cash = _dollars("opening", opening) if opening is not None else None
    return reports.explained(web.graph, web.explain(*what, hold=hold, opening=cash))


@app.command()
def render(
    context: typer.Context,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; - for standard output.")
    ] = "aiweb.html",
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    show: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
    registry: RegistryOption = None,
) -> None:
    """Write the page: one HTML file that needs no network."""
    from aiweb.errors import FileError
    from aiweb.views.files import write

    web = _web(context, registry)
    if output == "-":
        _write(web.html())
        return
    target = Path(output)
    if target.exists() and not force:
        raise FileError(target, "it is there already; replace it with --force, or name another with -o")
    write(target, web.html())
    typer.echo(str(target))
    if show:
        typer.launch(str(target))


@app.command()
def build(
    context: typer.Context,
    verify: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; fail if the folder is not what the registry gives."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Default: graph/ beside the registry."),
    ] = None,
    registry: RegistryOption = None,
) -> None:
    """Compile the registry into graph/: report, tables, graph, schema, and the page."""
    from aiweb.registry.schema import schema_text
    from aiweb.views import folder
    from aiweb.views.files import write

    web = _web(context, registry)
    target = output or _folder(registry or context.obj.registry)
    files = folder.compiled(web.registry, schema_text())
    if verify:
        stale = folder.stale(target, files)
        _write("".join(f"{target / line}\n" for line in stale))
        if stale:
            typer.echo("run 'aiweb build', delete what is left over, commit what changed", err=True)
            raise typer.Exit(FINDINGS)
        typer.echo(f"{target}: fresh", err=True)
        return
    page = web.html()
    for name, text in files.items():
        write(target / name, text)
    write(target / folder.PAGE, page)
    typer.echo(str(target / folder.PAGE))


@app.command()
def fmt(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Registry files; default the shipped one."),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the files in their one layout.")] = False,
    verify: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; show what would change, and fail if anything would."),
    ] = False,
    registry: RegistryOption = None,
) -> None:
    """Lay registry files out in one way, without losing a comment; without options show what would change."""
    from aiweb.errors import BadOption
    from aiweb.registry.layout import differences, layout
    from aiweb.registry.load import files_of
    from aiweb.views.files import write as write_file

    if write and verify:
        raise BadOption("--write", "--check", "ask for one of them")
    chosen = list(files or ()) or [registry or context.obj.registry or _shipped()]
    changed = 0
    for path in (file for name in chosen for file in files_of(name)):
        text = _text_of(path)
        difference = differences(text, str(path))
        changed += bool(difference)
        if write and difference:
            write_file(path, layout(text, str(path)))
        elif not write:
            _write(difference)
    done = "laid out anew" if write else "not in its layout"
    typer.echo(f"{_counted(changed, 'file', 'files')} {done}", err=True)
    if verify and changed:
        raise typer.Exit(FINDINGS)


@app.command()
def new(
    context: typer.Context,
    payer: Annotated[
        str | None, typer.Option("--from", metavar="PARTY", help="Who pays, lends or invests.")
    ] = None,
    payee: Annotated[str | None, typer.Option("--to", metavar="PARTY", help="Who receives.")] = None,
    instrument: Annotated[str | None, typer.Option("--instrument", help="equity, loan, purchase, …")] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", help="30bn, up to 100bn, 8bn..10bn, undisclosed, …")
    ] = None,
    basis: Annotated[
        str | None, typer.Option("--basis", help="contract, reported (default), analyst or market.")
    ] = None,
    certainty: Annotated[
        str | None, typer.Option("--certainty", help="firm (default), conditional or option.")
    ] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="What the promise hangs on.")] = None,
    term: Annotated[
        str | None, typer.Option("--term", metavar="SPAN", help="When it is paid, such as 2027..2031.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="What was agreed, in one line.")] = None,
    zh: Annotated[str | None, typer.Option("--zh", help="The title in Chinese.")] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="talks, announced, signed, closed, …")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="When it took effect.")] = None,
    known: Annotated[
        str | None, typer.Option("--known", metavar="DATE", help="When it became public.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="Address of the source.")] = None,
    offline: Annotated[
        str | None, typer.Option("--offline", help="Where the source is, if it has none.")
    ] = None,
    publisher: Annotated[str | None, typer.Option("--publisher", help="Who published it.")] = None,
    grade: Annotated[str | None, typer.Option("--grade", help="filing, company, press or digest.")] = None,
    source_title: Annotated[str | None, typer.Option("--source-title", help="The page's own title.")] = None,
    source_date: Annotated[
        str | None, typer.Option("--source-date", metavar="DATE", help="Its date.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="TEXT",
            help="A further source: 'Publisher; grade; address; date; title', or a shared one's name.",
        ),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="What a reader should know.")] = None,
    deal_id: Annotated[
        str | None, typer.Option("--id", help="The deal's id; made up if it is not given.")
    ] = None,
    leg: Annotated[
        list[str] | None,
        typer.Option("--leg", metavar="TEXT", help="A further leg: 'A -> B: purchase 5bn; term 2027..2031'."),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option("--party", metavar="TEXT", help="A new party: 'Name; 中文名; kind; US'."),
    ] = None,
    after: Annotated[
        str | None, typer.Option("--after", metavar="DEAL", help="Put it behind this deal.")
    ] = None,
    registry: RegistryOption = None,
) -> None:
    """Write a new deal into the file, from options or from questions at the terminal."""
    from aiweb.errors import BadOption
    from aiweb.registry.load import load, read_with
    from aiweb.registry.new import completed, insert, interview
    from aiweb.views.files import write as write_file

    path = registry or context.obj.registry or _shipped()
    options = {
        "from": payer,
        "to": payee,
        "instrument": instrument,
        "amount": amount,
        "basis": basis,
        "certainty": certainty,
        "condition": condition,
        "term": term,
        "title": title,
        "zh": zh,
        "status": status,
        "on": on,
        "known": known,
        "url": url,
        "offline": offline,
        "publisher": publisher,
        "grade": grade,
        "source-title": source_title,
        "source-date": source_date,
        "note": note,
        "id": deal_id,
    }
    given = {name: value for name, value in options.items() if value}
    known_so_far = load(path)

    def ask(prompt: str) -> str:
        typer.echo(prompt, err=True, nl=False)
        return input()

    def tell(text: str) -> None:
        typer.echo(text, err=True)

    asking = ask if sys.stdin.isatty() else None
    try:
        draft = interview(
            known_so_far,
            asking,
            tell,
            given=given,
            legs=leg or (),
            parties=party or (),
            sources=source or (),
        )
    except (EOFError, KeyboardInterrupt):
        typer.echo("\nnothing was written", err=True)
        raise typer.Exit(USAGE) from None
    draft = completed(draft, known_so_far)
    target = path
    if path.is_dir():
        beside = after if after in known_so_far.deals else next(reversed(list(known_so_far.deals)), None)
        if beside is None:
            raise BadOption("registry", path, "write the first deal of a folder by hand")
        target = Path(known_so_far.place("deals", beside).path)

    def problems_with(text: str) -> "Iterable[Problem]":
        return read_with(path, target, text).problems

    text = insert(
        _text_of(target), draft, after=after, registry=known_so_far, check=problems_with, path=str(target)
    )
    write_file(target, text)
    typer.echo(draft.id)


@app.command()
def schema() -> None:
    """Write the JSON Schema of a registry file, for editors."""
    from aiweb.registry.schema import schema_text

    _write(schema_text())


def _web(
    context: typer.Context,
    registry: Path | None = None,
    as_of: str | None = None,
    under: str | None = None,
    consideration: str | None = None,
    without: list[str] | None = None,
    since: int | None = None,
    until: int | None = None,
    what_if: list[str] | None = None,
) -> "Web":
    from aiweb.web import load

    before: Settings = context.obj
    web = load(registry or before.registry)
    web = web.what_if(*what_if) if what_if else web
    web = web.under(under or before.under or "contracted")
    web = web.considering(consideration or before.consideration or "cash")
    day = as_of or before.as_of
    web = web.as_of(day) if day else web
    web = web.without(*without) if without else web
    return web.within(since, until) if since is not None or until is not None else web


def _wants_changes(asked: dict[str, object]) -> bool:
    """Take the option that asks for changes only, which means nothing without a what-if."""
    from aiweb.errors import BadOption

    wanted = bool(asked.pop("changes", None))
    if wanted and not asked.get("what_if"):
        raise BadOption("changes", "alone", "say what changes: --what-if NAME")
    return wanted


def _numbers(web: "Web") -> "Numbers":
    """Give the headline numbers of a web, and the gap of every party that has a figure."""
    from aiweb.views.reports import Numbers

    gaps = {party: web.funding(party) for party in web.registry.figures}
    return Numbers(web.graph, web.circulation(), web.loops(), gaps)


def _emit(context: typer.Context, report: "Report", wanted: Format | None, table: str | None = None) -> None:
    from aiweb.views import tables

    form = wanted or context.obj.form or Format.TEXT
    if table is not None and form is not Format.CSV:
        from aiweb.errors import BadOption

        raise BadOption("table", table, "only --format csv writes one table alone")
    if form is Format.CSV:
        text = tables.to_csv(report, table)
        others = [found.key for found in report.tables if found is not tables.pick(report, table)]
        if others and table is None:
            typer.echo(f"other tables: {', '.join(others)}; see --table", err=True)
    elif form is Format.TEXT:
        text = tables.text(report, bold=_is_colourful())
    else:
        text = tables.FORMATS[form](report)
    _write(text)


def _write(text: str) -> None:
    """Write data to standard output, and stop without a word if nobody reads it any more."""
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError:
        # Python flushes once more on its way out, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ENVIRONMENT) from None


def _all_taken(context: typer.Context, before: Settings) -> None:
    """Refuse an option before the command's name that would be refused after it."""
    from aiweb.errors import BadOption

    group, name = context.command, context.invoked_subcommand
    if not isinstance(group, TyperGroup) or name is None:
        return
    taken = {parameter.name for parameter in group.commands[name].params}
    for field in fields(before):
        value = getattr(before, field.name)
        if value is not None and field.name not in taken:
            option = "format" if field.name == "form" else field.name.replace("_", "-")
            raise BadOption(option, str(value), f"'aiweb {name}' has no such option")


def _text_of(path: Path) -> str:
    """Read a file's text as it is, line ends and all.

    Raises:
        FileError: it cannot be read, or is not UTF-8.
    """
    from aiweb.errors import FileError
    from aiweb.registry.source import read_bytes

    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise FileError(path, "it is not UTF-8; aiweb check says where") from None


def _links(registry: "Registry", *, aside: bool) -> Counter[str]:
    """Ask for every page that is cited, say what came of those not alive, and count them by state.

    Those whose server does not answer stand at the end: the network may be at fault.
    `aside` says it on standard error, where standard output is for programs.
    """
    from aiweb.registry.links import Link, addresses, visit

    counts: Counter[str] = Counter()
    silent: list[Link] = []

    def tell(link: Link) -> None:
        typer.echo(f"{link.state}  {link.url}  {link.detail}  ({', '.join(link.named)})", err=aside)

    for link in visit(addresses(registry)):
        counts[link.state] += 1
        if link.state == "unreachable":
            silent.append(link)
        elif link.state != "alive":
            tell(link)
    for link in silent:
        tell(link)
    return counts


def _problems(count: int) -> str:
    return _counted(count, "problem", "problems")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count or 'no'} {one if count == 1 else many}"


def _dollars(option: str, text: str) -> int:
    """Read an amount in dollars, the dollar sign left out or not: a shell takes $1 for its own."""
    from aiweb.errors import BadOption
    from aiweb.values import parse_money

    bare = re.fullmatch(r"0|[1-9].*", text)
    try:
        return parse_money(f"${text}" if bare else text).high
    except ValueError:
        raise BadOption(option, text, "write an amount of dollars such as 10bn or 250m") from None


def _chance(option: str, text: str, what: str = "probability") -> "Fraction":
    """Read a probability or a part, written as 0.25 or as 25%."""
    from fractions import Fraction

    from aiweb.errors import BadOption

    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)(%?)", text)
    chance = Fraction(found[1]) / (100 if found[2] else 1) if found else None
    if chance is None or chance > 1:
        raise BadOption(option, text, f"write a {what} such as 0.25 or 25%")
    return chance


def _two_parts(option: str, text: str) -> "tuple[Fraction, Fraction]":
    """Read one part for two things, or one for each with a comma between."""
    from aiweb.errors import BadOption

    said = text.split(",")
    if len(said) > 2:
        raise BadOption(option, text, "write one part, or two such as 25%,10%")
    parts = [_chance(option, part.strip(), "part") for part in said]
    return parts[0], parts[-1]


def _is_colourful() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _one_of(option: str, value: str | None, known: set[str]) -> None:
    from aiweb.errors import BadOption, did_you_mean

    if value is not None and value not in known:
        hint = did_you_mean(value, known) or f"write one of {', '.join(sorted(known))}"
        raise BadOption(option, value, hint)


def _sort_key(cell: object, name: object) -> tuple[int, str, str]:
    from aiweb.values import Money

    if isinstance(cell, Money):
        return (-cell.high, "", str(name))
    return (-cell, "", str(name)) if isinstance(cell, int) else (0, str(cell).casefold(), str(name))


def _shipped() -> Path:
    from aiweb.registry.shipped import near, shipped

    return near(shipped())


def _folder(registry: Path | None) -> Path:
    """Choose graph/ beside the registry, or in its folder; in the current one for the package's own."""
    path = registry or _shipped()
    inside = path.resolve().parent == Path(__file__).resolve().parent
    if inside:
        return Path("graph")
    return (path if path.is_dir() else path.parent) / "graph"
