"""What the domain says, in another language.

The domain refuses in English sentences, some with values in them: "Must have 1 to 200 characters."
The catalogue knows each by its pattern, "Must have {shortest} to {longest} characters.", and so it
is found again from the sentence that was said; the values go into the other language's sentence. A
sentence that nobody has translated is said as it is.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel.messages.mofile import read_mo

from flashpromo.languages import Language

CATALOGUES: Final = Path(__file__).parents[1] / "translations"
VALUE: Final = re.compile(r"\{(\w+)\}")

Patterns = list[tuple[re.Pattern[str], str]]


class Sentences:
    """The sentences of one language, by their English."""

    def __init__(self, translated: Mapping[str, str]) -> None:
        self._whole = {said: other for said, other in translated.items() if "{" not in said}
        self._patterns: Patterns = [
            (_pattern(said), other) for said, other in translated.items() if "{" in said
        ]

    def told(self, sentence: str) -> str:
        """The sentence in this language, or as it is."""
        if sentence in self._whole:
            return self._whole[sentence]
        for pattern, other in self._patterns:
            if found := pattern.fullmatch(sentence):
                return _filled(other, found.groupdict())
        return sentence


def _filled(other: str, values: Mapping[str, str]) -> str:
    return VALUE.sub(lambda name: values.get(name[1], name[0]), other)


@lru_cache
def of(language: Language) -> Sentences:
    """The sentences of a language, read once a process; English has none to look up."""
    file = CATALOGUES / language / "LC_MESSAGES" / "messages.mo"
    if not file.is_file():
        return Sentences({})
    with file.open("rb") as opened:
        catalogue = read_mo(opened)
    return Sentences(
        {
            message.id: message.string
            for message in catalogue
            if isinstance(message.id, str) and isinstance(message.string, str) and message.id
        }
    )


def _pattern(said: str) -> re.Pattern[str]:
    """The pattern as a regular expression: what is between braces may be anything."""
    written, names = "", set[str]()
    for place, part in enumerate(VALUE.split(said)):
        if place % 2 == 0:
            written += re.escape(part)
        elif part in names:
            written += f"(?P={part})"
        else:
            written += f"(?P<{part}>.+?)"
            names.add(part)
    return re.compile(written, re.DOTALL)
