"""Files of products between their preview and the word of who has sent them.

They stand in the database, not in the form: a preview has many pages, and the file need not travel
with each. Nobody but its sender finds one, and after a day nobody does.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import uuid_utils.compat as uuid
from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from flashpromo.db import app_now, session
from flashpromo.errors import NotFound
from flashpromo.market.models import ProductImport

KEPT_FOR: Final = timedelta(days=1)
MOST_EACH: Final = 5
"""How many files of one person wait at once; the oldest make room."""
LONGEST_NAME: Final = 200


def keep(*, user_id: int, store_id: int, name: str, locale: str, content: bytes) -> ProductImport:
    """Let a file wait for its sender's word.

    Args:
        user_id: who has sent it.
        store_id: the store of a row that names none.
        name: as the sender's device calls it.
        locale: by which its amounts are read.
        content: the file.
    """
    _forget(user_id, app_now())
    kept = ProductImport(
        id=uuid.uuid7(),
        user_id=user_id,
        store_id=store_id,
        name="".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME],
        locale=locale,
        content=content,
    )
    session().add(kept)
    session().flush()
    return kept


def get(import_id: UUID, user_id: int) -> ProductImport:
    """A file that waits, with its content.

    Raises:
        NotFound: there is none, it is somebody else's, or too old.
    """
    found = session().scalar(
        select(ProductImport)
        .where(
            ProductImport.id == import_id,
            ProductImport.user_id == user_id,
            ProductImport.created_at > app_now() - KEPT_FOR,
        )
        .options(undefer(ProductImport.content))
    )
    if found is None:
        raise NotFound("This file is not kept any more. Send it once more.")
    return found


def claim(import_id: UUID, user_id: int) -> ProductImport:
    """Like `get`, and it is gone once the transaction commits: a file is carried out once.

    Raises:
        NotFound: there is none, or another request has just claimed it.
    """
    found = get(import_id, user_id)
    gone = delete(ProductImport).where(ProductImport.id == import_id).returning(ProductImport.id)
    if session().scalar(gone.execution_options(synchronize_session=False)) is None:
        raise NotFound("This file is not kept any more. Send it once more.")
    return found


def forget_old(now: datetime) -> int:
    """Delete what nobody finds any more; how many it were."""
    old = delete(ProductImport).where(ProductImport.created_at <= now - KEPT_FOR)
    return len(session().scalars(old.returning(ProductImport.id)).all())


def _forget(user_id: int, now: datetime) -> None:
    """What is old, and of one's own what would be too many with the one that comes."""
    forget_old(now)
    own = select(ProductImport.id).where(ProductImport.user_id == user_id)
    newest = own.order_by(ProductImport.created_at.desc()).limit(MOST_EACH - 1)
    session().execute(
        delete(ProductImport)
        .where(ProductImport.user_id == user_id, ProductImport.id.not_in(newest))
        .execution_options(synchronize_session=False)
    )
