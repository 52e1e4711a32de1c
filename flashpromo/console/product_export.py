"""/console/products/export.csv: the products of a list, as a file that can be imported again."""

from collections.abc import Iterator

from babel.numbers import get_decimal_symbol
from flask import Response

from flashpromo.bulk import sheet
from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.console.products import wanted
from flashpromo.console.spreadsheets import download, separator
from flashpromo.entrance import language
from flashpromo.market import products
from flashpromo.market.products import ProductFilter

blueprint = console_pages("product_export")

HEADER = ("external_id", "name", "regular_price", "currency", "store_id", "store")


@blueprint.get(f"{PREFIX}/products/export.csv")
def csv() -> Response:
    """Send what the list shows, all pages of it; amounts by the habits of whoever asks."""
    return download(sheet.write(_rows(access.scope(), wanted()), separator()), "products.csv")


def _rows(scope: frozenset[int] | None, asked: ProductFilter) -> Iterator[tuple[str, ...]]:
    mark = get_decimal_symbol(language.here())
    yield HEADER
    for each in products.every(scope=scope, **asked):
        price = f"{each.regular_price:.2f}".replace(".", mark)
        store = (each.currency, str(each.store_id), each.store_name)
        yield each.external_id or "", each.name, price, *store
