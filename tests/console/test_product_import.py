"""Products from a file: what is shown is what is done, by one, by two at once, and never half."""

import csv
import io
import re
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from flashpromo.bulk import sheet
from flashpromo.db import session, transaction
from flashpromo.market.models import Product, ProductImport
from tests.console.conftest import OTHER, STAFF
from tests.console.test_products import HOSTILE, PRODUCTS
from tests.console.uploading import send
from tests.pages.conftest import Browser

IMPORT = f"{PRODUCTS}import/"
EXPORT = f"{PRODUCTS}export.csv"
SEEN = re.compile(r'name="seen"\s+value="([0-9a-f]{64})"')
LINE = re.compile(r'<tr role="row">\s*<th role="rowheader".*?</tr>', re.DOTALL)
TAG = re.compile(r"<[^>]+>|\s+")
HEAD = "external_id,name,regular_price\n"


def stage(browser: Browser, town, text: str | bytes, **fields: str):
    content = text if isinstance(text, bytes) else text.encode()
    fields = {"store_id": str(town.world.store_id)} | fields
    return send(browser, IMPORT, "file", content, "stock.csv", **fields)


def preview(browser: Browser, town, text: str | bytes) -> str:
    """The address of the preview of a file."""
    answer = stage(browser, town, text)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def lines(page: str) -> list[str]:
    """What stands in the rows of a preview."""
    return [" ".join(TAG.sub(" ", each).split()) for each in LINE.findall(page)]


def confirm(browser: Browser, path: str, seen: str | None = None):
    fields = {"seen": seen} if seen else {}
    return browser.submit(path, path, **fields)


def products_of(town, store_id: int | None = None) -> dict[str | None, tuple[str, Decimal]]:
    with town.app.app_context():
        wanted = Product.store_id == (store_id or town.world.store_id)
        found = session().scalars(select(Product).where(wanted, Product.deleted_at.is_(None)))
        return {each.external_id: (each.name, each.regular_price) for each in found}


@pytest.fixture
def stock(town) -> None:
    """TechShop's headphones are `h`, its radio is `r`."""
    with town.app.app_context(), transaction():
        session().get(Product, town.world.product_id).external_id = "h"
        radio = session().get(Product, town.world.add_product("Radio"))
        radio.external_id = "r"


FILE = f"{HEAD}h,Headphones XYZ,999.00\nr,Radio 2,899.5\nn,Novelty,5\nx,,\nh,Twice,1\nb,Broken,0\n"


def test_what_is_shown_is_what_is_done(owner: Browser, town, stock: None):
    path = preview(owner, town, FILE)
    page = owner.get(path).text
    assert lines(page) == [
        "Line 2 h As it is Headphones XYZ $999.00",
        "Line 3 r Changed from Radio → to Radio 2 from $999.00 → to $899.50",
        "Line 4 n New Novelty $5.00",
        "Line 5 x Left out Name: Is missing, and the product is new.",
        "Line 6 h Left out Outside id: Stands already in line 2.",
        "Line 7 b Left out Regular price: Must be above 0.",
    ]
    before = products_of(town)
    assert before == {
        "h": ("Headphones XYZ", Decimal("999.00")),
        "r": ("Radio", Decimal("999.00")),
    }
    answer = confirm(owner, path)
    assert (answer.status_code, answer.headers["Location"]) == (303, PRODUCTS)
    assert "2 products are imported." not in owner.get(path).text
    assert products_of(town) == {
        "h": ("Headphones XYZ", Decimal("999.00")),
        "r": ("Radio 2", Decimal("899.50")),
        "n": ("Novelty", Decimal("5.00")),
    }
    assert owner.get(path).status_code == 404


def test_a_price_at_that_of_a_promo_stays_out(owner: Browser, town, stock: None):
    promo_id = town.promo("", product_id=town.world.product_id, promo_price=Decimal("500.00"))
    path = preview(owner, town, f"{HEAD}h,,500.00\nr,,500.00\n")
    page = owner.get(path).text
    assert f"Regular price: Must be above the price of promo {promo_id}." in lines(page)[0]
    confirm(owner, path)
    assert products_of(town)["h"][1] == Decimal("999.00")
    assert products_of(town)["r"][1] == Decimal("500.00")


