"""Debian's Chromium in front of the real web server; what it asks for and complains of is kept."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from tests.processes.web import served


@dataclass
class Visit:
    """A page, what it asked other addresses for, and what its console said."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def asked_outside(self) -> list[str]:
        ours = (self.address, f"blob:{self.address}", "data:")
        return [each for each in self.requests if not each.startswith(ours)]

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def headings(self) -> int:
        """Of the whole page: a click may have led to one that is still coming in."""
        self.page.wait_for_load_state()
        return self.page.locator("h1").count()

    def is_wider_than_its_window(self) -> bool:
        wider = "document.documentElement.scrollWidth > window.innerWidth"
        return bool(self.page.evaluate(wider))


@pytest.fixture(scope="package")
def address(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("web")) as address:
        yield address


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; as root it can only run without its sandbox."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=arguments
        )
        yield browser
        browser.close()


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def visit(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Visit]:
    """A new visitor, at a desk and with a phone."""
    page = chromium.new_page(viewport={"width": request.param, "height": 900})
    visit = Visit(page, address)
    page.on("request", lambda asked: visit.requests.append(asked.url))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and visit.complaints.append(said.text))
    yield visit
    page.close()
