"""Which language and region somebody wants, from what browsers send."""

import pytest

from flashpromo import languages
from flashpromo.languages import Language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ([], "en"),
        (["es-AR", "en"], "es"),
        (["fr-CA", "ES"], "es"),
        (["en-GB", "es"], "en"),
        (["de", "ja"], "en"),
        (["est"], "en"),  # Estonian is not Spanish
        (["*", "", "-", "es_MX"], "es"),
    ],
)
def test_the_first_that_there_are_words_in(accepted: list[str], language: str):
    assert languages.preferred(accepted) == language


@pytest.mark.parametrize(
    ("language", "accepted", "locale"),
    [
        ("es", ["es-ES", "en-US"], "es_ES"),
        ("es", ["en-US"], "es_MX"),
        ("es", ["es", "es-AR"], "es_AR"),
        ("en", ["es-ES", "en-gb"], "en_GB"),
        ("en", ["en-ZZZZ", "en-<script>"], "en_US"),
    ],
)
def test_the_region_is_the_browser_s_for_that_language(language, accepted, locale):
    assert str(languages.locale(Language(language), accepted)) == locale


def test_no_other_language_is_known():
    assert languages.known("fr") is None
    assert languages.known(None) is None