def test_if_anything_has_changed_the_preview_is_shown_again(owner: Browser, town, stock: None):
    path = preview(owner, town, f"{HEAD}r,,5\n")
    seen = SEEN.search(owner.get(path).text)[1]
    with town.app.app_context(), transaction():
        session().execute(Product.__table__.update().values(name="Renamed"))
    answer = confirm(owner, path, seen)
    assert answer.status_code == 409
    assert "something has changed since you looked" in answer.text
    assert "Renamed" in answer.text
    assert products_of(town)["r"][1] == Decimal("999.00")
    assert confirm(owner, path).status_code == 303
    assert products_of(town)["r"] == ("Renamed", Decimal("5.00"))


def test_of_two_importers_at_one_instant_one_looks_again(look_as, town, stock: None):
    crew = [look_as("techshop"), look_as(STAFF)]
    files = [f"{HEAD}r,Radio,{price}\nn{price},Same,7\nn,New,{price}\n" for price in (5, 6)]
    paths = [preview(who, town, text) for who, text in zip(crew, files, strict=True)]
    forms = [SEEN.search(who.get(path).text)[1] for who, path in zip(crew, paths, strict=True)]
    start, answers = threading.Barrier(2), {}

    def go(number: int) -> None:
        token = send_token(crew[number])
        start.wait()
        sent = {"csrf_token": token, "seen": forms[number]}
        answers[number] = crew[number].http.post(paths[number], data=sent).status_code

    threads = [threading.Thread(target=go, args=(number,)) for number in (0, 1)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers.values()) == [303, 409]
    won = next(number for number, status in answers.items() if status == 303)
    price = Decimal((5, 6)[won])
    found = products_of(town)
    assert (found["r"][1], found["n"][1]) == (price, price)
    assert f"n{(6, 5)[won]}" not in found


def send_token(browser: Browser) -> str:
    return re.search(r'name="csrf_token"\s+value="([^"]+)"', browser.get(PRODUCTS).text)[1]


def test_a_file_is_its_sender_s_and_grows_old(owner: Browser, look_as, town, clock, stock: None):
    path = preview(owner, town, FILE)
    for who in (STAFF, OTHER, "admin"):
        assert look_as(who).get(path).status_code == 404
        assert confirm(look_as(who), path, "0" * 64).status_code == 404
        assert look_as(who).get(f"{path}errors.csv").status_code == 404
    assert look_as("alice").get(path).status_code == 403
    assert owner.http.post(path).status_code == 400
    gone = preview(owner, town, FILE)
    assert owner.submit(gone, f"{gone}discard/").status_code == 303
    assert owner.get(gone).status_code == 404
    paths = [preview(owner, town, FILE) for _ in range(6)]
    assert owner.get(paths[-1]).status_code == 200
    assert owner.get(paths[0]).status_code == 404
    clock.advance(hours=25)
    owner.sign_in()
    assert owner.get(paths[-1]).status_code == 404
    preview(owner, town, FILE)
    with town.app.app_context():
        assert session().scalar(select(func.count()).select_from(ProductImport)) == 1


def test_only_one_s_own_stores_are_written(owner: Browser, town, stock: None):
    assert stage(owner, town, FILE, store_id=str(town.cafe_id)).status_code == 422
    assert stage(owner, town, FILE, store_id="").status_code == 422
    text = f"external_id,store_id,name,regular_price\nn,{town.cafe_id},Mine,1\nm,,Ours,2\n"
    path = preview(owner, town, text)
    assert "Store: There is no such store." in lines(owner.get(path).text)[0]
    confirm(owner, path)
    assert "n" not in products_of(town, town.cafe_id)
    assert products_of(town)["m"] == ("Ours", Decimal("2.00"))


