"""Is this container well? Asked by health checks, every few seconds; it imports nothing of ours.

python -I deploy/healthy.py http://127.0.0.1:8000/readyz   answers with 200
python -I deploy/healthy.py /tmp/alive 30                  was touched in the last 30 seconds
"""

import http.client
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE_SECONDS = 4


def answers(address: str) -> str:
    """Why the address does not answer with 200; nothing when it does."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS
    )
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        said = answer.read(500).decode(errors="replace")
    except OSError as error:
        return f"{address}: {error}"
    finally:
        connection.close()
    return "" if answer.status == 200 else f"{address}: {answer.status} {said}"


def touched(file: Path, seconds: float) -> str:
    """Why the file is no sign of life; nothing when it is."""
    try:
        age = time.time() - file.stat().st_mtime
    except OSError as error:
        return str(error)
    return "" if age <= seconds else f"{file} was touched {age:.0f} s ago"


if __name__ == "__main__":
    what = sys.argv[1]
    wrong = answers(what) if "://" in what else touched(Path(what), float(sys.argv[2]))
    sys.exit(wrong or 0)
