"""The generated part of `docs/performance.md`: figures with their goals and causes, and plots.

Each group of measurements has a section, written as soon as it is done: a run of some groups
rewrites theirs, and what a long run has found is not lost if its last group fails. What people have
written around it stays. The figures of a group stand beside the plots as lines of JSON too.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench import plots
from bench.figures import Figure
from bench.notebook import Notebook

DOCUMENT: Final = "performance.md"
FOLDER: Final = "performance"
BEGIN: Final = "<!-- written by bin/bench: do not edit from here -->"
END: Final = "<!-- to here -->"
SECTION: Final = re.compile(r"^<!-- group (\w+) -->$", re.MULTILINE)
HEAD: Final = (
    "| what | median | ± | ratio | against | goal | |",
    "| --- | ---: | ---: | ---: | --- | --- | --- |",
)


def write(
    group: str, notes: Notebook, about: Sequence[str], docs: Path, order: Sequence[str]
) -> None:
    """Put the results of a group into the document, and its plots beside it.

    Args:
        group: its name.
        notes: what it has found.
        about: lines on the run: the machine, the versions, the command, how long it took.
        docs: the folder of the document.
        order: the names of all groups, as their sections follow each other.

    Raises:
        ValueError: the document has no place for them.
    """
    document, folder = docs / DOCUMENT, docs / FOLDER
    before, begin, rest = document.read_text().partition(BEGIN)
    present, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} has no place between {BEGIN} and {END}")
    drawn = plots.draw(notes.points, folder)
    _, *parts = SECTION.split(present)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    sections[group] = "\n".join(_lines(group, notes, about, drawn))
    written = "\n\n".join(
        f"<!-- group {name} -->\n\n{sections[name].strip()}" for name in order if name in sections
    )
    document.write_text(f"{before}{BEGIN}\n\n{written}\n\n{END}{after}")
    lines = (figure.line() for _, figures in notes.tables for figure in figures)
    (folder / f"{group}.jsonl").write_text("".join(f"{line}\n" for line in lines))


def _lines(
    group: str, notes: Notebook, about: Sequence[str], drawn: Sequence[str]
) -> Iterator[str]:
    yield f"## Figures: {group}"
    yield ""
    yield from _of_goals(notes)
    for name in drawn:
        yield ""
        yield f"![{plots.PLOTS[name].title}]({FOLDER}/{name}.svg)"
    for title, figures in notes.tables:
        yield from ("", f"### {title}", "", *HEAD)
        yield from (_row(figure) for figure in figures)
    yield from _of_plans(notes)
    yield from ("", "<details><summary>Where and how this was measured</summary>", "")
    yield from (f"- {each}" for each in about)
    yield from ("", "</details>")


def _of_goals(notes: Notebook) -> Iterator[str]:
    wanted = [each for _, figures in notes.tables for each in figures if each.goal is not None]
    missed = notes.missed
    if wanted:
        yield f"{len(wanted) - len(missed)} of {len(wanted)} goals are met."
    if missed:
        yield from ("", "What is missed, and why:", "")
        yield from (f"- **{_safe(each.name)}**: {_safe(each.cause or '')}." for each in missed)


def _row(figure: Figure) -> str:
    samples, decimals = figure.samples, 0 if (figure.value or 0) >= 100 else 2
    cells = [
        figure.name,
        "none" if figure.value is None else f"{figure.value:,.{decimals}f} {figure.unit}",
        f"{samples.spread:,.{decimals}f}" if samples else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        figure.against or "",
        _goal(figure),
        "" if figure.goal is None else "met" if figure.ok else "missed",
    ]
    return f"| {' | '.join(map(_safe, cells))} |"


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    sign = "≥" if figure.at_least else "≤"
    return f"{sign} {figure.goal:,g}" + ("" if figure.is_ratio else f" {figure.unit}")


def _of_plans(notes: Notebook) -> Iterator[str]:
    for title, lines in notes.plans:
        yield from ("", f"<details><summary>{title}</summary>", "", "```text", *lines, "```", "")
        yield "</details>"


def _safe(cell: str) -> str:
    """Nothing that a table would take for its own."""
    return cell.replace("|", r"\|").replace("\n", " ").replace("<", "&lt;").replace("*", r"\*")
