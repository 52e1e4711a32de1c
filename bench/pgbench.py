"""pgbench: the statements of a request by PostgreSQL's own load generator, without any Python."""

import re
import subprocess
from typing import Final

from bench.load import CONNECTIONS
from bench.psql import FOLDER, address, program

BOUND = "-T"
"""How a run is bounded: in seconds."""
TPS: Final = re.compile(r"^tps = ([\d.]+) ", re.MULTILINE)


def transactions_a_second(database_url: str, file: str, pairs: int, seconds: int) -> float:
    """How many transactions of a file are committed each second, on as many connections as a load.

    Raises:
        RuntimeError: a statement failed.
    """
    said = subprocess.run(  # noqa: S603 - our own pgbench on our own database
        [
            *(program("pgbench"), "-n", "-M", "prepared", BOUND, str(seconds)),
            *("-c", str(CONNECTIONS), "-j", "1", "-f", str(FOLDER / file)),
            *("-D", f"pairs={pairs}", "-D", "turn=0", "-D", f"clients={CONNECTIONS}"),
            address(database_url),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
    )
    found = TPS.search(said.stdout)
    if said.returncode or found is None:
        raise RuntimeError(f"pgbench gave up: {said.stderr}")
    return float(found[1])
