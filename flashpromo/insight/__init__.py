"""Looking at promos: the stories that cross the domains and change nothing.

`preview` says how many an activation would tell now and `estimate` about how many, but sooner;
`funnel` what came of the one that happened, `explain` how it stands with one client. Each is a
module; what is asked for most is named here.
"""

from flashpromo.insight.estimates import estimate
from flashpromo.insight.explanations import Account, explain
from flashpromo.insight.funnels import Funnel, funnel
from flashpromo.insight.previews import Preview, preview, question, question_of

__all__ = [
    "Account",
    "Funnel",
    "Preview",
    "estimate",
    "explain",
    "funnel",
    "preview",
    "question",
    "question_of",
]
