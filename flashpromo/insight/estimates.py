"""What a preview would say, at once: of a wide circle from every nth client, or else exactly.

An exact count of half a million clients takes longer than somebody who drags a slider waits. The
same predicates over every nth of them take an nth of the rows. Where few are in range even the
whole count is quick, and there is no reason to estimate.

Whether an estimate is shown is decided by the numbers that may be shown: a fixed threshold of who
is really there could be counted up to, see `notify.disclosure`.
"""

from typing import Final

from flashpromo.db import app_now
from flashpromo.insight.previews import Preview, preview
from flashpromo.notify import audiences, disclosure
from flashpromo.notify.disclosure import Question

ENOUGH: Final = {64: 4000, 16: 1000}
"""From how many in range on every nth client says enough: a tenth of them give or take 5 and 10 %.

The coarsest first. Below the last, at most some 16,000 are in range, and all of them are counted.
"""


def estimate(asked: Question, *, exact: bool) -> Preview:
    """A preview that is quick for any radius; `nth` of it is 1 if it is no estimate.

    Args:
        asked: the terms.
        exact: for operators; everybody else is told the sample roughly, before it is multiplied.
    """
    for nth, enough in ENOUGH.items():
        sample = _sample(asked, nth, exact=exact)
        if sample.counts.whole >= enough * nth:
            return sample
    return preview(asked, exact=exact)


def _sample(asked: Question, nth: int, *, exact: bool) -> Preview:
    meant = asked if exact else asked.coarse()
    groups = audiences.count(meant, app_now(), nth)
    shown = disclosure.exact(groups) if exact else disclosure.rough(groups, meant, nth)
    return Preview(meant, shown.times(nth), nth)
