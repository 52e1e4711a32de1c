"""The page of the schema is that of the models."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_tells_the_models_of_today():
    made = runpy.run_path(str(ROOT / "bin" / "lib" / "schema.py"))["page"]()
    assert (ROOT / "docs" / "schema.md").read_text() == made, "run bin/schema"
