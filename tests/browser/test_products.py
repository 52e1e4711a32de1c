"""Products in a real browser: a picture that is seen before it is sent, a file with errors."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from flashpromo.db import session, transaction
from flashpromo.market import pictures, product_images
from flashpromo.market.models import Product
from tests.browser.conftest import Visit
from tests.browser.test_console import at_desk, serious, sign_in
from tests.console.conftest import OWNER, Town, town

__all__ = ["at_desk", "town"]

PRODUCTS = "/console/products/"
IMPORT = f"{PRODUCTS}import/"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
FILE = (
    "external_id;name;regular_price\nh;Headphones XYZ;899,00\nr;Radio;129,90\n"
    f"x;{HOSTILE.replace(';', '')};5\nb;Broken;abc\nh;Twice;1\n"
)


def drawing(colour: str = "#0b5cab") -> bytes:
    """Something to see."""
    image = Image.new("RGB", (900, 600), "#f4f6f8")
    draw = ImageDraw.Draw(image)
    draw.ellipse((250, 100, 650, 500), outline=colour, width=60)
    draw.rectangle((230, 280, 310, 480), fill=colour)
    draw.rectangle((590, 280, 670, 480), fill=colour)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("E_SHOTS")
    if folder:
        width = page.viewport_size["width"]
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


@pytest.fixture
def merchant(visit: Visit, town: Town) -> Visit:
    """TechShop's owner, signed in; its headphones have a picture and two promos."""
    town.account(OWNER)
    product_id = town.world.product_id
    with town.app.app_context(), transaction():
        session().get(Product, product_id).external_id = "h"
        product_images.put(product_id, None, pictures.read(drawing()))
        keyboard = session().get(Product, town.world.add_product("Keyboard"))
        keyboard.external_id = "a-sku-that-is-rather-long-for-so-narrow-a-window-0001"
        town.world.add_product(HOSTILE)
    town.promo("", product_id=product_id, hours=-1)
    town.promo("", product_id=product_id, hours=30)
    sign_in(visit)
    return visit


def paste(page: Page, text: str) -> None:
    page.locator("details.paste summary").click()
    page.locator("#text").fill(text)
    page.locator("main .form-steps button").first.click()
    page.wait_for_url(f"**{IMPORT}*-*/")


def test_every_page_is_whole(merchant: Visit, town: Town):
    own = f"{PRODUCTS}{town.world.product_id}/"
    for number, path in enumerate((PRODUCTS, f"{PRODUCTS}new/", own, f"{own}delete/", IMPORT)):
        merchant.go(path)
        merchant.page.wait_for_load_state("networkidle")
        shot(merchant.page, f"page{number}")
        assert merchant.headings() == 1, path
        assert not merchant.is_wider_than_its_window(), path
        assert serious(merchant.page) == [], path
    assert (merchant.asked_outside, merchant.complaints) == ([], [])


def test_a_file_is_looked_at_before_it_is_imported(merchant: Visit, town: Town):
    page = merchant.page
    merchant.go(IMPORT)
    paste(page, FILE)
    shot(page, "preview")
    expect(page.locator(".outcome-changed")).to_have_count(1)
    expect(page.locator(".outcome-new")).to_have_count(2)
    expect(page.locator("td.wrong")).to_have_count(2)
    expect(page.locator("td.wrong").first).to_contain_text("“abc” is not an amount of money.")
    assert serious(page) == []
    assert not merchant.is_wider_than_its_window()
    page.locator(".states a").last.click()
    expect(page.locator("tbody tr")).to_have_count(2)
    with page.expect_download() as told:
        page.get_by_role("link", name="Lines that are left out").click()
    assert "stands" in told.value.path().read_text("utf-8").lower()
    page.get_by_role("button", name="Import this").click()
    expect(page.locator("[role=status]")).to_contain_text("3 products are imported.")
    page.goto(f"{merchant.address}{PRODUCTS}?q=radio")
    expect(page.locator("tbody tr")).to_contain_text("$129.90")
    assert (merchant.asked_outside, merchant.complaints) == ([], [])


def test_a_picture_is_seen_before_it_is_sent(merchant: Visit, town: Town, tmp_path: Path):
    page, own = merchant.page, f"{PRODUCTS}{town.world.product_id}/"
    photo, letter = tmp_path / "photo.jpg", tmp_path / "letter.png"
    photo.write_bytes(drawing("#1b7f4b"))
    letter.write_bytes(b"no picture at all")
    merchant.go(own)
    before = page.locator("[data-picture] img").get_attribute("src")
    page.locator("#picture").set_input_files(photo)
    expect(page.locator("[data-picture] img")).to_have_attribute("alt", "photo.jpg")
    assert page.locator("[data-picture] img").evaluate("image => image.decode().then(() => true)")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[role=status]")).to_contain_text("The picture is saved.")
    image = page.locator("[data-picture] img")
    expect(image).to_have_attribute("alt", "Headphones XYZ")
    assert image.get_attribute("src") != before
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 900
    page.locator("#picture").set_input_files(letter)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#picture-error")).to_contain_text("Must be a whole picture")
    expect(page.locator("#picture")).to_have_attribute("aria-invalid", "true")
    assert serious(page) == []
    assert merchant.asked_outside == []


def test_a_new_price_is_asked_about(merchant: Visit, town: Town):
    page = merchant.page
    merchant.go(f"{PRODUCTS}{town.world.product_id}/")
    page.locator("#regular_price").fill("899.50")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".price-question li")).to_have_count(2)
    shot(page, "price")
    assert serious(page) == []
    assert not merchant.is_wider_than_its_window()
    page.get_by_role("button", name="Save with the new price").click()
    expect(page.locator("#regular_price")).to_have_value("899.50")
    page.locator("#regular_price").fill("12.345,6")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#regular_price-error")).to_contain_text("like 1299.90")
    shot(page, "error")
    expect(page.locator("#regular_price")).to_have_value("12.345,6")


def test_it_works_without_a_script(chromium: Browser, address: str, town: Town, tmp_path: Path):
    town.account(OWNER)
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 900}
    )
    visit = Visit(context.new_page(), address)
    sign_in(visit)
    page = visit.page
    visit.go(f"{PRODUCTS}new/")
    page.locator("#name").fill("Turntable")
    page.locator("#regular_price").fill("1,299.90")
    page.locator("main .form-steps button").click()
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(drawing())
    page.locator("#picture").set_input_files(photo)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-picture] img")).to_have_attribute("alt", "Turntable")
    visit.go(IMPORT)
    paste(page, "sku,name,price\nn,Novelty,5\n")
    page.get_by_role("button", name="Import this").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    context.close()
