"""Stores and products."""

from typing import Any, ClassVar, Self

from flask import url_for

from flashpromo.api.shapes.base import Given, Shown, page_of, partial
from flashpromo.api.values import Id, Latitude, Longitude, Money, Price, ShownMoment, Text


class StoreIn(Given):
    """A store; without a time zone or a currency a new one has the marketplace's."""

    name: Text
    latitude: Latitude
    longitude: Longitude
    time_zone: Text = ""
    currency: Text = ""


class StoreOut(Shown):
    """A store as it is shown."""

    id: int
    name: str
    latitude: float
    longitude: float
    time_zone: str
    currency: str
    created_at: ShownMoment
    updated_at: ShownMoment


class ProductIn(Given):
    """A product of a store; `external_id` is the store's own name for it."""

    write_as: ClassVar = {"store": "store_id"}

    name: Text
    store_id: Id
    regular_price: Price
    external_id: Text | None = None


class ProductOut(Shown):
    """A product as it is shown, with its store."""

    id: int
    name: str
    store: StoreOut
    regular_price: Money
    external_id: str | None
    image_url: str | None

    @classmethod
    def of(cls, source: Any) -> Self:
        """The document of a product."""
        return cls(
            id=source.id,
            name=source.name,
            store=StoreOut.of(source.store),
            regular_price=source.regular_price,
            external_id=source.external_id,
            image_url=_image_url(source.id, source.image_digest),
        )


def _image_url(product_id: int, digest: str | None) -> str | None:
    """The address of a picture; without the host, so that a list may be kept for all hosts."""
    if digest is None:
        return None
    return url_for("media.product_image", product_id=product_id, digest=digest)


StorePatch, ProductPatch = partial(StoreIn), partial(ProductIn)
StorePage, ProductPage = page_of(StoreOut), page_of(ProductOut)
