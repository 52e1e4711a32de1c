"""What the documents name is there: pages and headings, files, commands, settings."""

import re
from pathlib import Path

import click
import pytest
from flask import Flask

from flashpromo.config import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if path.name != "CHANGELOG.md"  # what was true then
)
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")
QUOTED = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
FOLDERS = r"(?:flashpromo|bin|deploy|docs|tests|templates|static|migrations|translations|bench)"
FILE = re.compile(rf"{FOLDERS}/[\w./-]*\w/?|\w+(?:-\w+)*\.(?:md|yml|toml|in)")
MODULE = re.compile(r"[a-z_]+(?:/[a-z_]+)*\.py")
COMMAND = re.compile(r"(?:bin/)?flask ((?:[a-z][a-z-]*[ \t]?)+)")
SETTING = re.compile(r"\bFLASHPROMO_[A-Z_]+[A-Z]\b")
OF_THE_COMMANDS = {  # what shell commands, `flask users ensure-admin` and the tour read
    "FLASHPROMO_ENV",
    "FLASHPROMO_URL",
    "FLASHPROMO_VAR",
    "FLASHPROMO_ADMIN_USERNAME",
    "FLASHPROMO_ADMIN_PASSWORD",
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(document: Path) -> set[str]:
    """The names under which the headings of a page can be linked, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def is_known(words: list[str], command: click.Command) -> bool:
    """Every word that should name a command does; what follows a command are its arguments."""
    if not words or not isinstance(command, click.Group):
        return True
    return words[0] in command.commands and is_known(words[1:], command.commands[words[0]])


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(document: Path):
    for target, anchor in LINK.findall(document.read_text()):
        page = (document.parent / target).resolve() if target else document
        assert page.exists(), target
        assert not anchor or anchor in anchors(page), f"{target}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_file_that_is_named_is_there(document: Path):
    for said in QUOTED.findall(FENCED.sub("", document.read_text())):
        path = said.split(" ")[0]
        if MODULE.fullmatch(path):
            assert list(ROOT.rglob(path)), said
        elif FILE.fullmatch(path):
            assert (ROOT / path).exists() or (document.parent / path).exists(), said


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_that_is_named_exists(document: Path, app: Flask):
    for words in COMMAND.findall(document.read_text()):
        assert is_known(words.split(), app.cli), words


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_setting_that_is_named_exists(document: Path):
    known = {f"FLASHPROMO_{field}".upper() for field in Settings.model_fields} | OF_THE_COMMANDS
    assert set(SETTING.findall(document.read_text())) - known == set()
