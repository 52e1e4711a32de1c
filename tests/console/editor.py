"""The editor's form as somebody fills it in, and what its page says of it."""

import re
from dataclasses import dataclass, field
from html import unescape

from werkzeug.test import TestResponse

from tests.console.conftest import PROMOS, Town
from tests.pages.conftest import Browser

NEW = f"{PROMOS}new/"
HIDDEN = re.compile(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"')
PROBLEM = re.compile(
    r'id="([\w-]+)-error">\s*<div>(?:<svg.*?</svg>)?\s*([^<]*?)\s*</div>', re.DOTALL
)
TAGS = re.compile(r"<[^>]+>")


def edit(promo_id: int) -> str:
    return f"{PROMOS}{promo_id}/edit/"


def words(page: TestResponse) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(TAGS.sub(" ", page.text)).split())


def problems(page: TestResponse) -> dict[str, str]:
    """What is wrong, by the field at which it stands."""
    return {name: unescape(said) for name, said in PROBLEM.findall(page.text)}


def value(page: TestResponse, name: str) -> str:
    """What stands in a text field."""
    tag = next(each for each in re.findall(r"<input[^>]*>", page.text) if f'name="{name}"' in each)
    return unescape(re.search(r'value="([^"]*)"', tag)[1])


def checked(page: TestResponse, name: str) -> list[str]:
    """The values of the boxes that are checked."""
    boxes = [each for each in re.findall(r"<input[^>]*>", page.text) if f'name="{name}"' in each]
    return [re.search(r'value="([^"]*)"', each)[1] for each in boxes if " checked" in each]


def hidden(page: TestResponse) -> dict[str, str]:
    """What a form carries along unseen."""
    return {name: unescape(said) for name, said in HIDDEN.findall(page.text)}


@dataclass
class Form:
    """A form that somebody fills in and sends."""

    browser: Browser
    page: str = NEW
    fields: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shown = self.browser.get(self.page)
        assert shown.status_code == 200, shown.text
        self.hidden = hidden(shown)

    def send(self, step: str = "draft", **changes: object) -> TestResponse:
        sent = self.hidden | self.fields | changes | {"step": step}
        return self.browser.http.post(self.page, data=sent)

    def ask(self, what: str, **changes: object) -> TestResponse:
        """The part of the page that follows the form: `audience` or `told`."""
        sent = self.hidden | self.fields | changes
        return self.browser.http.post(f"{PROMOS}{what}/", data=sent, headers={"HX-Request": "true"})


def filled(town: Town, **changes: object) -> dict[str, object]:
    """Headphones at 499.00 for new users within 2 km, on an evening of the year 2030."""
    return {
        "product_id": town.world.product_id,
        "promo_price": "499.00",
        "start_date": "2030-05-17",
        "start_clock": "17:00",
        "end_date": "2030-05-17",
        "end_clock": "19:00",
        "segment_ids": [town.world.new_users],
        "max_distance_km": "2",
        "quantity": "3",
        **changes,
    }
