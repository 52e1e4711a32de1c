"""Following every link and every GET form of a site, and reading each page for what must hold."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask, template_rendered
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "aria-errormessage")
MOST_ALIKE = 2
"""How many pages of one route are visited; with the same parameters, one."""

MOST_PAGES = 600
HERE = "http://localhost"


@dataclass
class Form:
    """A form that is sent by GET, with what its fields would send."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class Reader(HTMLParser):
    """Reads one page, and notes what is wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.headings = 0
        self.ids: Counter[str] = Counter()
        self.references: list[str] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.wrong: list[str] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self._has_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        self.headings += tag == "h1"
        if "id" in given:
            self.ids[given["id"]] += 1
        for name in REFERENCES:
            self.references += given.get(name, "").split()
        self._note(tag, given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self._read_form(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")
        if tag == "form" and self._form is not None:
            self.forms.append(self._form)
            self._form = None

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if tag == "style" or (tag == "script" and "src" not in given):
            self.wrong.append(f"inline <{tag}>")
        if "style" in given or any(name.startswith("on") for name in given):
            self.wrong.append(f"inline handler or style: {tag} {given}")
        if tag == "img" and "alt" not in given:
            self.wrong.append(f"no alt: {given}")
        for name in ("href", "src", "action", "formaction"):
            if given.get(name, "").strip().lower().startswith(("javascript:", "data:text")):
                self.wrong.append(f"{name}={given[name]}")

    def _read_form(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form" and given.get("method", "get").lower() == "get":
            self._form, self._has_button = Form(given.get("action", "")), False
        if self._form is None:
            return
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            known = dict(self._form.fields)
            if "selected" in given or self._select not in known:
                kept = [each for each in self._form.fields if each[0] != self._select]
                self._form.fields = [*kept, (self._select, given.get("value", ""))]
        elif tag == "input" and name and self._is_sent(kind, name):
            self._form.fields.append((name, given.get("value", "")))
        elif tag == "button" and name and not self._has_button:
            self._has_button = True
            self._form.fields.append((name, given.get("value", "")))

    def _is_sent(self, kind: str, name: str) -> bool:
        """Of several checkboxes and radio buttons of a name, the first one is ticked."""
        assert self._form is not None
        ticked = kind in {"checkbox", "radio"} and name in dict(self._form.fields)
        return not ticked and kind not in {"submit", "button", "file"}


@dataclass(frozen=True)
class Seen:
    """One page as somebody got it."""

    path: str
    came_from: str
    status: int
    template: str | None
    endpoint: str
    wrong: tuple[str, ...]


def crawl(app: Flask, http: FlaskClient, starts: list[str]) -> list[Seen]:
    """Follow everything from these pages on, breadth first, a few of each kind."""
    waiting, known, seen = [(path, "") for path in starts], set(starts), []
    alike: Counter[tuple[str, ...]] = Counter()
    rendered: list[str] = []

    def note(_app: Flask, template, **_context: object) -> None:
        rendered.append(template.name)

    with template_rendered.connected_to(note, app):
        while waiting:
            assert len(seen) < MOST_PAGES, "the crawl finds no end"
            path, came_from = waiting.pop(0)
            rendered.clear()
            answer = http.get(path)
            html, body = answer.mimetype == "text/html", answer.get_data()
            answer.close()
            reader = read(body.decode()) if html else Reader()
            template = rendered[-1] if rendered else None
            wrong = tuple(problems(reader)) if html and answer.status_code < 300 else ()
            seen.append(
                Seen(path, came_from, answer.status_code, template, kind_of(app, path)[0], wrong)
            )
            for address in addresses(reader, path, answer.location):
                if address not in known:
                    known.add(address)
                    kind = kind_of(app, address)
                    alike[kind] += 1
                    if alike[kind] <= (MOST_ALIKE if len(kind) == 1 else 1):
                        waiting.append((address, path))
    return seen


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def problems(reader: Reader) -> Iterator[str]:
    """What is wrong with a page."""
    yield from reader.wrong
    if reader._open:
        yield f"left open: {reader._open}"
    if reader.headings != 1:
        yield f"{reader.headings} h1"
    yield from _wrong_names(reader)


def _wrong_names(reader: Reader) -> Iterator[str]:
    for name, count in reader.ids.items():
        if count > 1 or not name or re.search(r"\s", name):
            yield f"id {name!r} {count} times"
    for name in reader.references:
        if name not in reader.ids:
            yield f"nothing has the id {name!r}"
    for link in reader.links:
        if link.startswith("#") and link[1:] not in reader.ids:
            yield f"{link} leads nowhere"


def addresses(reader: Reader, path: str, location: str | None) -> Iterator[str]:
    """Where a page leads to on this site, with what its forms would ask."""
    asked = [
        f"{form.action or path.partition('?')[0]}?{urlencode(form.fields)}" for form in reader.forms
    ]
    for link in [*reader.links, *asked, *([location] if location else [])]:
        whole = urlsplit(urljoin(f"{HERE}{path}", link))
        if f"{whole.scheme}://{whole.netloc}" == HERE:
            yield f"{whole.path}?{whole.query}" if whole.query else whole.path


def kind_of(app: Flask, address: str) -> tuple[str, ...]:
    """The route of an address, and the names of its parameters."""
    whole = urlsplit(address)
    try:
        endpoint, _ = app.url_map.bind("localhost").match(whole.path, method="GET")
    except (HTTPException, RequestRedirect):
        endpoint = whole.path
    asked = {name for name, _ in parse_qsl(whole.query, keep_blank_values=True)}
    return str(endpoint), *sorted(asked)
