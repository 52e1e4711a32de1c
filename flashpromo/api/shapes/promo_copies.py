"""A promo once more: the terms that are to be different."""

from flashpromo.api.shapes.base import partial
from flashpromo.api.shapes.promos import TermsIn


class PromoCopyIn(TermsIn):
    """Terms of the new draft; whatever is left out is as it was. The draft is not published."""


PromoCopyPatch = partial(PromoCopyIn)
