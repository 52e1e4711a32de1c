"""Looking at pages as somebody who has signed in; the application is called as a web server does.

Nothing lies between: no socket, no second process. What is measured is the time in which the server
has the whole answer ready.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.timing import timed
from flashpromo.entrance.visitor import SAFE_COOKIE

HOST: Final = "https://localhost"
TOKEN: Final = re.compile(rb'name="csrf_token"\s+value="([^"]+)"')


@dataclass(frozen=True)
class Question:
    """What is asked for: a page; with fields the form that is sent; a part is asked for by htmx."""

    path: str
    fields: Mapping[str, object] | None = None
    is_part: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


@dataclass
class Browser:
    """The browser of one person, who has signed in if there is a session."""

    app: Flask
    session: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        if self.session:
            self.cookies[SAFE_COOKIE] = self.session

    def look(self, question: Question) -> Answer:
        """Ask, and keep what a browser keeps: cookies, and the token of forms."""
        body, status, headers = run_wsgi_app(self.app.wsgi_app, self._environ(question), True)
        for cookie in headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        answer = Answer(int(status.split()[0]), b"".join(body))
        if found := TOKEN.search(answer.body):
            self.token = found[1].decode()
        return answer

    def milliseconds(self, question: Question) -> float:
        """How long the answer takes; making the request is not counted."""
        environ = self._environ(question)
        return timed(lambda: b"".join(run_wsgi_app(self.app.wsgi_app, environ, True)[0]))

    def _environ(self, question: Question) -> dict[str, Any]:
        parts = urlsplit(question.path)
        headers = {"Referer": f"{HOST}/", "Accept-Language": "en"}
        if question.is_part:
            headers["HX-Request"] = "true"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        builder = EnvironBuilder(
            method="GET" if question.fields is None else "POST",
            path=parts.path,
            query_string=parts.query,
            base_url=HOST,
            headers=list(headers.items()),
        )
        if question.fields is not None:
            builder.content_type = "application/x-www-form-urlencoded"
            sent = {**question.fields, "csrf_token": self.token}
            body = urlencode(sent, doseq=True).encode()
            builder.input_stream, builder.content_length = BytesIO(body), len(body)
        return builder.get_environ()
