"""What one record of a bulk of products must look like, and what it becomes.

Name and price may be missing or empty: a known product keeps what it has; a new one needs both.
"""

from decimal import Decimal
from typing import Final, NamedTuple

from flashpromo.bulk import cells
from flashpromo.bulk.cells import BadRow
from flashpromo.bulk.source import Columns, Values
from flashpromo.fields import exact_number

LONGEST_NAME: Final = 200

COLUMNS: Final = Columns(("external_id", "store_id", "name", "regular_price"), number=exact_number)


class ProductRow(NamedTuple):
    """A checked record in the order of the staging table's columns; None says nothing."""

    line: int
    external_id: str
    store_id: int
    name: str | None
    regular_price: Decimal | None


def checked(line: int, values: Values, usual_store: int | None) -> ProductRow:
    """Check one record; raises `BadRow` naming the first field that is wrong.

    Args:
        line: its number.
        values: its cells.
        usual_store: the store of a record that names none.
    """
    external_id = cells.external_id(values.get("external_id"))
    store_id = cells.identifier("store_id", values.get("store_id")) or usual_store
    if store_id is None:
        raise BadRow("store_id", "is missing")
    return ProductRow(
        line,
        external_id,
        store_id,
        cells.line("name", values.get("name"), LONGEST_NAME),
        cells.price("regular_price", values.get("regular_price")),
    )
