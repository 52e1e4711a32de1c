"""A store is opened together with its first owner, so that somebody can let others in."""

from typing import Unpack

from flashpromo import config
from flashpromo.market import members, stores
from flashpromo.market.members import Role
from flashpromo.market.models import Store
from flashpromo.market.stores import StoreChanges


def open_store(owner_id: int | None, **given: Unpack[StoreChanges]) -> Store:
    """Open a store; without a time zone or a currency it has the marketplace's.

    Args:
        owner_id: the user who owns it from now on; None for a store of the operators.
        given: name, latitude and longitude, and what else is known.

    Raises:
        InvalidFields: a value is not allowed.
    """
    zone = given.get("time_zone", config.current().marketplace_time_zone)
    store = stores.create(
        name=given["name"],
        latitude=given["latitude"],
        longitude=given["longitude"],
        time_zone=zone,
        currency=given.get("currency"),
    )
    if owner_id is not None:
        members.put(store.id, owner_id, Role.OWNER)
    return store
