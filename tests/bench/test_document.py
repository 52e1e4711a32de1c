"""Each group of measurements has its own section of the document, and leaves the others alone."""

import json
from pathlib import Path

import pytest

from bench import document
from bench.figures import Figure
from bench.notebook import Notebook

PLACE = f"before\n{document.BEGIN}\n{document.END}\nafter\n"
ORDER = ["lists", "reserve", "growth"]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / document.DOCUMENT).write_text(PLACE)
    return tmp_path


def found(title: str, value: float) -> Notebook:
    figure = Figure(f"{title} | of one", value, "ms", goal=10).explained(lambda: "it is slow")
    return Notebook(tables=[(title, [figure])])


def write(docs: Path, group: str, title: str, value: float = 5) -> str:
    document.write(group, found(title, value), ["a machine"], docs, ORDER)
    return (docs / document.DOCUMENT).read_text()


def test_sections_follow_each_other_as_the_groups_do(docs: Path):
    write(docs, "growth", "Grown")
    written = write(docs, "lists", "Listed", 50)
    assert written.startswith(f"before\n{document.BEGIN}\n")
    assert written.endswith(f"{document.END}\nafter\n")
    assert written.index("### Listed") < written.index("### Grown")
    assert "0 of 1 goals are met." in written
    assert r"- **Listed \| of one**: it is slow." in written


def test_a_section_is_rewritten_and_the_others_stay_as_they_are(docs: Path):
    write(docs, "lists", "Listed")
    before = write(docs, "growth", "Grown")
    after = write(docs, "lists", "Listed anew")
    assert "### Listed anew" in after
    assert "### Listed\n" not in after
    assert after.count("<!-- group ") == 2
    assert (
        after.partition("<!-- group growth -->")[2] == before.partition("<!-- group growth -->")[2]
    )
    assert write(docs, "lists", "Listed anew") == after


def test_the_figures_of_a_group_are_kept_as_lines_of_json(docs: Path):
    write(docs, "lists", "Listed")
    (line,) = (docs / document.FOLDER / "lists.jsonl").read_text().splitlines()
    assert json.loads(line)["value"] == 5


def test_a_document_without_a_place_is_refused(docs: Path):
    (docs / document.DOCUMENT).write_text("nothing")
    with pytest.raises(ValueError, match="has no place"):
        write(docs, "lists", "Listed")
