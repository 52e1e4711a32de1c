"""The limit of any page: the least that this server, with all of its doors, can answer."""

from typing import Final

from flask import Flask, render_template_string

PATH: Final = "/hello/"
PAGE: Final = "<!doctype html><html lang='en'><title>Hello</title><h1>Hello, {{ who }}</h1></html>"


def init_app(app: Flask) -> None:
    """Add a page that asks nobody who he is, and the database nothing."""
    app.add_url_rule(PATH, "bench_hello", _hello)


def _hello() -> str:
    return render_template_string(PAGE, who="bench")
