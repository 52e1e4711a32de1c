"""A scheduler and workers that have nothing to do cost next to nothing, for as long as they run.

Each lane of the scheduler may keep one connection to the database; workers at rest keep none.
"""

import os
import time
from pathlib import Path

from sqlalchemy import text

from flashpromo.cli import rounds
from tests.processes.running import Service

SECONDS = 12
NAME = "idle-processes"
CONNECTIONS = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
TRANSACTIONS = text("""
SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()
""")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_idle_processes_cost_next_to_nothing(service: Service, clean, engine, redis):
    def ask(statement) -> int:
        with engine.connect() as connection:
            return connection.execute(statement, {"name": NAME}).scalar_one()

    service.environment["PGAPPNAME"] = NAME
    programs = service.start("scheduler", "worker activation", "worker delivery")
    time.sleep(3)  # the first rounds
    before = {
        "cpu": [cpu_seconds(program.handle.pid) for program in programs],
        "files": [open_files(program.handle.pid) for program in programs],
        "redis": redis.info()["total_connections_received"],
        "transactions": ask(TRANSACTIONS),
    }
    time.sleep(SECONDS)
    cpu = [
        (cpu_seconds(program.handle.pid) - used) / SECONDS
        for program, used in zip(programs, before["cpu"], strict=True)
    ]
    transactions = (ask(TRANSACTIONS) - before["transactions"]) / SECONDS
    connections = ask(CONNECTIONS)
    reconnections = redis.info()["total_connections_received"] - before["redis"]
    print(f"CPU {cpu}, {transactions:.1f} transactions/s, {connections} connections")
    print(f"{reconnections} new Redis connections in {SECONDS} s")
    assert max(cpu) < 0.1
    assert connections <= len(rounds.lanes())
    assert transactions < 20
    for program, files in zip(programs, before["files"], strict=True):
        assert open_files(program.handle.pid) <= files + 2, program.name
