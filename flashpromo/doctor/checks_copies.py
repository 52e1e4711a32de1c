"""The copies that a promo carries, and what a promo that is not over still needs."""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

UNFINISHED = """
promo.deleted_at IS NULL AND run.sold_out_at IS NULL AND run.cancelled_at IS NULL
  AND run.ended_at IS NULL AND NOT (promo.published AND promo.end_time <= :now)
"""

LOCATION = f"""
SELECT promo.id AS promo_id, store.id AS store_id,
  ST_AsText(promo.location) AS location, ST_AsText(store.location) AS location_of_store
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
JOIN product ON product.id = promo.product_id JOIN store ON store.id = product.store_id
WHERE ST_AsBinary(promo.location) <> ST_AsBinary(store.location) AND {UNFINISHED}
"""  # noqa: S608 - constants of this module

REGULAR_PRICE = f"""
SELECT promo.id AS promo_id, product.id AS product_id, promo.regular_price,
  product.regular_price AS regular_price_of_product
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
JOIN product ON product.id = promo.product_id
WHERE promo.regular_price <> product.regular_price AND {UNFINISHED}
"""  # noqa: S608

SEGMENTS = """
SELECT promo.id AS promo_id, promo.segment_ids, listed.segment_ids AS segment_ids_listed
FROM promo LEFT JOIN (
  SELECT promo_id, array_agg(segment_id ORDER BY segment_id) AS segment_ids
  FROM promo_segment GROUP BY promo_id) AS listed ON listed.promo_id = promo.id
WHERE promo.segment_ids IS DISTINCT FROM listed.segment_ids
"""

NEEDED_IS_THERE = f"""
SELECT promo.id AS promo_id, product.deleted_at AS product_deleted_at,
  store.deleted_at AS store_deleted_at,
  min(segment.id) FILTER (WHERE segment.deleted_at IS NOT NULL) AS deleted_segment_id
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
JOIN product ON product.id = promo.product_id JOIN store ON store.id = product.store_id
JOIN promo_segment AS offered ON offered.promo_id = promo.id
JOIN segment ON segment.id = offered.segment_id
WHERE {UNFINISHED}
GROUP BY promo.id, product.deleted_at, store.deleted_at
HAVING product.deleted_at IS NOT NULL OR store.deleted_at IS NOT NULL
  OR bool_or(segment.deleted_at IS NOT NULL)
"""  # noqa: S608

PRICES = """
SELECT id AS promo_id, promo_price, regular_price FROM promo
WHERE NOT (promo_price > 0 AND promo_price < regular_price AND regular_price < 10000000000)
"""

CHECKS: Final[Sequence[Check]] = (
    Check("place_of_store", "A promo that is not over stands where its store stands.", LOCATION),
    Check(
        "price_of_product",
        "A promo that is not over is measured against its product's regular price.",
        REGULAR_PRICE,
    ),
    Check("segments_agree", "A promo's two records of its segments agree.", SEGMENTS),
    Check(
        "needed_is_there",
        "The store, product and segments of a promo that is not over are not deleted.",
        NEEDED_IS_THERE,
    ),
    Check("prices", "A promo's price is above zero and below the regular price.", PRICES),
)
