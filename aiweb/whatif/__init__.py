"""What a registry would be if a few things were otherwise: registry and what-ifs to a registry.

A what-if states changes only.
Each takes effect on a day, and the life of a deal stays intact: a deal that is cancelled gets an event
on that day, so the web of any day before is what it was.
What has no events, figures and coupons, is changed in the registry that is in force from that day on.

All changes to one thing are collected first (`touches`) and then made at once, in the order of their days
(`deals`, `numbers`).
Of one day, an amount that is set comes first, then every share is taken off what has not been paid,
then dates are moved; a figure is set, scaled, then added to.
Shares multiply, months and points add up, and what ends has ended.
So what-ifs may be given in any order, but for two cases, which are refused (`clashes`):
two that set one thing to different values, and one that sets what an earlier one has shifted.
"""

from aiweb.whatif.making import Effect
from aiweb.whatif.overlay import Checked, Overlaid, apply, load, read_text
from aiweb.whatif.touches import Unshown

__all__ = ["Checked", "Effect", "Overlaid", "Unshown", "apply", "load", "read_text"]
