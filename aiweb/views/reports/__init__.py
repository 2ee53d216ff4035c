"""Results as reports: what each command prints, with the legs and sources behind every number."""

from aiweb.views.reports.circles import circularity, loops, path, summary
from aiweb.views.reports.entries import deal, deals, parties, party
from aiweb.views.reports.exposures import exposure
from aiweb.views.reports.gaps import gap
from aiweb.views.reports.rows import with_undated

__all__ = [
    "circularity",
    "deal",
    "deals",
    "exposure",
    "gap",
    "loops",
    "parties",
    "party",
    "path",
    "summary",
    "with_undated",
]
