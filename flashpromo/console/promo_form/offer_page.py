"""What the fields of an offer show: what was typed, what belongs to it, and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Self

from flask_babel import gettext as _

from flashpromo import formats
from flashpromo.audience import segments
from flashpromo.audience.models import Segment
from flashpromo.console import access
from flashpromo.console.promo_form import offer
from flashpromo.console.promo_form.offer import Offer, TypedOffer
from flashpromo.entrance import language
from flashpromo.errors import NotFound
from flashpromo.market import products
from flashpromo.market.models import Product, Store
from flashpromo.promos.models import MAX_DISTANCE_KM

MOST_MATCHES: Final = 12
MOST_SEGMENTS: Final = 200


@dataclass(frozen=True)
class OfferForm:
    """The fields of an offer; `wrong` is shown at them, by the names of the terms."""

    typed: TypedOffer
    offer: Offer
    product: Product | None
    store: Store | None
    segments: Sequence[Segment]
    matches: Sequence[Product] = ()
    wrong: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def checked(self) -> Self:
        """The same, with whatever could not be read shown as wrong."""
        return replace(self, wrong=self.offer.wrong)

    def refused(self, fields: Mapping[str, Sequence[str]]) -> Self:
        """The same, with what the domain refused shown as wrong too."""
        return replace(self, wrong={**self.wrong, **fields})

    @property
    def km(self) -> Decimal:
        """The radius that the map draws: the usual one while none can be read."""
        km: Decimal = self.offer.values.get("max_distance_km", Decimal(2))
        return km if 0 < km <= MAX_DISTANCE_KM else Decimal(2)

    @property
    def discount(self) -> str:
        """What the client saves, in a sentence; empty while no price or product is known."""
        price = self.offer.values.get("promo_price")
        if price is None or self.product is None or not 0 < price < self.product.regular_price:
            return ""
        regular, currency = self.product.regular_price, self.product.store.currency
        said: str = _(
            "%(share)s, the client saves %(amount)s.",
            share=formats.percent(price / regular - 1, language.here()),
            amount=formats.money(regular - price, currency, language.here()),
        )
        return said


def of(typed: TypedOffer, *, finding: bool = False) -> OfferForm:
    """The fields as they were typed, nothing shown as wrong yet.

    Args:
        typed: what was typed.
        finding: look for products of the typed words, to choose from without a script.
    """
    product = chosen(typed.product_id)
    return OfferForm(
        typed=typed,
        offer=offer.read(typed, product, language.here()),
        product=product,
        store=product.store if product else access.store(),
        segments=segments.page(limit=MOST_SEGMENTS, offset=0)[1],
        matches=matching(typed.product_words) if finding else (),
    )


def chosen(product_id: str) -> Product | None:
    """The product of an id that was sent; None if there is none, or somebody else's."""
    if not product_id.isdecimal() or len(product_id) > 18:
        return None
    try:
        return products.get(int(product_id), scope=access.scope())
    except NotFound:
        return None


def matching(words: str) -> Sequence[Product]:
    """The first products with these words in their name, of the stores that one sees now."""
    store = access.store()
    return products.page(
        scope=access.scope(),
        words=words.strip() or None,
        store_id=store.id if store else None,
        limit=MOST_MATCHES,
        offset=0,
    )[1]
