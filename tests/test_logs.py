"""A line of the log is written once: the process says where to, the application brings nothing."""

import subprocess
import sys

SAYS_A_LINE = """
import logging
from flashpromo.logs import log_to_stderr
import wsgi

log_to_stderr()
logging.getLogger("flashpromo.jobs").info("a line")
"""


def test_a_line_is_written_once():
    done = subprocess.run(
        [sys.executable, "-c", SAYS_A_LINE], capture_output=True, text=True, check=True
    )
    assert done.stderr.count("a line") == 1
