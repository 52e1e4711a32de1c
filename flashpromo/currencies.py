"""Which currencies a store may have: those that are legal tender somewhere today.

Codes of ISO 4217, as the locale data of Unicode knows them; the same data writes amounts for
people. What was withdrawn, and what only tests or traders use, is left out.
"""

from functools import lru_cache

from babel.core import get_global
from babel.numbers import get_territory_currencies


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Codes of three capitals, some 150."""
    territories = get_global("territory_currencies")
    return frozenset(code for each in territories for code in get_territory_currencies(each))
