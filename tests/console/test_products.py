"""Products in the console: their list and their form; what a new price means; deleting."""

import re
from decimal import Decimal

import pytest

from flashpromo.db import session
from flashpromo.market.models import Product
from tests.console.conftest import OTHER, STAFF
from tests.pages.conftest import Browser

PRODUCTS = "/console/products/"
NEW = f"{PRODUCTS}new/"
NAME = re.compile(r'<th role="rowheader" scope="row">.*?<a[^>]*>\s*([^<]+?)\s*</a>', re.DOTALL)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{1234567*7}}",
    "javascript:1",
)


def names(browser: Browser, query: str = "") -> list[str]:
    return NAME.findall(browser.get(f"{PRODUCTS}{query}").text)


def page_of(product_id: int) -> str:
    return f"{PRODUCTS}{product_id}/"


def stored(town, product_id: int) -> tuple[str, Decimal, str | None]:
    with town.app.app_context():
        product = session().get(Product, product_id)
        return product.name, product.regular_price, product.external_id


def edit(browser: Browser, town, product_id: int | None = None, **fields: str):
    product_id = product_id or town.world.product_id
    page = browser.get(page_of(product_id)).text
    typed = {"name": "Headphones XYZ", "regular_price": "999.00", "seen": seen(page)} | fields
    return browser.submit(page_of(product_id), page_of(product_id), **typed)


def seen(page: str) -> str:
    return re.search(r'name="seen"\s+value="([^"]+)"', page)[1]


def error_at(page: str, name: str) -> str:
    assert f'aria-describedby="{name}-error' in page
    return page.partition(f'id="{name}-error"')[2].partition("</svg>")[2].partition("</div>")[0]


def add(town, *product_names: str) -> list[int]:
    with town.app.app_context():
        ids = [town.world.add_product(each) for each in product_names]
        session().commit()
        return ids


def test_a_list_by_name_with_prices_of_one_s_own_stores(owner: Browser, look_as, town):
    add(town, "Zither", "amplifier")
    found = names(owner)
    assert sorted(found, key=str.lower) == ["amplifier", "Headphones XYZ", "Zither"]
    assert "$999.00" in owner.get(PRODUCTS).text
    assert names(look_as(OTHER)) == ["Cold brew"]
    assert names(owner, "?sort=-id") == ["amplifier", "Zither", "Headphones XYZ"]
    assert names(owner, "?q=ZITH") == ["Zither"]
    assert names(owner, "?q=%25") == []
    edit(owner, town, external_id="SKU-77")
    assert names(owner, "?q=sku-7") == ["Headphones XYZ"]
    for strange in ("?sort=nonsense", "?page=²", "?page=99", "?q=%00%ff"):
        assert owner.get(f"{PRODUCTS}{strange}").status_code == 200


def test_pages_and_what_to_do_when_there_is_nothing(owner: Browser, look_as, town):
    add(town, *(f"Product {number:02}" for number in range(21)))
    page = owner.get(f"{PRODUCTS}?q=product&sort=name").text
    assert "1 to 20 of 21" in page
    assert "Product 20" in owner.get(f"{PRODUCTS}?q=product&sort=name&page=2").text
    assert "No product fits" in owner.get(f"{PRODUCTS}?q=nothing").text
    assert "No product yet" in look_as("newcomer").get(PRODUCTS).text


def test_promos_of_a_product_are_counted_and_linked(owner: Browser, town):
    product_id = town.world.product_id
    town.promo("", product_id=product_id, hours=-1)
    town.promo("", product_id=product_id, hours=30)
    town.promo("", product_id=product_id, hours=60, publish=False)
    page = owner.get(PRODUCTS).text
    assert "1 running" in page
    assert "1 scheduled" in page
    link = f"/console/promos/?product={product_id}"
    assert link in page
    add(town, "Other")
    town.promo("Elsewhere", hours=2)
    assert owner.get(link).text.count('<tr role="row">') == 1 + 3


def test_a_new_product_of_one_s_own_store(owner: Browser, town):
    answer = owner.submit(
        NEW,
        NEW,
        name=" Radio ",
        regular_price="1,299.90",
        external_id="r-1",
        store_id=str(town.world.store_id),
    )
    assert answer.status_code == 303
    product_id = int(answer.headers["Location"].split("/")[3])
    assert stored(town, product_id) == ("Radio", Decimal("1299.90"), "r-1")
    assert "The product is added." in owner.get(page_of(product_id)).text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Must have 1 to 200 characters."),
        ("name", "a\tb", "Control characters"),
        ("regular_price", "", "Must be an amount of money, like 1299.90."),
        ("regular_price", "1.299,90", "Must be an amount of money"),
        ("regular_price", "-1", "Must be above 0."),
        ("regular_price", "0", "Must be above 0."),
        ("regular_price", "1.299", "Must be an amount of money"),
        ("external_id", "x" * 201, "Must have 1 to 200 characters."),
        ("external_id", "taken", "Another product of the store has this outside id."),
        ("store_id", "", "Choose one of your stores."),
        ("store_id", "{cafe}", "Choose one of your stores."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    owner: Browser, look_as, town, field: str, typed: str, said: str
):
    edit(owner, town, external_id="taken")
    typed = typed.replace("{cafe}", str(town.cafe_id))
    fields = {"name": "Radio", "regular_price": "499.00", "external_id": "r-2"}
    answer = owner.submit(
        NEW, NEW, **{**fields, "store_id": str(town.world.store_id), field: typed}
    )
    assert answer.status_code == 422
    if field != "store_id":  # one store: there is no such field to tell it at
        assert said in error_at(answer.text, field)
    for name, value in (fields | {field: typed}).items():
        if name in fields:
            assert f'name="{name}"' in answer.text
            assert f'value="{value}"' in answer.text
    assert names(owner) == ["Headphones XYZ"]


