"""What the domain says, found again in the catalogue; and the catalogue itself is whole."""

import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from flashpromo import sentences
from flashpromo.errors import DomainError
from flashpromo.fields import Checks
from flashpromo.languages import Language
from flashpromo.sentences import Sentences

ROOT = Path(__file__).parents[1]
SPOKEN = [each for each in Language if each is not Language.ENGLISH]
FILE = Path("LC_MESSAGES", "messages.po")


def read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened) if file.suffix == ".po" else read_mo(opened)


def told(catalogue: Catalog) -> dict[object, object]:
    return {_hashable(each.id): _hashable(each.string) for each in catalogue if each.id}


def _hashable(said: object) -> object:
    """A sentence as it is; one with a plural as a tuple, which a .mo file reads as a list."""
    return tuple(said) if isinstance(said, list) else said


@pytest.fixture(scope="module")
def anew(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogues as they are once everything that is said now was looked for."""
    copies = tmp_path_factory.mktemp("anew") / "translations"
    shutil.copytree(sentences.CATALOGUES, copies)
    subprocess.run([ROOT / "bin" / "languages", copies], check=True, capture_output=True)
    return copies


@pytest.mark.parametrize("language", SPOKEN)
def test_every_sentence_is_translated_and_none_is_stale(language: Language, anew: Path):
    kept, now = (told(read(each / language / FILE)) for each in (sentences.CATALOGUES, anew))
    assert set(now) - set(kept) == set(), "run bin/languages and translate these"
    assert set(kept) - set(now) == set(), "run bin/languages: nobody says these any more"
    assert [said for said, other in kept.items() if not other or not all(other)] == []


@pytest.mark.parametrize("language", SPOKEN)
def test_what_is_compiled_is_what_was_translated(language: Language):
    written = sentences.CATALOGUES / language / FILE
    assert told(read(written)) == told(read(written.with_suffix(".mo"))), "run bin/languages"


@pytest.mark.parametrize("language", SPOKEN)
def test_a_translation_has_the_values_of_its_sentence(language: Language):
    for message in read(sentences.CATALOGUES / language / FILE):
        if isinstance(message.id, str) and message.id:
            assert sorted(set(sentences.VALUE.findall(message.id))) == sorted(
                set(sentences.VALUE.findall(message.string))
            ), message.id
            assert not list(message.check()), message.id


def test_a_sentence_is_found_again_with_its_values():
    spanish = sentences.of(Language.SPANISH)
    checks = Checks()
    checks.line("name", "", longest=200)
    checks.latitude("latitude", 91)
    with pytest.raises(DomainError) as refused:
        checks.done()
    said = {name: spanish.told(each[0]) for name, each in refused.value.extra["errors"].items()}
    assert said == {
        "name": "Debe tener de 1 a 200 caracteres.",
        "latitude": "Debe estar entre -90 y 90 grados.",
    }


def test_what_nobody_has_translated_is_said_as_it_is():
    spoken = Sentences({"Only {count} of {count}.": "Solo {count}."})
    assert spoken.told("Only 3 of 3.") == "Solo 3."
    assert spoken.told("Only 3 of 4.") == "Only 3 of 4."
    assert sentences.of(Language.ENGLISH).told("Not found.") == "Not found."
