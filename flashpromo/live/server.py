"""The process itself: it opens its port, hears, tells, and ends when it is told to."""

import asyncio
import contextlib
import logging
import resource
import signal
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from flashpromo.live.hearing import Hearing
from flashpromo.live.hub import Hub
from flashpromo.live.settings import Settings
from flashpromo.live.streams import Streams
from flashpromo.meters import live

log = logging.getLogger(__name__)

END_SECONDS: Final = 3.0
BACKLOG: Final = 1024


async def serve(settings: Settings, host: str, port: int) -> None:
    """Listen on `host` and `port` until SIGTERM or SIGINT; then close every stream, and return.

    Raises:
        OSError: it cannot listen there.
    """
    hub = Hub(
        settings.live_connections,
        settings.live_connections_per_client,
        settings.live_tellings_per_second,
    )
    hearing = Hearing(settings.redis_url, hub)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with _open(application(settings, hub, hearing), host, port), asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(hearing.go_on()), tasks.create_task(hub.go_round())]
        log.info("live on %s port %s", host, port)
        await ended.wait()
        for each in running:
            each.cancel()
        hub.end_all()
    log.info("ended")


def application(settings: Settings, hub: Hub, hearing: Hearing) -> web.Application:
    """The streams, whether this is alive, and what Prometheus wants to know."""

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "listeners": len(hub), "hears": hearing.is_open})

    async def metrics(request: web.Request) -> web.Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not settings.may_read_metrics(token if scheme.lower() == "bearer" else None):
            raise web.HTTPNotFound
        values: dict[live.Told, float] = {
            live.LISTENERS: len(hub),
            live.MOST_LISTENERS: settings.live_connections,
            live.HEARS: hearing.is_open,
        }
        told = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"}
        return web.Response(body=live.page(values), headers=told)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/live/", Streams(settings, hub).listen, allow_head=False)
    app.router.add_get("/healthz", alive)
    return app


def allow_files(wanted: int) -> None:
    """Let this process have so many open files, as far as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, most), most))


@contextlib.asynccontextmanager
async def _open(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    # A page that has gone ends its stream at once, and does not count until the next heartbeat.
    runner = web.AppRunner(
        app, access_log=None, handler_cancellation=True, shutdown_timeout=END_SECONDS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
        yield
    finally:
        await runner.cleanup()
