"""Results as reports: what each command prints, with the legs and sources behind every number."""

from aiweb.views.reports.circles import path, summary
from aiweb.views.reports.entries import deal, deals, parties, party, series
from aiweb.views.reports.explained import explained
from aiweb.views.reports.exposures import exposure
from aiweb.views.reports.gaps import gap, gaps
from aiweb.views.reports.loops import loops
from aiweb.views.reports.missing import missing
from aiweb.views.reports.owners import ownership
from aiweb.views.reports.panel import circularity
from aiweb.views.reports.rows import with_undated
from aiweb.views.reports.shocks import reverse, stresses, tipping
from aiweb.views.reports.stress import stress
from aiweb.views.reports.suppliers import demand, selffunded, suppliers
from aiweb.views.reports.whatifs import Numbers, before_after, compared, shipped

__all__ = [
    "Numbers",
    "before_after",
    "circularity",
    "compared",
    "deal",
    "deals",
    "demand",
    "explained",
    "exposure",
    "gap",
    "gaps",
    "loops",
    "missing",
    "ownership",
    "parties",
    "party",
    "path",
    "reverse",
    "selffunded",
    "series",
    "shipped",
    "stress",
    "stresses",
    "summary",
    "suppliers",
    "tipping",
    "with_undated",
]
