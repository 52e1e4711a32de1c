"""Pictures of products in the console: uploaded, replaced, removed, served, and nothing else is."""

import io
import re

import pytest
from PIL import Image

from flashpromo.audit.models import AuditEvent
from flashpromo.db import session
from flashpromo.market import pictures
from tests.console.conftest import OTHER, STAFF
from tests.console.test_products import PRODUCTS, page_of
from tests.console.uploading import send
from tests.pages.conftest import Browser

MEDIA = re.compile(r"/media/products/\d+/[0-9a-f]{64}\.webp")


def png(colour: str = "red", side: int = 200) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, "PNG")
    return file.getvalue()


def upload(browser: Browser, product_id: int, content: bytes, name: str = "photo.png"):
    return send(browser, f"{page_of(product_id)}image/", "picture", content, name)


def image_of(browser: Browser, product_id: int) -> str | None:
    """The address that the page shows."""
    page = browser.get(page_of(product_id)).text
    found = re.search(r'src="(/console/products/\d+/image/[^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else None


@pytest.fixture
def product_id(town) -> int:
    return town.world.product_id


def test_a_picture_is_put_shown_replaced_and_removed(owner: Browser, town, product_id: int):
    assert "No picture yet" in owner.get(page_of(product_id)).text
    answer = upload(owner, product_id, png())
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(product_id))
    first = image_of(owner, product_id)
    sent = owner.get(first)
    assert sent.content_type == "image/webp"
    assert Image.open(io.BytesIO(sent.data)).size == (200, 200)
    assert 'alt="Headphones XYZ"' in owner.get(page_of(product_id)).text
    upload(owner, product_id, png("blue"))
    second = image_of(owner, product_id)
    assert second != first
    assert (
        owner.submit(page_of(product_id), f"{page_of(product_id)}image/remove/").status_code == 303
    )
    assert image_of(owner, product_id) is None
    assert owner.get(second).status_code == 404
    with town.app.app_context():
        told = [each.action for each in session().query(AuditEvent).order_by(AuditEvent.id)]
    assert told[-3:] == ["product.picture_put", "product.picture_put", "product.picture_removed"]


def test_a_browser_keeps_a_picture_until_another_one_comes(owner: Browser, product_id: int):
    upload(owner, product_id, png())
    address = image_of(owner, product_id)
    sent = owner.get(address)
    assert sent.headers["Cache-Control"] == "max-age=31536000, immutable, private"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in sent.headers["Content-Security-Policy"]
    again = owner.get(address, headers={"If-None-Match": sent.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    unnamed = owner.get(address.partition("?")[0])
    assert unnamed.headers["Cache-Control"] == "no-store"
    small = owner.get(f"{address}&size=small")
    assert small.headers["ETag"] != sent.headers["ETag"]
    assert Image.open(io.BytesIO(small.data)).size == (160, 160)
    assert "size=small" in owner.get(PRODUCTS).text


def test_everybody_sees_it_at_its_public_address(owner: Browser, town, product_id: int):
    stranger = town.app.test_client()
    upload(owner, product_id, png())
    digest = image_of(owner, product_id).partition("v=")[2]
    address = f"/media/products/{product_id}/{digest}.webp"
    sent = stranger.get(address)
    assert (sent.status_code, sent.content_type) == (200, "image/webp")
    assert sent.headers["Cache-Control"] == "max-age=31536000, immutable, public"
    assert "Set-Cookie" not in sent.headers
    for other in (
        f"/media/products/{product_id}/{'0' * 64}.webp",
        f"/media/products/9/{digest}.webp",
    ):
        assert stranger.get(other).status_code == 404
    delete = f"{page_of(product_id)}delete/"
    owner.submit(delete, delete)
    assert stranger.get(address).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "Choose a file."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo.png", "Must be a whole picture"),
        (b"\x89PNG\r\n\x1a\n", "photo.png", "Must be a whole picture"),
        (b"x" * (pictures.MAX_UPLOAD_BYTES + 1), "photo.jpg", "The file may have at most 10 MB."),
    ],
)
def test_what_is_no_picture_is_refused_at_the_field(
    owner: Browser, product_id: int, content: bytes, name: str, said: str
):
    answer = upload(owner, product_id, content, name)
    assert answer.status_code == 422
    assert said in answer.text.partition('id="picture-error"')[2].partition("</div>")[0]
    assert "The product was not saved" not in answer.text
    assert image_of(owner, product_id) is None


def test_far_too_much_is_not_even_read(owner: Browser, product_id: int):
    answer = upload(owner, product_id, b"x" * (pictures.MAX_UPLOAD_BYTES * 3 + 1))
    assert answer.status_code == 413
    assert "<h1" in answer.text
    assert "That is too large." in answer.text
    wide = {"name": "x" * 3_000_000}
    assert owner.submit(page_of(product_id), page_of(product_id), **wide).status_code == 413


def test_only_whoever_has_the_store_puts_or_sees_it(owner: Browser, look_as, town, product_id: int):
    upload(owner, product_id, png())
    image = f"{page_of(product_id)}image/"
    assert look_as(OTHER).get(image).status_code == 404
    assert upload(look_as(OTHER), product_id, png("blue")).status_code == 404
    assert look_as(STAFF).get(image).status_code == 200
    assert town.app.test_client().get(image).status_code == 303
    assert owner.http.post(image, data={"picture": (io.BytesIO(png()), "x")}).status_code == 400


def test_the_api_names_it(owner: Browser, town, product_id: int):
    upload(owner, product_id, png())
    given = town.app.test_client().post(
        "/api/auth/token/", json={"username": "techshop", "password": "flash-demo"}
    )
    headers = {"Authorization": f"Bearer {given.get_json()['token']}"}
    product = owner.http.get(f"/api/market/products/{product_id}/", headers=headers).get_json()
    assert MEDIA.fullmatch(product["image_url"])
    assert owner.http.get(product["image_url"]).status_code == 200
    listed = owner.http.get("/api/market/products/", headers=headers).get_json()["results"]
    assert listed[0]["image_url"] == product["image_url"]
