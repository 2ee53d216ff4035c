"""A party's sources and uses of money by calendar year, and when they no longer meet.

    M_t = M_(t-1) + o_t + Σ s_(d,t) - Σ u_(d,t) + v_t,   shortfall_t = max(0, q - M_t)

M_0 is the last known cash, with undrawn credit; o_t the forecast free cash flow;
s and u are receipts and payments of the deals listed here; q is the least cash to be kept;
v_t is the overlap: the part of the listed trading that o_t has taken in already.
No source settles v for most parties, so every path is shown with v at zero and in full.

Financing (equity, loans, their repayment, investments made) is never part of a free cash flow
and overlaps with nothing.
Trading (purchases, leases, licences, revenue shares) may be, and interest is:
a free cash flow is what is left after interest paid.

Interest is simple interest on what is owed from day to day, `aiweb.flows.interest`.
A rate that floats is the last reading of its benchmark known on the day, held for good, and the margin.

Without circular money (a party's own payments that come back to it) the cash of a year is

    M'_t = M_t - C_t

C_t is the maximum flow from what the party pays up to the end of year t, over the deals of others, to what it
receives by then: all that can come back (L. R. Ford, D. R. Fulkerson, Canad. J. Math. 8 (1956) 399-404).
M'_t falls with every payment and with every deal of others and rises with every receipt, for a flow rises by
no more than what it is given; so its bounds are exact corners too.

Three certainty classes, each holding those before it: contractual (signed and firm), conditional
(signed, with a condition or an option), announced (a letter of intent or an announcement,
and any amount that is an analyst's or a market value).

Bounds are exact corners: the gap rises with every use and falls with every source,
so the worst case takes all uses high and all sources low, and the best case the reverse.

A leg falls into years by its published schedule; without one, evenly by days over its term;
without either it is in no year and is listed as undated.
A fiscal year's figure falls into calendar years by days.

Where no free cash flow is published for a day, it is put together from its parts, if all of them are:
operating cash flow less capital expenditure, which is its definition; else a result less capital expenditure.
A path runs to the end of the last year up to which every day has a figure, and says what is missing after it.
Nothing is carried on beyond that, unless it is asked to hold the last figure, which is an assumption.
"""

from aiweb.analysis.funding.gap import LAST_YEAR, FundingGap, funding, gaps
from aiweb.analysis.funding.published import ClaimRow, PartRow
from aiweb.analysis.funding.rows import (
    NO_BALANCE,
    Accrual,
    CashPath,
    Class,
    Item,
    NetPath,
    NetYear,
    Role,
    Undated,
    VendorShare,
    YearEnd,
    YearSum,
)

__all__ = [
    "LAST_YEAR",
    "NO_BALANCE",
    "Accrual",
    "CashPath",
    "ClaimRow",
    "Class",
    "FundingGap",
    "Item",
    "NetPath",
    "NetYear",
    "PartRow",
    "Role",
    "Undated",
    "VendorShare",
    "YearEnd",
    "YearSum",
    "funding",
    "gaps",
]
