"""The pictures of products: put, replaced, removed, and found again by whoever shows them.

A product carries the digest of its picture, so that lists and promos name it without reading it;
both change in one transaction, behind the lock of the product's row.
"""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from flashpromo import audit, cache
from flashpromo.db import app_now, session
from flashpromo.errors import NotFound
from flashpromo.market import pictures, products
from flashpromo.market.models import Product, ProductImage
from flashpromo.market.pictures import Picture


def put(product_id: int, scope: Collection[int] | None, picture: Picture) -> Product:
    """Give a product a picture, in place of the one that it may have.

    Raises:
        NotFound: no such product in `scope`.
    """
    product = products.get(product_id, scope=scope, for_update=True)
    before, now = product.image_digest, app_now()
    session().merge(
        ProductImage(
            product_id=product_id,
            media_type=pictures.MEDIA_TYPE,
            width=picture.width,
            height=picture.height,
            digest=picture.digest,
            content=picture.content,
            thumbnail=picture.thumbnail,
            updated_at=now,
        )
    )
    product.image_digest, product.updated_at = picture.digest.hex(), now
    session().flush()
    _record("product.picture_put", product, before)
    return product


def remove(product_id: int, scope: Collection[int] | None) -> None:
    """Take a product's picture away; nothing happens where there is none.

    Raises:
        NotFound: no such product in `scope`.
    """
    product = products.get(product_id, scope=scope, for_update=True)
    if product.image_digest is None:
        return
    before, product.image_digest, product.updated_at = product.image_digest, None, app_now()
    session().execute(delete(ProductImage).where(ProductImage.product_id == product_id))
    session().flush()
    _record("product.picture_removed", product, before)


def get(product_id: int, scope: Collection[int] | None = None) -> ProductImage:
    """The picture of a product that is not deleted, with its bytes.

    Raises:
        NotFound: there is none in `scope`.
    """
    found = session().scalar(
        select(ProductImage)
        .join(Product, Product.id == ProductImage.product_id)
        .where(ProductImage.product_id == product_id, products.seen(scope))
        .options(undefer(ProductImage.content), undefer(ProductImage.thumbnail))
    )
    if found is None:
        raise NotFound("There is no picture.")
    return found


def _record(action: str, product: Product, before: str | None) -> None:
    audit.record(
        action,
        "product",
        product.id,
        store_id=product.store_id,
        before={"image_digest": before},
        after={"image_digest": product.image_digest},
    )
    cache.mark_stale(cache.TERMS)