@pytest.mark.parametrize(
    "text",
    [
        "external_id,name,regular_price\r\nn,Nice,1234.50\r\n",
        "\ufeffSKU;Nombre;Precio\nn;Nice;1234,50\n",
        "\ufeffSKU;Nombre;Precio\nn;Nice;1,234.50\n",
        "Outside ID\tPrice\tname\nn\t1,234.50\tNice\n",
        '"Código","precio regular","NOMBRE"\n"n","1234.5","Nice"\n\n,,\n',
        "name,external_id,regular_price,\nNice,n,1234.50,\n",
        "external_id,name,regular_price\rn,Nice,1234.50\r",
    ],
)
def test_files_as_people_save_them(owner: Browser, town, text: str):
    for content in (text.encode(), text.removeprefix("\ufeff").encode("utf-16")):
        path = preview(owner, town, content)
        (line,) = lines(owner.get(path).text)
        assert line.endswith("n New Nice $1,234.50")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        ("external_id,name\nn,Caf\u00e9".encode("latin-1"), "Line 2 is not in UTF-8."),
        (b"\x00\x01\x02", "The first line must name the columns"),
        (b"name,regular_price\nx,1\n", "The first line must name the columns"),
        (b"sku,external_id\nx,1\n", "Two columns have the same meaning."),
        (b'external_id,"name\n', "The first line cannot be read: look at its quotes."),
        (HEAD.encode() + b"n,N,1\n" * 20_001, "At most 20000 products can be imported at once."),
        (b"x" * (8 * 1024**2 + 1), "May have at most 8 MB."),
    ],
)
def test_what_cannot_be_read_is_told_at_the_field(owner: Browser, town, content: bytes, said: str):
    answer = stage(owner, town, content)
    assert answer.status_code == 422
    assert said in answer.text.partition('id="file-error"')[2].partition("</div>")[0]


def test_lines_that_are_wrong_are_told_by_their_number_and_column(owner: Browser, town):
    text = (
        f'{HEAD}n1,"two\nlines",5\nn2,Short\nn3,Long,5,more\nn4,N,1.000\nn5,N,abc\n'
        f'{"x" * 201},N,5\n,N,5\nn6,"N" x,5\nn7,N,5\n"n8,N,5\nn9,N,5\n'
    )
    path = preview(owner, town, text)
    assert lines(owner.get(path).text) == [
        "Line 2 n1 Left out Name: Has signs that cannot be printed.",
        "Line 4 Left out Line: Has 2 cells, and the first line has 3.",
        "Line 5 Left out Line: Has 4 cells, and the first line has 3.",
        "Line 6 n4 Left out Regular price: “1.000” is not an amount of money.",
        "Line 7 n5 Left out Regular price: “abc” is not an amount of money.",
        "Line 8 Left out Outside id: Is longer than 200 characters.",
        "Line 9 Left out Outside id: Is missing.",
        "Line 10 Left out Line: Cannot be read: look at its quotes.",
        "Line 11 n7 New N $5.00",
        "Line 12 Left out Line: A quote is opened and never closed.",
    ]
    told = owner.get(f"{path}errors.csv")
    rows = list(csv.reader(io.StringIO(told.data.decode("utf-8-sig"))))
    assert rows[0] == ["Line", "Outside id", "Column", "What is wrong"]
    assert rows[1] == ["2", "n1", "name", "Has signs that cannot be printed."]
    assert len(rows) == 10
    assert 'filename="import-errors.csv"' in told.headers["Content-Disposition"]


def test_columns_that_mean_nothing_are_named(owner: Browser, town):
    text = "external_id,name,pirce,<b>color</b>,currency,regular_price\nn,N,1,red,USD,5\n"
    page = owner.get(preview(owner, town, text)).text
    assert "2 columns are not read: pirce, &lt;b&gt;color&lt;/b&gt;." in page


def test_pasted_lines_are_kept_when_they_cannot_be_read(owner: Browser, town):
    fields = {"store_id": str(town.world.store_id), "text": "name\n<script>alert(1)</script>"}
    answer = owner.submit(IMPORT, IMPORT, **fields)
    assert answer.status_code == 422
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    fields["text"] = "sku\tname\tprice\nn\tNice\t1\n"
    assert owner.submit(IMPORT, IMPORT, **fields).status_code == 303


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_stay_words(owner: Browser, town, hostile: str):
    cell = '"' + hostile.replace('"', '""') + '"'
    path = preview(owner, town, f"{HEAD}{cell},{cell},5\nn,N,{cell}\n")
    page = owner.get(path).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    confirm(owner, path)
    assert products_of(town)[hostile][0] == hostile


