"""The consoles: how long the server has to think before a page is there.

Each page is asked for by a merchant with one store, one with five hundred, and an operator over
all. The goal of a page is 100 ms, that of the live count 300 ms, whatever the radius.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import text

from bench import hello, report
from bench.browsing import Browser, Question
from bench.figures import Figure, Samples
from bench.stage import Stage
from bench.statements import explained
from bench.timing import Work, in_turn
from bench.town.market import CHAIN, CORNER, OPERATOR, PEOPLE
from flashpromo.db import session

GROUP: Final = "console"
PAGE_MS: Final = 100
COUNT_MS: Final = 300
COUNT_RATIO: Final = 1.3
RADII_KM: Final = (2, 10, 50)
HELLO: Final = "hello page"
STATES: Final = "psql promo_states.sql"
NEWEST: Final = "psql promo_page.sql"
SEEN: Final = {CORNER: "p.store_id = 1", CHAIN: "p.store_id BETWEEN 2 AND 1001", OPERATOR: "true"}
COUNTED: Final = {CORNER: 1, CHAIN: 2, OPERATOR: 1}
"""Products of the stores on the main square."""
ONE_OF: Final = """
SELECT promo.id, promo.product_id
FROM promo JOIN product AS p ON p.id = promo.product_id
JOIN promo_run AS run ON run.promo_id = promo.id
WHERE {seen} AND {wanted} ORDER BY promo.id LIMIT 1
"""


@dataclass(frozen=True)
class Page:
    """A page that somebody looks at, or a part of one."""

    name: str
    browser: Browser
    question: Question
    goal_ms: float = PAGE_MS

    def milliseconds(self) -> float:
        """How long it takes."""
        return self.browser.milliseconds(self.question)


def run(stage: Stage) -> None:
    """Measure and show all of it."""
    pages = [page for who in PEOPLE for page in _pages_of(stage, who)]
    there, missing = _tried(pages)
    limits = _limits(stage)
    works: dict[str, Work] = limits | {page.name: page.milliseconds for page in there}
    report.say(f"measuring {len(works)} works, {stage.effort.rounds} times in turn")
    taken = in_turn(works, stage.effort.rounds)
    figures = [_page_figure(stage, page, taken) for page in there] + missing
    stage.notes.show("Limits", [_figure(name, taken[name]) for name in limits])
    stage.notes.show("Pages of the consoles", figures)


def _tried(pages: list[Page]) -> tuple[list[Page], list[Figure]]:
    """Which pages answer; and a missed figure for each that does not."""
    there, missing = [], []
    for page in pages:
        answer = page.browser.look(page.question)
        if answer.status == 200:
            there.append(page)
        else:
            cause = f"{page.question.path} answers {answer.status}"
            missing.append(
                Figure(f"{GROUP}: {page.name}", None, "ms", goal=page.goal_ms, cause=cause)
            )
    return there, missing


def _limits(stage: Stage) -> dict[str, Work]:
    nobody = stage.browser()
    return {
        HELLO: partial(nobody.milliseconds, Question(hello.PATH)),
        STATES: partial(stage.psql.milliseconds, "promo_states.sql", {}),
        NEWEST: partial(stage.psql.milliseconds, "promo_page.sql", {}),
    }


def _pages_of(stage: Stage, who: str) -> Iterator[Page]:
    browser = stage.browser(who)
    page = partial(_page, who, browser)
    over, product = _one_of(stage, who, "run.ended_at IS NOT NULL")
    coming, _ = _one_of(stage, who, "promo.published AND promo.start_time > now()")
    running, _ = _one_of(stage, who, "promo.published AND run.activated_at IS NOT NULL")
    yield page("editor, new", f"/console/promos/new/?product={product}")
    yield page("editor, edit", f"/console/promos/{coming}/edit/")
    yield page("dashboard", "/console/")
    yield page("dashboard, part", "/console/now/", is_part=True)
    yield page("promos", "/console/promos/")
    yield page("promos, running", "/console/promos/?state=running")
    yield page("promos, searched", "/console/promos/?q=Keyboard")
    yield page("promo, ended", f"/console/promos/{over}/")
    yield page("promo, running", f"/console/promos/{running}/")
    yield page("promo, part", f"/console/promos/{running}/now/", is_part=True)
    yield page("products", "/console/products/")
    yield page("products, searched", "/console/products/?q=Keyboard")
    yield page("stores", "/console/stores/")
    for km in RADII_KM:
        fields = {"product_id": COUNTED[who], "segment_ids": 1, "max_distance_km": km}
        asked = Question("/console/promos/audience/", fields, is_part=True)
        yield Page(f"live count {km} km, {who}", browser, asked, COUNT_MS)
    if who == OPERATOR:
        for name in ("", "client", "notification", "delivery", "promo", "reservation", "health"):
            yield page(f"admin {name or 'home'}", f"/admin/{name}/".replace("//", "/"))


def _page(who: str, browser: Browser, name: str, path: str, *, is_part: bool = False) -> Page:
    return Page(f"{name}, {who}", browser, Question(path, is_part=is_part))


def _one_of(stage: Stage, who: str, wanted: str) -> tuple[int, int]:
    """The id of a promo that somebody sees, and that of its product."""
    with stage.app.app_context():
        query = text(ONE_OF.format(seen=SEEN[who], wanted=wanted))
        found = session().execute(query).first()
    return (found.id, found.product_id) if found else (0, 0)


def _page_figure(stage: Stage, page: Page, taken: Mapping[str, Samples]) -> Figure:
    samples = taken[page.name]
    missed = samples.median > page.goal_ms
    return _figure(
        page.name,
        samples,
        ratio=samples.median / taken[HELLO].median,
        against=HELLO,
        goal=page.goal_ms,
        cause=explained(stage.engine, page.milliseconds) if missed else None,
    )


def _figure(
    name: str,
    samples: Samples,
    *,
    ratio: float | None = None,
    against: str | None = None,
    goal: float | None = None,
    is_ratio: bool = False,
    cause: str | None = None,
) -> Figure:
    return Figure(
        f"{GROUP}: {name}", samples.median, "ms", ratio, against, goal, is_ratio, cause, samples
    )
