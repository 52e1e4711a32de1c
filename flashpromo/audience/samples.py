"""Every nth client, by id: a part of them that says within some percent what all would say.

Ids are drawn in the order of signing up, which has nothing to do with where somebody is or what
they want. Each size in `SIZES` has a partial index on the clients' points of its own: of a wide
circle it is the rows that cost, wherever they lie.
"""

from typing import Final

from sqlalchemy import ColumnElement, literal_column

from flashpromo.audience.reach import Row

SIZES: Final = (64, 16)
"""Powers of two, so that the rest of a division is a mask."""


def every(nth: int, client: Row) -> ColumnElement[bool]:
    """The client is one of every `nth`; written as the indexes are, with no parameter in it.

    Args:
        nth: one of `SIZES`.
        client: the clients' row.
    """
    chosen: ColumnElement[bool] = client.id.op("&")(literal_column(str(nth - 1))) == literal_column(
        "0"
    )
    return chosen
