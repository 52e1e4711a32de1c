"""The weeks of notifications and deliveries: made ahead, so that DEFAULT stays empty."""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

# A client's local day is at most one off the UTC day. A bound reads FROM ('…') TO ('…').
WEEKS_EXIST = r"""
WITH bounds AS (
  SELECT inhparent AS parent, pg_get_expr(week.relpartbound, week.oid) AS bound
  FROM pg_inherits JOIN pg_class AS week ON week.oid = inhrelid
  WHERE inhparent IN (CAST('notification' AS regclass), CAST('delivery' AS regclass))),
weeks AS (
  SELECT parent, CAST(substring(bound FROM 'FROM \(''([0-9-]+)''') AS date) AS low,
    CAST(substring(bound FROM 'TO \(''([0-9-]+)''') AS date) AS high
  FROM bounds)
SELECT parent.name AS "table", needed.day
FROM (VALUES ('notification'), ('delivery')) AS parent (name),
  generate_series(-1, 1) AS off, LATERAL (
    SELECT CAST(:now AT TIME ZONE 'UTC' AS date) + off AS day) AS needed
WHERE NOT EXISTS (
  SELECT FROM weeks WHERE weeks.parent = CAST(parent.name AS regclass)
    AND needed.day >= weeks.low AND needed.day < weeks.high)
"""

DEFAULT_EMPTY = """
SELECT 'notification_default' AS "table", local_day, count(*) AS stored
FROM notification_default GROUP BY local_day
UNION ALL
SELECT 'delivery_default', local_day, count(*) FROM delivery_default GROUP BY local_day
"""

CHECKS: Final[Sequence[Check]] = (
    Check(
        "weeks_exist",
        "The weekly partitions for yesterday, today and tomorrow exist.",
        WEEKS_EXIST,
    ),
    Check(
        "default_empty",
        "No notification or delivery lies outside of its week.",
        DEFAULT_EMPTY,
    ),
)