def test_spain_writes_its_prices_its_own_way(owner: Browser, town):
    owner.http.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es-ES"
    page = owner.get(page_of(town.world.product_id)).text
    assert 'value="999,00"' in page
    assert edit(owner, town, regular_price="1.299,90").status_code == 303
    assert stored(town, town.world.product_id)[1] == Decimal("1299.90")
    assert edit(owner, town, regular_price="1,299.90").status_code == 422


def test_of_two_tabs_the_second_is_told_and_loses_nothing(owner: Browser, look_as, town):
    first = owner.get(page_of(town.world.product_id)).text
    assert edit(owner, town, name="By the first").status_code == 303
    answer = edit(owner, town, name="By the second", seen=seen(first))
    assert answer.status_code == 412
    assert 'value="By the second"' in answer.text
    assert "Now: By the first" in answer.text
    assert stored(town, town.world.product_id)[0] == "By the first"
    again = edit(owner, town, name="By the second", seen=seen(answer.text))
    assert again.status_code == 303
    assert stored(town, town.world.product_id)[0] == "By the second"


def test_a_new_price_that_promos_follow_is_asked_about_first(owner: Browser, town):
    product_id = town.world.product_id
    promo_id = town.promo("", product_id=product_id, hours=-1, promo_price=Decimal("499.00"))
    asked = edit(owner, town, regular_price="998.00", name="Renamed")
    assert asked.status_code == 200
    assert "One promo would follow the new price" in asked.text
    assert f"/console/promos/{promo_id}/" in asked.text
    assert 'value="Renamed"' in asked.text
    assert stored(town, product_id)[1] == Decimal("999.00")
    # Confirmed is one price, not another one that is typed after it.
    assert edit(owner, town, regular_price="900", confirmed="998.00").status_code == 200
    assert edit(owner, town, regular_price="998.00", confirmed="998.00").status_code == 303
    assert stored(town, product_id)[1] == Decimal("998.00")


def test_a_price_at_that_of_a_promo_is_refused_at_the_field(owner: Browser, town):
    promo_id = town.promo("", product_id=town.world.product_id, hours=1)
    answer = edit(owner, town, regular_price="499.00")
    assert answer.status_code == 422
    assert error_at(answer.text, "regular_price").strip() == (
        f"Must be above the price of promo {promo_id}."
    )


def test_deleting_says_what_ends_and_ends_it(owner: Browser, town):
    product_id = town.world.product_id
    delete = f"{page_of(product_id)}delete/"
    promo_id = town.promo("", product_id=product_id, hours=30)
    page = owner.get(delete).text
    assert "It cannot be deleted while this promo needs it." in page
    assert "btn-danger" not in page
    assert owner.submit(page_of(product_id), delete).status_code == 409
    owner.submit(f"/console/promos/{promo_id}/withdraw/", f"/console/promos/{promo_id}/withdraw/")
    page = owner.get(delete)
    assert "This draft of a promo is deleted with it" in page.text
    answer = owner.submit(delete, delete, seen=seen(page.text))
    assert (answer.status_code, answer.headers["Location"]) == (303, PRODUCTS)
    assert names(owner) == []
    assert owner.get(page_of(product_id)).status_code == 404
    assert owner.get(f"/console/promos/{promo_id}/").status_code == 404


@pytest.mark.parametrize("sent", ["", "yesterday"])
def test_what_nobody_knows_to_have_been_seen_is_not_written(owner: Browser, town, sent: str):
    path = page_of(town.world.product_id)
    assert edit(owner, town, name="Unseen", seen=sent).status_code == 412
    kept = owner.submit(path, f"{path}delete/", seen=sent)
    assert kept.status_code == 412
    assert "It has changed since you read it." in kept.text
    assert names(owner) == ["Headphones XYZ"]


def test_nobody_sees_or_touches_what_is_not_theirs(owner: Browser, look_as, town):
    path = page_of(town.coffee_id)
    form = {"name": "Mine", "regular_price": "1", "store_id": str(town.cafe_id)}
    for page in (path, f"{path}delete/"):
        assert owner.get(page).status_code == 404
        assert owner.submit(NEW, page, **form).status_code == 404
    assert owner.submit(NEW, NEW, **form).status_code == 422
    assert owner.get(page_of(10**18)).status_code == 404
    assert stored(town, town.coffee_id)[0] == "Cold brew"
    for who, status in ((STAFF, 200), ("admin", 200), (OTHER, 404), ("alice", 403)):
        assert look_as(who).get(page_of(town.world.product_id)).status_code == status, who
    assert owner.http.post(path, data=form).status_code == 400


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_stay_words(owner: Browser, town, hostile: str):
    edit(owner, town, name=hostile, external_id=hostile)
    product_id = town.world.product_id
    for path in (PRODUCTS, page_of(product_id), f"{page_of(product_id)}delete/"):
        page = owner.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "8641969" not in page
    assert stored(town, product_id)[0] == hostile
