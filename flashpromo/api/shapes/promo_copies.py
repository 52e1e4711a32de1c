"""A promo once more: the terms that are to be different."""

from typing import ClassVar

from flashpromo.api.shapes.base import Given, partial
from flashpromo.api.values import Id, Ids, Kilometres, Moment, Price, Quantity


class PromoCopyIn(Given):
    """Terms of the new draft; whatever is left out is as it was. The draft is not published."""

    write_as: ClassVar = {"product": "product_id", "segments": "segment_ids"}

    product_id: Id
    promo_price: Price
    start_time: Moment
    end_time: Moment
    segment_ids: Ids
    max_distance_km: Kilometres
    quantity: Quantity


PromoCopyPatch = partial(PromoCopyIn)
