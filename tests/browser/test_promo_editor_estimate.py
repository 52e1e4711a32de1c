"""The live count of very many in a real browser: the estimate first, the count by itself."""

from urllib.parse import parse_qs

from playwright.sync_api import Page, Request, expect

from flashpromo.db import session, transaction
from tests.browser.test_console import at_desk
from tests.browser.test_promo_editor import desk, fill
from tests.console.conftest import Town, town
from tests.console.test_promo_editor_estimate import CROWD, PEOPLE

__all__ = ["at_desk", "desk", "town"]

LISTEN = """() => {
    window.heard = [];
    const said = document.getElementById("audience-said");
    const hear = () => heard.push(said.textContent);
    new MutationObserver(hear).observe(said, { childList: true });
}"""


def test_the_count_follows_the_estimate_and_only_the_count_is_announced(desk: Page, town: Town):
    of = {"segment": town.world.new_users, "other": town.world.frequent, "count": PEOPLE}
    with town.app.app_context(), transaction():
        session().execute(CROWD, of)
    asked: list[dict[str, list[str]]] = []

    def keep(request: Request) -> None:
        if request.url.endswith("/promos/audience/"):
            asked.append(parse_qs(request.post_data))

    desk.on("request", keep)
    fill(desk)
    words, said = desk.locator("#audience-words"), desk.locator("#audience-said")
    expect(words).to_contain_text("(estimated from every 16th client)")
    expect(words).not_to_contain_text("estimated")
    expect(said).to_have_text(words.inner_text())
    asked.clear()
    desk.evaluate(LISTEN)
    field = desk.locator("#max_distance_km")
    field.fill("3")
    expect(words).to_contain_text("estimated")
    field.fill("4")
    expect(words).not_to_contain_text("estimated")
    expect(said).to_have_text(words.inner_text())
    heard = desk.evaluate("heard")
    assert len(heard) <= 1  # the rough number may be the one that was said before
    assert "estimated" not in "".join(heard)
    settled = [each for each in asked if "settled" in each]
    assert [each["max_distance_km"] for each in settled] == [["4"]]
    assert all(each["product_id"] for each in settled)
