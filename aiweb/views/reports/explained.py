"""How a number came about: its arithmetic line by line, and the legs and figures it stands on."""

from __future__ import annotations

from aiweb.graph import DealGraph
from aiweb.trace import Op, Step, Trace, Value
from aiweb.views.reports.rows import AMOUNTS, FIGURE_COLUMNS, figure_row, headed, legs_table
from aiweb.views.tables import Cell, Column, Report, Table, context, shown

_MOST_SHOWN = 8
_MOST_NAMED = 12
_JOINED = {
    Op.SUM: " + ",
    Op.DIFFERENCE: " − ",
    Op.PRODUCT: " × ",
    Op.QUOTIENT: " / ",
    Op.EQUAL: " = ",
    Op.SPAN: " to ",
}
_BEFORE = {
    Op.MIN: "min",
    Op.MAX: "max",
    Op.SQUARES: "squares",
    Op.LOWER: "low",
    Op.UPPER: "high",
    Op.SOLVED: "solved",
}


def explained(graph: DealGraph, trace: Trace) -> Report:
    """Show a trace: each step with its arithmetic, then the legs and figures, with lines and sources.

    `graph` is that of the convention under which the trace stands.
    """
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            step.text,
            arithmetic(step),
            _cell(step.value),
            step.name or None,
            str(step.op),
            tuple(str(other) for other in step.of),
            tuple(str(part) for part in step.parts or ()),
            step.legs,
        )
        for number, step in enumerate(trace.steps, 1)
    ]
    columns = (
        Column("number", "#"),
        Column("says", "step"),
        Column("arithmetic", "arithmetic"),
        Column("value", "value", money=True),
        Column("name", "name", machine=True),
        Column("op", "operation", machine=True),
        Column("of", "of", machine=True),
        Column("parts", "parts", machine=True),
        Column("legs", "legs", below=True),
    )
    said = context(graph.registry, graph.convention)
    return Report(
        "explain",
        trace.title,
        (
            Table("steps", "Step by step", columns, tuple(rows)),
            legs_table(graph, trace.legs),
            _figures(graph, trace),
        ),
        _lines(trace),
        (
            *trace.notes,
            "(1) is the value of step 1; steps without arithmetic are as in the registry",
            AMOUNTS,
        ),
        said,
    )


def arithmetic(step: Step) -> str:
    """Write what a step does with the steps before it; nothing for what is given.

    >>> arithmetic(Step("", Op.MIN, 3, of=(1, 2)))
    'min((1), (2))'
    """
    names = [f"({number})" for number in step.of]
    if step.op is Op.GIVEN:
        return ""
    if step.op is Op.PART:
        before, own, whole = step.parts or (0, 1, 1)
        after = f" after {before}" if before else ""
        return f"{own} of {whole} parts{after} of {names[0]}"
    if len(names) > _MOST_SHOWN:
        names = [*names[:3], "…", names[-1]]
    if step.op in _JOINED:
        return _JOINED[step.op].join(names) or "nothing"
    return f"{_BEFORE[step.op]}({', '.join(names)})"


def _lines(trace: Trace) -> tuple[str, ...]:
    """Say what comes of it: the numbers that a report has, or the last one."""
    named = [step for step in trace.steps if step.name]
    if not trace.steps:
        return ("there is nothing to add up",)
    if 0 < len(named) <= _MOST_NAMED:
        return tuple(f"{step.name}: {_text(step.value)}" for step in named)
    if named:
        shown = tuple(f"{step.name}: {_text(step.value)}" for step in named[:_MOST_NAMED])
        return (*shown, f"and {len(named) - _MOST_NAMED} more numbers of the report among the steps")
    return (f"comes to {_text(trace.result)}",)


def _cell(value: Value) -> Cell:
    return f"{value:.6g}" if isinstance(value, float) else value


def _text(value: Value) -> str:
    return shown(_cell(value)) or "no number"


def _figures(graph: DealGraph, trace: Trace) -> Table:
    """List the figures behind it, each under its party."""
    registry = graph.registry
    owners = {id(figure): party for party, figures in registry.figures.items() for figure in figures}
    rows = [
        (owners[id(figure)], *figure_row(registry, owners[id(figure)], figure)) for figure in trace.figures
    ]
    columns = (*headed("party"), *FIGURE_COLUMNS)
    only = "" if rows else "machines"
    return Table("figures", "Figures behind these numbers", columns, tuple(rows), only=only)
