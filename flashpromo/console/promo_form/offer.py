"""The terms of an offer but its time, as they are typed, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Self

from babel import Locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from flashpromo import formats
from flashpromo.console import numerals
from flashpromo.errors import InvalidFields
from flashpromo.fields import Checks
from flashpromo.market.models import Product
from flashpromo.promos.models import Promo
from flashpromo.promos.terms import Terms

LONGEST: Final = 200
MOST_SEGMENTS: Final = 1000
PLACES_OF_KM: Final = 6
DAY_ONE: Final = datetime(2000, 1, 1, tzinfo=UTC)

Wrong = Mapping[str, list[str]]


@dataclass(frozen=True)
class TypedOffer:
    """What stands in the fields: text, whether it can be read or not."""

    product_id: str = ""
    product_words: str = ""
    promo_price: str = ""
    segment_ids: tuple[str, ...] = ()
    max_distance_km: str = ""
    quantity: str = ""

    @classmethod
    def blank(cls, product_id: str = "", locale: Locale | None = None) -> Self:
        """A new offer, with the usual radius and a single unit."""
        km = numerals.written(Decimal(2), locale) if locale else "2"
        return cls(product_id=product_id, max_distance_km=km, quantity="1")

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> Self:
        """What a form has sent."""
        names = ("product_id", "product_words", "promo_price", "max_distance_km", "quantity")
        texts = {name: form.get(name, "")[:LONGEST].replace("\0", "") for name in names}
        chosen = dict.fromkeys(each[:LONGEST] for each in form.getlist("segment_ids"))
        return cls(**texts, segment_ids=tuple(chosen)[:MOST_SEGMENTS])

    @classmethod
    def of(cls, promo: Promo, locale: Locale) -> Self:
        """What a stored promo would have typed."""
        return cls(
            product_id=str(promo.product_id),
            promo_price=numerals.written(promo.promo_price, locale, places=2),
            segment_ids=tuple(map(str, promo.segment_ids)),
            max_distance_km=numerals.written(promo.max_distance_km, locale),
            quantity=str(promo.quantity),
        )


@dataclass
class Offer:
    """The terms that could be read, by name; what is wrong with the others; what is doubtful."""

    values: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    understood: dict[str, str] = field(default_factory=dict)


def read(typed: TypedOffer, product: Product | None, locale: Locale) -> Offer:
    """Read what was typed for a product; None while none was found.

    Every field that is wrong is told, also by the rules of the domain, as far as they can be asked.
    """
    offer = Offer()
    if product is None:
        offer.wrong["product_id"] = [_("Choose a product.")]
    else:
        offer.values["product_id"] = product.id
    _read_price(typed.promo_price, product, locale, offer)
    _read_km(typed.max_distance_km, locale, offer)
    _read_quantity(typed.quantity, locale, offer)
    offer.values["segment_ids"] = tuple(
        int(each) for each in typed.segment_ids if each.isdecimal() and len(each) < 19
    )
    refused = refusals(offer.values, product.regular_price if product else None)
    offer.wrong |= {name: said for name, said in refused.items() if name not in offer.wrong}
    return offer


def refusals(values: Mapping[str, Any], regular_price: Decimal | None) -> Wrong:
    """What the rules of promos say of these terms; of those that are missing, nothing."""
    # Without a product no price is too high.
    above = regular_price or values.get("promo_price", Decimal(1)) + 1
    harmless = Terms(1, above / 2, DAY_ONE, DAY_ONE + timedelta(hours=1), (1,))
    try:
        harmless.changed(values).check(above)
    except InvalidFields as error:
        return error.fields
    return {}


def _read_price(text: str, product: Product | None, locale: Locale, offer: Offer) -> None:
    example = numerals.written(Decimal("499.9"), locale, places=2)
    price = _number("promo_price", text, example, locale, offer)
    if price is None:
        return
    checks = Checks()
    checks.price("promo_price", price.value)
    try:
        checks.done()
    except InvalidFields as error:
        offer.wrong |= error.fields
        return
    offer.values["promo_price"] = price.value.quantize(Decimal("0.01"))
    if product is None:
        return
    currency = product.store.currency
    if price.value >= product.regular_price:
        most = formats.money(product.regular_price, currency, locale)
        said = _("Must be below the regular price of %(price)s.", price=most)
        offer.wrong["promo_price"] = [said]
    if price.is_doubtful:
        offer.understood["promo_price"] = formats.money(price.value, currency, locale)


def _read_km(text: str, locale: Locale, offer: Offer) -> None:
    example = numerals.written(Decimal("2.5"), locale)
    km = _number("max_distance_km", text, example, locale, offer)
    if km is None:
        return
    if km.value.normalize().as_tuple().exponent < -PLACES_OF_KM:  # type: ignore[operator]
        said = _("Must have at most %(places)s decimals.", places=PLACES_OF_KM)
        offer.wrong["max_distance_km"] = [said]
        return
    offer.values["max_distance_km"] = km.value
    if km.is_doubtful:
        offer.understood["max_distance_km"] = numerals.written(km.value, locale)


def _read_quantity(text: str, locale: Locale, offer: Offer) -> None:
    number = _number("quantity", text, "10", locale, offer)
    if number is None:
        return
    if number.value != int(number.value):
        offer.wrong["quantity"] = [_("Must be a whole number.")]
        return
    offer.values["quantity"] = int(number.value)
    if number.is_doubtful:
        offer.understood["quantity"] = formats.number(number.value, locale)


def _number(
    name: str, text: str, example: str, locale: Locale, offer: Offer
) -> numerals.Numeral | None:
    """The number in a field; None, with what is wrong noted, if there is none."""
    if not text.strip():
        offer.wrong[name] = [_("Must be given, like %(example)s.", example=example)]
        return None
    found = numerals.read(text, locale)
    if found is None:
        offer.wrong[name] = [_("Must be a number, like %(example)s.", example=example)]
    return found
