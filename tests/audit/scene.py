"""A town where anybody changes anything by any route, and what the log says of it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from flask import Flask
from redis import Redis
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from flashpromo.audit.models import AuditEvent
from flashpromo.db import session
from tests.admin.operating import Workshop
from tests.api.conftest import Caller, People
from tests.api.uploading import sent
from tests.console.conftest import Town
from tests.console.uploading import send
from tests.pages.conftest import Browser

OPERATOR, OWNER, CLIENT, VISITOR = "admin", "techshop", "alice", "visitor"
ARGUMENT: Final = re.compile(r"<(?:[^<>]*:)?(\w+)>")
HIDDEN: Final = re.compile(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"')
TOKEN: Final = re.compile(r'name="(csrf_token)"\s+value="([^"]*)"')
DOORS: Final = ("api", "console", "admin")

Values = Mapping[str, Any]


@dataclass
class Scene:
    """Whoever is named acts: an operator, TechShop's owner, Alice, or a merchant of that name."""

    town: Town
    people: People
    workshop: Workshop
    callers: dict[str, Caller] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    @classmethod
    def set(cls, app: Flask, people: People, world: Any, redis: Redis) -> "Scene":
        """With an operator and an owner in it."""
        scene = cls(Town(app, world, 0, 0), people, Workshop(app, redis))
        scene.caller(OPERATOR)
        scene.caller(OWNER)
        return scene

    def caller(self, name: str) -> Caller:
        """Somebody with a token, and with a password."""
        if name not in self.callers:
            world, people = self.town.world, self.people
            self.callers[name] = (
                people.operator(name)
                if name == OPERATOR
                else people.merchant(name, world.store_id)
                if name == OWNER
                else people.client(name, world.clients[name])
                if name in world.clients
                else people.merchant(name)
            )
        return self.callers[name]

    def browser(self, name: str) -> Browser:
        """Somebody in a browser of their own, signed in."""
        if name not in self.browsers:
            browser = Browser(self.town.app.test_client())
            if name != VISITOR:
                self.caller(name)
                assert browser.sign_in(name).status_code == 303
            self.browsers[name] = browser
        return self.browsers[name]

    def new(self, noun: str) -> str:
        """A name that nothing has."""
        return f"{noun}-{next(self.numbers)}"

    def made(self, path: str, body: Values, who: str = OPERATOR) -> int:
        """The id of something that the API makes."""
        answer = self.caller(who).post(path, body)
        assert answer.status_code == 201, answer.text
        return int(answer.headers["Location"].rstrip("/").rpartition("/")[2])

    def events(self, after: int = 0) -> list[AuditEvent]:
        """What was noted since."""
        with self.town.app.app_context():
            return list(session().scalars(select(AuditEvent).where(AuditEvent.id > after)))

    def newest(self) -> int:
        with self.town.app.app_context():
            return session().scalar(select(func.max(AuditEvent.id))) or 0

    def actor(self, name: str) -> tuple[str, int | None]:
        """As whom the log knows somebody: the kind and the id."""
        if name == VISITOR:
            return "visitor", None
        caller = self.caller(name)
        if caller.client_id is not None:
            return "client", caller.client_id
        return "operator" if name == OPERATOR else "merchant", caller.user_id


def nothing(_: Scene) -> Values:
    return {}


@dataclass(frozen=True)
class Change:
    """Somebody's request that changes something.

    `at` are the arguments of the path, and what is left over those of the query; whatever has to be
    there before is made by it. `body` is sent: fields, or a list of rows. A crowd has no single
    subject; what `makes_another` tells of what is new, not of what the path names.
    """

    route: str
    subject: str
    who: str = OPERATOR
    at: Callable[[Scene], Values] = nothing
    body: Callable[[Scene], Any] = nothing
    is_crowd: bool = False
    makes_another: bool = False

    def hole(self, scene: Scene) -> str | None:
        """Make it, and say what is missing in the log."""
        at, body = dict(self.at(scene)), self.body(scene)
        wanted = None if self.makes_another else at.get(f"{self.subject}_id", at.get("id"))
        acting = scene.caller(self.who) if self._door() == "api" else scene.browser(self.who)
        actor = scene.actor(self.who)
        before = scene.newest()
        method, _, rule = self.route.partition(" ")
        path = ARGUMENT.sub(lambda found: str(at.pop(found[1])), rule)
        if isinstance(acting, Caller):
            answer = _call(acting, method, path, at, body)
        else:
            query = "&".join(f"{name}={value}" for name, value in at.items())
            answer = _submit(acting, f"{path}?{query}" if query else path, body)
        if answer.status_code >= 400:
            return f"{answer.status_code}: {answer.text[-400:]}"
        told = scene.events(before)
        if any(self._fits(each, actor, wanted) for each in told):
            return None
        return f"of {self.subject} {wanted or ''} only {[_shown(each) for each in told]}"

    def _door(self) -> str:
        first = self.route.split("/")[1]
        return first if first in DOORS else "pages"

    def _fits(self, event: AuditEvent, actor: tuple[str, int | None], wanted: object) -> bool:
        if (event.actor_kind, event.actor_id) != actor:
            return False
        if (event.door, event.subject_kind) != (self._door(), self.subject):
            return False
        if self.is_crowd or event.subject_id is None:
            return self.is_crowd and event.subject_id is None
        # A member's address has its store first.
        return wanted is None or event.subject_id == str(wanted).rpartition(",")[2]


def _call(caller: Caller, method: str, path: str, query: Values, body: Any) -> TestResponse:
    if isinstance(body, list):
        return sent(caller, path, body)
    return caller._send(method, path, query_string=query, json=body or None)


def _submit(browser: Browser, path: str, fields: Values) -> TestResponse:
    """Send the form of a page, with what it carries along; a file as browsers do."""
    for name, content in fields.items():
        if isinstance(content, bytes):
            return send(
                browser,
                path,
                name,
                content,
                "file",
                **{k: v for k, v in fields.items() if k != name},
            )
    page = browser.get(path).text
    hidden = dict(HIDDEN.findall(page))
    hidden |= dict(TOKEN.findall(page) or TOKEN.findall(browser.get("/").text))
    return browser.http.post(path, data=hidden | fields)


def _shown(event: AuditEvent) -> tuple[Any, ...]:
    return event.action, event.actor_kind, event.actor_id, event.door, event.subject_id
