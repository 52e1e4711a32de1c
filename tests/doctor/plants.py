"""Planting a corruption: whatever guards against it is dropped, in a transaction that is undone."""

from flask import Flask
from sqlalchemy import text

from flashpromo import config
from flashpromo.db import session
from flashpromo.doctor import Finding, look
from flashpromo.guarded_redis import connect
from flashpromo.news.topic import topic_of
from tests.doctor.town import Town


def findings(app: Flask, town: Town, *statements: str) -> list[Finding]:
    """What the doctor finds after these statements, which are then rolled back, DDL included.

    A live process listens meanwhile.
    """
    with app.app_context(), connect(config.current()) as redis, redis.pubsub() as live:
        live.subscribe(topic_of(redis))
        live.get_message(timeout=5)
        try:
            for statement in statements:
                session().execute(text(statement), town.values)
            found = list(look(town.now))
        finally:
            session().rollback()
    return [finding for finding in found if finding.status != "ok"]


def unguarded(table: str, *constraints: str) -> list[str]:
    return [f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE" for name in constraints]


def update(table: str, assignment: str, where: str) -> str:
    return f"UPDATE {table} SET {assignment} WHERE {where}"
