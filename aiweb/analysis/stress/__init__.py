"""Who can pay what falls due in a span of days if somebody does not: bound payments, cash, guarantees.

The mathematics is that of `aiweb.flows.clearing` (L. Eisenberg, T. H. Noe, Management Science 47 (2001)
236-249; L. C. G. Rogers, L. A. M. Veraart, Management Science 59 (2013) 882-898; H. Elsinger, OeNB Working
Paper 156 (2009)) and `aiweb.flows.guarantees`; here deals become books, and payments become legs again.

The span is the twelve months after the day, or the calendar years of the convention's window after it.
What is owed in it, at the upper bounds (under `firm` at the lower):

- the instalments of legs (`aiweb.instalments`) that are firm and cannot be cancelled;
- the principal of loans that mature in it, as far as it is known to be drawn, less what was repaid; where no
  source says what is drawn, from nothing to all that was agreed;
- simple interest on that principal, at the coupon; a rate that floats is the last reading and the margin;
- margin calls (`margins`) on loans that are secured by shares, if these fall under a what-if, or are those of
  the party that is made to fail.

Conditional payments, options and what can be cancelled is flexible: it is owed by nobody, and no buffer.
What no source dates, prices or gives a rate is `open`: in no number.
Parties that stand for many pay all that they owe.

To pay with, a party has its last known cash and undrawn credit (`aiweb.balances`), and what it is paid.
If the span begins later than the day after the balances, what falls due between is `earlier`: it is taken off
no balance, the report says so, and no verdict forgets it (`Model.limits`).
Who has no cash figure is taken in two cases: `ample`, it has all that it owes and guarantees; `none`, it has
its undrawn credit if that is known, else nothing.
Of cash that is a range, ample takes the upper end and none the lower; of a debt whose size no source gives,
ample takes the least that it can be and none the most.
Revenue that a what-if takes off a forecast is taken off cash.
Payments rise with everybody's cash, so what stays unpaid lies between the two, unless a debt of unknown size
has a debtor that owes others too or a creditor that owes or guarantees anything: then they are two corners.

A party pays what is secured first, then what is senior and its trade debts, then what is subordinated, each
in proportion; the registry says which, or collateral does, and what neither says is senior.

A party that fails, P, pays all its creditors a part less.
What follows from it is what is unpaid then, less what is unpaid if P pays everything.
That lies between the two cases too, in proportion, with one rank and without default costs: then what is paid
is a rising function of cash with falling differences, for min(owed, ·) of a sum of such functions is one, and
the clearing vector is the limit of such steps from the top; so a loss does most harm where cash is least.
With several ranks, default costs, or all or nothing, the two cases are two cases and no bounds.

Every payment's loss is rounded to whole dollars, and all sums are of these.

Beside what is unpaid, and never added to it, stand what holders of shares lose (`holdings`), what sellers
lose as buyers cut what they may (`Sales`), and what claims are worth under other rules (`claims`).
"""

from aiweb.analysis.stress.books import (
    PAYER,
    UNDATED,
    Backing,
    Balance,
    Case,
    Cleared,
    Costs,
    Due,
    Model,
    Open,
    Rule,
    What,
)
from aiweb.analysis.stress.claims import Claims, Valuation, claims
from aiweb.analysis.stress.dues import prepare
from aiweb.analysis.stress.holdings import Owned, Stake, Worth
from aiweb.analysis.stress.margins import Margin
from aiweb.analysis.stress.outcome import (
    Called,
    Damage,
    Failure,
    Loss,
    Outcome,
    Sales,
    Stress,
    stress,
    stresses,
)
from aiweb.analysis.stress.plans import Plan
from aiweb.analysis.stress.reverse import (
    GRAIN,
    GROUPS,
    MOST_POINTS,
    STEP_POINTS,
    WATCHED,
    Least,
    Reverse,
    Shock,
    Tipping,
    Touched,
    reverse,
    tipping,
)

__all__ = [
    "GRAIN",
    "GROUPS",
    "MOST_POINTS",
    "PAYER",
    "STEP_POINTS",
    "UNDATED",
    "WATCHED",
    "Backing",
    "Balance",
    "Called",
    "Case",
    "Claims",
    "Cleared",
    "Costs",
    "Damage",
    "Due",
    "Failure",
    "Least",
    "Loss",
    "Margin",
    "Model",
    "Open",
    "Outcome",
    "Owned",
    "Plan",
    "Reverse",
    "Rule",
    "Sales",
    "Shock",
    "Stake",
    "Stress",
    "Tipping",
    "Touched",
    "Valuation",
    "What",
    "Worth",
    "claims",
    "prepare",
    "reverse",
    "stress",
    "stresses",
    "tipping",
]
