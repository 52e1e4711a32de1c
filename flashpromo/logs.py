"""Where the long-running processes write what they do."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def log_to_stderr() -> None:
    """One line for each event on standard error; ours from INFO, everybody else's from WARNING."""
    logging.basicConfig(level=logging.WARNING, format=FORMAT)
    logging.getLogger("flashpromo").setLevel(logging.INFO)
