"""What holds for every template: nothing inline, icons that exist, files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = next((ROOT / "static" / "vendor").glob("tabler-icons-*/sprite.svg"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_nothing_is_written_into_a_page(template: Path):
    """The content security policy would drop it, and complain."""
    source = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", source)
    for script in re.findall(r"<script[^>]*>", source, re.DOTALL):
        assert "src=" in script


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_every_icon_is_in_the_sprite(template: Path):
    drawn = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))
    shown = set(re.findall(r'icon\("([^"]+)"', template.read_text()))
    assert shown <= drawn


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_every_file_of_others_is_there(template: Path):
    wanted = re.findall(r"vendored\('([^']+)', '([^']+)'\)", template.read_text())
    for package, file in wanted:
        assert list((ROOT / "static" / "vendor").glob(f"{package}-[0-9]*/{file}")), file


def test_every_package_of_others_has_its_licence_and_its_line():
    readme = (ROOT / "static" / "vendor" / "README.md").read_text()
    for folder in (ROOT / "static" / "vendor").iterdir():
        if folder.is_dir():
            assert (folder / "LICENSE").read_text().strip()
            version = folder.name.rpartition("-")[2]
            assert f"| {version} |" in readme
