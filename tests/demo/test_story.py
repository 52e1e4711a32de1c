"""`flask demo story`, with holds of four seconds instead of sixty: it keeps all its promises."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server

from flashpromo.app import create_app
from flashpromo.audience.models import ClientExternal
from flashpromo.checkout.models import Purchase
from flashpromo.cli.story import acts
from flashpromo.db import app_now, db, session
from flashpromo.promos import queries
from flashpromo.promos.queries import EVERYTHING
from flashpromo.promos.states import LIVE

HOLD_SECONDS = 4
PROMISES = 14


@pytest.fixture
def brisk(settings, clean):
    """The application with short holds, as the processes have them too."""
    app = create_app(settings.model_copy(update={"hold_seconds": HOLD_SECONDS}))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def play(brisk):
    """`play()` is `flask demo story`; what it printed and how it ended."""

    def story(port=1):
        return brisk.test_cli_runner().invoke(args=["demo", "story", "--port", str(port)])

    return story


@pytest.fixture
def processes(service):
    service.start("scheduler", "worker activation", "worker delivery")


@pytest.fixture
def web(brisk):
    """The port of a web server of this database."""
    server = make_server("127.0.0.1", 0, brisk, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_keeps_its_promises_again_and_again_with_the_web_and_without(brisk, play, processes, web):
    for time, (port, where) in enumerate([(web, f"HTTP on 127.0.0.1:{web}"), (1, "the domain")], 1):
        done = play(port)
        assert f"{PROMISES} promises kept, 0 broken" in done.stdout, done.stdout
        assert f"reserve at once, by {where}" in done.stdout
        assert done.exit_code == 0
        with brisk.app_context():
            assert session().scalar(select(func.count()).select_from(Purchase)) == time
            assert session().scalar(select(func.count()).select_from(ClientExternal)) == 57
            live, _ = queries.page(EVERYTHING, app_now(), states=LIVE)
            assert live == 0


def test_says_so_when_nobody_activates_the_promo(brisk, play, monkeypatch):
    monkeypatch.setattr(acts, "PATIENCE", timedelta(seconds=0.5))
    done = play()
    assert "BROKEN: somebody activates it (are `flask scheduler` and" in done.stdout
    assert "the story cannot go on" in done.stdout
    assert done.exit_code == 1
    with brisk.app_context():
        live, _ = queries.page(EVERYTHING, app_now(), states=LIVE)
    assert live == 0


def test_refuses_in_production(settings, clean):
    app = create_app(settings.model_copy(update={"environment": "production"}))
    done = app.test_cli_runner().invoke(args=["demo", "story"])
    assert (done.exit_code, done.stdout) == (1, "")
