"""What takes long to count is not counted anew for everybody who looks at the same moment.

The answer is remembered for twenty times as long as it took, for five seconds at least and thirty
at most, and only if that was noticeable: what is small is always counted anew, and what is large
costs the database little, however many look. With Redis away everything is counted each time.
"""

import json
import time
from collections.abc import Callable
from typing import Any, Final

from flashpromo import cache

NOTICEABLE_SECONDS: Final = 0.05
TIMES_AS_LONG: Final = 20
SHORTEST_SECONDS: Final = 5
LONGEST_SECONDS: Final = 30
FINAL_SECONDS: Final = 3600


def counted(
    key: str,
    count: Callable[[], Any],
    *,
    longest_seconds: float | None = None,
    noticeable_seconds: float = NOTICEABLE_SECONDS,
    is_final: Callable[[Any], bool] = lambda _: False,
) -> Any:
    """What `count` answers, JSON-ready, now or a moment ago.

    Args:
        key: names the question; everything that the answer depends on but the time is in it.
        count: asks the database.
        longest_seconds: remember a noticeable answer for just so long, whatever it took.
        noticeable_seconds: an answer that took less is not remembered.
        is_final: whether an answer stays as it is; then it is remembered for longer.
    """
    reading = cache.look_up(f"counted:{key}", ())
    if reading.value is not None:
        return json.loads(reading.value)
    began = time.monotonic()
    answer = count()
    took = time.monotonic() - began
    if took >= noticeable_seconds:
        life = longest_seconds or min(max(took * TIMES_AS_LONG, SHORTEST_SECONDS), LONGEST_SECONDS)
        life = FINAL_SECONDS if is_final(answer) else life
        cache.remember(reading, json.dumps(answer).encode(), took + life)
    return answer
