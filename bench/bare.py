"""The limit of any endpoint: JSON from a bare Flask application in the same web server.

And of any that asks the database: the same after one statement, the shortest way there is.
"""

import os
from functools import cache
from typing import Final

from flask import Flask
from sqlalchemy import Engine, create_engine, text

app = Flask("bare")

ONE: Final = text("SELECT published FROM promo WHERE id = :promo_id")


@app.get("/healthz")
def hello() -> dict[str, str]:
    """Ask nobody anything."""
    return {"hello": "world"}


@app.get("/one-select/<int:promo_id>")
def look(promo_id: int) -> dict[str, bool]:
    """Ask the database for one row by its key; there is no transaction around it."""
    with _engine().connect() as connection:
        return {"published": connection.execute(ONE, {"promo_id": promo_id}).scalar_one()}


@cache
def _engine() -> Engine:
    return create_engine(os.environ["DATABASE_URL"], isolation_level="AUTOCOMMIT")
