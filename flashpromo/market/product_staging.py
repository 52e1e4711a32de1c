"""Products of a bulk on their way: staged, matched with those that are known, written.

What a new price means for promos is asked in between, a rank higher: see `promos.product_import`.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from flashpromo.bulk.errors import ChangedMeanwhile
from flashpromo.bulk.source import Record
from flashpromo.bulk.staging import Stage, execute
from flashpromo.db import app_now, session
from flashpromo.market import product_rows

STAGE: Final = Stage(
    table="staged_product",
    definition="""
        line bigint,
        external_id text,
        store_id bigint,
        name text,
        regular_price numeric(12, 2),
        product_id bigint,
        known boolean DEFAULT false,
        changed boolean DEFAULT false,
        repriced boolean DEFAULT false,
        dearer_promo_id bigint
    """,
    copied=("line", "external_id", "store_id", "name", "regular_price"),
    good="""
        SELECT line, external_id, product_id AS id,
            CASE WHEN known THEN 'updated' ELSE 'created' END AS status
        FROM staged_product
    """,
)

# The first of several lines stays, so the answer does not depend on how the file was cut.
REPEATED: Final = """
DELETE FROM staged_product AS staged
USING (SELECT store_id, external_id, min(line) AS line FROM staged_product
       GROUP BY store_id, external_id HAVING count(*) > 1) AS first
WHERE staged.store_id = first.store_id AND staged.external_id = first.external_id
  AND staged.line > first.line
RETURNING staged.line, staged.external_id, 'external_id', 'stands already in line ' || first.line
"""
# Two bulks for one store merge one after the other: they may name the same products in any order.
# Each lock takes room in the memory that all transactions share, so a bulk for very many stores
# takes a single one, which no other bulk can share. That one comes first, and stores in order.
MOST_STORE_LOCKS: Final = 100
MANY_STORES: Final = text("SELECT count(DISTINCT store_id) > :most FROM staged_product")
ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('flashpromo all products', 0))"
BESIDE_OTHERS: Final = """
SELECT pg_advisory_xact_lock_shared(hashtextextended('flashpromo all products', 0))
"""
ONE_AT_A_TIME: Final = """
SELECT pg_advisory_xact_lock(hashtextextended('flashpromo products', store_id))
FROM (SELECT DISTINCT store_id FROM staged_product ORDER BY store_id) AS of_stores
"""
# A store that is being deleted is waited for, and then found to be none.
LOCK_STORES: Final = """
SELECT id FROM store
WHERE id IN (SELECT store_id FROM staged_product) AND deleted_at IS NULL
  AND (:everywhere OR id = ANY (CAST(:scope AS bigint[])))
ORDER BY id FOR SHARE
"""
STORELESS: Final = """
DELETE FROM staged_product AS staged
WHERE NOT EXISTS (
    SELECT FROM store WHERE store.id = staged.store_id AND store.deleted_at IS NULL
      AND (:everywhere OR store.id = ANY (CAST(:scope AS bigint[]))))
RETURNING staged.line, staged.external_id, 'store_id', 'is not found'
"""
FIND_KNOWN: Final = """
UPDATE staged_product AS staged SET product_id = product.id, known = true
FROM product
WHERE product.store_id = staged.store_id AND product.external_id = staged.external_id
  AND product.deleted_at IS NULL
"""
# In the order of their ids, before any of their promos.
LOCK_KNOWN: Final = """
SELECT product.id FROM product
JOIN staged_product AS staged ON staged.product_id = product.id
WHERE staged.known AND product.deleted_at IS NULL AND product.external_id = staged.external_id
ORDER BY product.id FOR NO KEY UPDATE OF product
"""
COMPARE: Final = """
UPDATE staged_product AS staged
SET repriced = coalesce(staged.regular_price <> product.regular_price, false),
    changed = (coalesce(staged.name, product.name),
            coalesce(staged.regular_price, product.regular_price))
        IS DISTINCT FROM (product.name, product.regular_price)
FROM product WHERE staged.known AND product.id = staged.product_id
"""
INCOMPLETE: Final = """
DELETE FROM staged_product
WHERE NOT known AND (name IS NULL OR regular_price IS NULL)
RETURNING line, external_id, CASE WHEN name IS NULL THEN 'name' ELSE 'regular_price' END,
    'is missing: the product is new'
"""
NUMBER: Final = """
UPDATE staged_product SET product_id = nextval('product_id_seq') WHERE NOT known
"""
ADD: Final = """
INSERT INTO product (id, store_id, external_id, name, regular_price, created_at, updated_at)
SELECT product_id, store_id, external_id, name, regular_price, :now, :now
FROM staged_product WHERE NOT known ORDER BY product_id
"""
CHANGE: Final = """
UPDATE product
SET name = coalesce(staged.name, product.name),
    regular_price = coalesce(staged.regular_price, product.regular_price),
    updated_at = :now
FROM staged_product AS staged
WHERE product.id = staged.product_id AND staged.changed
"""
UPDATED: Final = "SELECT FROM staged_product WHERE known"


def load(records: Iterable[Record], usual_store: int | None) -> None:
    """Stage every good record, and reject the others; nothing is locked yet.

    Args:
        records: numbered records, read as they are needed.
        usual_store: the store of a record that names none.
    """
    STAGE.create()
    STAGE.load(records, lambda line, values: product_rows.checked(line, values, usual_store))
    STAGE.reject(REPEATED)


def match(scope: Collection[int] | None, *, lock: bool = True) -> datetime:
    """Find and lock the stores and the products that are known; the time, read after the locks.

    Args:
        scope: the stores that may be written; None: all of them.
        lock: False when nothing will be written: then nobody waits, and all may change again.

    Raises:
        ChangedMeanwhile: a product was removed or renamed between the two.
    """
    within = {"everywhere": scope is None, "scope": sorted(scope or ())}
    STAGE.reject(STORELESS, **within)  # before any lock: nobody can hold those of other stores
    if lock:
        _follow_other_bulks()
        execute(LOCK_STORES, **within)
        STAGE.reject(STORELESS, **within)  # and those deleted while the locks were waited for
    found = execute(FIND_KNOWN)
    if lock and found != execute(LOCK_KNOWN):
        raise ChangedMeanwhile
    execute(COMPARE)
    STAGE.reject(INCOMPLETE)
    return app_now()


def write(now: datetime) -> tuple[int, int]:
    """Add and change products; how many were new, and how many known.

    Raises:
        ChangedMeanwhile: an outside id was taken by another transaction.
    """
    execute(NUMBER)
    try:
        added = execute(ADD, now=now)
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    execute(CHANGE, now=now)
    return added, execute(UPDATED)


def _follow_other_bulks() -> None:
    """Wait for the bulks that write into one of the same stores, and let later ones wait."""
    if session().scalar(MANY_STORES, {"most": MOST_STORE_LOCKS}):
        execute(ALONE)
    else:
        execute(BESIDE_OTHERS)
        execute(ONE_AT_A_TIME)
