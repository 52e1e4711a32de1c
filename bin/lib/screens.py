"""Look at the pages of a running demo, and keep what was seen as pictures.

Called by `bin/screens`, which has loaded the demo and started everything but the web.

    screens.py FOLDER SCRATCH   the pictures' folder; a folder for the log of the web
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.processes.web import served

PASSWORD: Final = "flash-demo"  # noqa: S105 - the demo's
DESK, PHONE = (1280, 800), (390, 844)
MOST_BYTES: Final = 300_000
COLOURS: Final = 256
FLASK: Final = Path(sys.executable).with_name("flask")

Step = Callable[[Page], object]


@dataclass(frozen=True)
class Scene:
    """One picture: who looks at which page, after which steps, in how large a window."""

    name: str
    who: str
    path: str
    steps: tuple[Step, ...] = ()
    size: tuple[int, int] = DESK
    language: str = "en-US"
    whole: bool = field(default=True)
    """The whole page, or what the window shows."""


def main(folder: Path, scratch: Path) -> None:
    """Take every picture; raises `SystemExit` when one is too large."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with served(scratch) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        shop(seconds=15)
        for scene in SCENES:
            keep(picture(browser, address, scene), folder / f"{scene.name}.png")
        browser.close()


def shop(seconds: int) -> None:
    """Let the crowd of the demo open, hold and buy."""
    subprocess.run(  # noqa: S603 - our own command
        [FLASK, "demo", "shop", "--seconds", str(seconds), "--pause", "0.2"], check=True
    )


def picture(browser: Browser, address: str, scene: Scene) -> bytes:
    """Sign in, go there, do the steps, look."""
    width, height = scene.size
    page = browser.new_page(viewport={"width": width, "height": height}, locale=scene.language)
    page.goto(f"{address}/sign-in/?next={scene.path}")
    page.fill("#username", scene.who)
    page.fill("#password", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"**{scene.path}")
    for step in scene.steps:
        step(page)
    page.wait_for_load_state("networkidle")
    seen = page.screenshot(full_page=scene.whole, animations="disabled")
    page.close()
    return seen


def keep(seen: bytes, file: Path) -> None:
    """Write a picture with as many colours as pages have."""
    few = Image.open(BytesIO(seen)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file.name}: {size:,} bytes")  # noqa: T201 - a command talks
    if size > MOST_BYTES:
        sys.exit(f"{file} is larger than {MOST_BYTES:,} bytes")


def click(name: str) -> Step:
    """Follow the first link of that name."""
    return lambda page: page.get_by_role("link", name=name).first.click()


def press(name: str) -> Step:
    """Press the first button of that name."""
    return lambda page: page.get_by_role("button", name=name).first.click()


def fill(**fields: str) -> Step:
    """Type into the fields of these ids."""

    def typed(page: Page) -> None:
        for name, value in fields.items():
            page.fill(f"#{name}", value)

    return typed


def choose_product(words: str) -> Step:
    """Pick a product of the combobox by part of its name."""

    def picked(page: Page) -> None:
        page.fill("#product_words", words)
        page.get_by_role("option").first.click()

    return picked


def check(name: str) -> Step:
    """Check the box of that name."""
    return lambda page: page.get_by_label(name).first.check()


def push(name: str) -> Step:
    """Push the button of that name."""
    return lambda page: page.get_by_role("button", name=name).click()


SERIES: Final = (
    choose_product("Head"),
    fill(promo_price="799", starts_at="17:00", ends_at="19:00"),
    check("New users"),
    push("Show the promos"),
)
PROMOS: Final = "/console/promos/"
SCENES: Final = (
    Scene("shop-phone", "alice", "/shop/", size=PHONE, whole=False),
    Scene("shop-hold", "alice", "/shop/", (press("Reserve"),), size=PHONE, whole=False),
    Scene("dashboard", "techshop", "/console/"),
    Scene("dashboard-phone", "techshop", "/console/", size=PHONE),
    Scene("dashboard-spanish", "techshop", "/console/", language="es-MX"),
    Scene("promos", "techshop", PROMOS),
    Scene("promo", "cafe", PROMOS, (click("Cold brew"),)),
    Scene("promo-phone", "cafe", PROMOS, (click("Cold brew"),), size=PHONE),
    Scene("cancel", "cafe", PROMOS, (click("Cold brew"), click("Cancel"))),
    Scene("editor", "techshop", PROMOS, (click("27-inch monitor"), click("Edit"))),
    Scene("editor-phone", "techshop", PROMOS, (click("27-inch monitor"), click("Edit")), PHONE),
    Scene("recurring", "techshop", "/console/promos/series/new/", SERIES),
    Scene("products", "techshop", "/console/products/"),
    Scene("store", "techshop", "/console/stores/", (click("TechShop"),)),
    Scene("members", "techshop", "/console/stores/", (click("TechShop"), click("Members"))),
    Scene("admin", "admin", "/admin/"),
    Scene("admin-promos", "admin", "/admin/promo/"),
    Scene("admin-client", "admin", "/admin/client/edit/?id=1"),
    Scene("admin-health", "admin", "/admin/health/"),
    Scene("admin-queues", "admin", "/admin/queues/"),
    Scene("admin-audit", "admin", "/admin/audit/", whole=False),
)

if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