def test_many_lines_come_in_pages_with_their_totals(owner: Browser, town, stock: None):
    text = HEAD + "".join(f"n{number},Name {number},5\n" for number in range(10_000)) + "h,,0\n"
    path = preview(owner, town, text)
    page = owner.get(f"{path}?page=3").text
    assert len(lines(page)) == 50
    assert lines(page)[0].startswith("Line 102 ")
    assert "10,000 new products" in page
    assert "1 line stays out." in page
    assert lines(owner.get(f"{path}?show=wrong").text) == [
        "Line 10002 h Left out Regular price: Must be above 0."
    ]
    assert owner.get(f"{path}?show=nonsense&page=99999").status_code == 200


def exported(browser: Browser, query: str = "") -> list[list[str]]:
    answer = browser.get(f"{EXPORT}{query}")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="products.csv"'
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_an_export_has_what_the_list_shows(owner: Browser, look_as, town, stock: None):
    rows = exported(owner)
    store = [str(town.world.store_id), "TechShop"]
    assert rows == [
        ["external_id", "name", "regular_price", "currency", "store_id", "store"],
        ["h", "Headphones XYZ", "999.00", "USD", *store],
        ["r", "Radio", "999.00", "USD", *store],
    ]
    assert [row[0] for row in exported(owner, "?q=radio")] == ["external_id", "r"]
    assert [row[1] for row in exported(look_as(OTHER))][1:] == ["Cold brew"]
    assert len(exported(look_as("admin"))) == 4
    assert owner.get(EXPORT).data.startswith("\ufeff".encode())
    owner.http.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es-ES"
    text = owner.get(EXPORT).data.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("h;Headphones XYZ;999,00;USD;")
    owner.http.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-US"
    assert "As it is" in lines(owner.get(preview(owner, town, text)).text)[0]


NASTY = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''=1", "'", "''", "'a", "a=b", "\uff1d1", '"=1"'),
    *(
        "=cmd|' /C calc'!A0",
        "a;=1",
        "a,b",
        'say "hi"',
        "'-'",
        "\u200b=1",
        "=1;2\t3".replace("\t", " "),
    ),
)


def test_nothing_that_is_exported_is_a_formula_and_all_of_it_comes_back(
    owner: Browser, town, stock: None
):
    with town.app.app_context(), transaction():
        for nasty in NASTY:
            product = session().get(Product, town.world.add_product(nasty))
            product.external_id = nasty
    before = products_of(town)
    content = owner.get(EXPORT).data
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    page = owner.get(preview(owner, town, content)).text
    assert f'As it is <span class="count">{len(before)}</span>' in " ".join(page.split())
    other = content.decode("utf-8-sig").replace(",5.00,", ",4.00,").replace(",999.00,", ",1.00,")
    confirm(owner, preview(owner, town, other))
    assert {key: name for key, (name, _) in products_of(town).items()} == {
        key: name for key, (name, _) in before.items()
    }


CELL = st.text(
    st.one_of(
        st.sampled_from("=+-@'\t\r\n\",; \uff1d\uff20a"),
        st.characters(exclude_categories=("Cs",), exclude_characters="\0"),
    ),
    max_size=12,
)


@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5), mark=st.sampled_from(",;\t"))
@example(rows=[("'=", "=\r\n")], mark=";")
@settings(max_examples=200, deadline=timedelta(seconds=2), suppress_health_check=list(HealthCheck))
def test_whatever_goes_out_comes_back(rows: list[tuple[str, str]], mark: str):
    table = [("external_id", "name"), *rows]
    text = "".join(sheet.write(table, mark))
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
        assert not any(cell[:1] in tuple("=+-@\t\r\n") for cell in row if cell)
    found = sheet.read(text.encode(), {"external id": "external_id", "name": "name"}, "external_id")
    kept = [values for _, values in found.records()]
    assert kept == [
        {"external_id": first, "name": second}
        for first, second in rows
        if first.strip() or second.strip()
    ]
