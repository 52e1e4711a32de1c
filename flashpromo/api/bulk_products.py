"""/api/market/products/bulk/: a store's own system sends its products, by its own ids."""

from collections.abc import Iterable
from typing import Annotated

from flask import Response
from pydantic import BeforeValidator, Field

from flashpromo.accounts.permissions import Permission
from flashpromo.api import bulk, guard
from flashpromo.api.blueprints import resource
from flashpromo.api.bulk import BulkQuery
from flashpromo.api.paging import whole_in_query
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.bulk import ProductRow
from flashpromo.api.uploads import IncompleteUpload, UnsupportedMediaType
from flashpromo.api.values import BIGGEST_ID
from flashpromo.bulk.errors import ChangedMeanwhile
from flashpromo.bulk.source import Record, UnreadableFile
from flashpromo.bulk.staging import Report, Upserted
from flashpromo.errors import NotFound
from flashpromo.market import product_rows
from flashpromo.promos.product_import import import_products

blueprint = resource("bulk_products", "/market/products/bulk", tag="Market")


class ProductsQuery(BulkQuery):
    """Which store the rows are of that name none, and which rows the answer tells of."""

    store_id: Annotated[int, Field(ge=1, le=BIGGEST_ID), BeforeValidator(whole_in_query)] | None = (
        None
    )


@blueprint.post("/")
@guard.allow(Permission.CATALOGUE_WRITE)
@refuses(UnreadableFile, IncompleteUpload, ChangedMeanwhile, UnsupportedMediaType, NotFound)
@bulk.takes_rows(ProductRow)
@blueprint.input(ProductsQuery, location="query", arg_name="query")
@blueprint.doc(responses=bulk.answers("created", "updated"))
def write_products(query: ProductsQuery) -> Response:
    """Add and change products by their `external_id`, as NDJSON or CSV.

    Merchants write into their own stores. The promos that are not over follow a new price.
    """

    def write(rows: Iterable[Record], report: Report, *, every: bool) -> Upserted:
        _see(query)
        scope = guard.store_scope()
        return import_products(rows, report, scope=scope, usual_store=query.store_id, every=every)

    _see(query)
    return bulk.carry_out(product_rows.COLUMNS, write, query)


def _see(query: ProductsQuery) -> None:
    if query.store_id is not None:
        guard.see_store(query.store_id)
