"""/live/: one stream of events for each page that listens."""

import asyncio
import json
import socket
from typing import Final

from aiohttp import web

from flashpromo.live.hub import Full, Hub, Listener, TooMany
from flashpromo.live.settings import Settings
from flashpromo.news.tickets import NoTicket, Tickets

AGAIN_MS: Final = 3000
BREATH_SECONDS: Final = 0.25
"""Between two events of a stream: what changes in quick succession is told together."""
STALLED_SECONDS: Final = 30
BUFFER_BYTES: Final = 16 * 1024
ANY_PAGE: Final = {
    # The ticket is all that is asked for: no cookie is looked at.
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-store",
}
HEADERS: Final = {
    **ANY_PAGE,
    "Content-Type": "text/event-stream",
    "X-Accel-Buffering": "no",  # a proxy in front passes on what it gets
}


class Streams:
    """Opens streams, and writes into each what its listener is to be told."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        self._hub = hub
        self._tickets = Tickets(settings.secret_key, settings.live_ticket_seconds)
        self._heartbeat_seconds = settings.live_heartbeat_seconds
        self._life_seconds = settings.live_connection_minutes * 60

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """Answer with a stream, or say why not: 401 no ticket, 429 and 503 no room."""
        try:
            client_id = self._tickets.client_of(request.query.get("ticket", ""))
            listener = self._hub.enter(client_id)
        except NoTicket:
            return _refusal(401)
        except TooMany:
            return _refusal(429)
        except Full:
            return _refusal(503)
        try:
            return await self._stream(request, listener)
        finally:
            self._hub.leave(listener)

    async def _stream(self, request: web.Request, listener: Listener) -> web.StreamResponse:
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        _bound(request)
        heard = request.headers.get("Last-Event-ID")
        if heard is not None and heard != self._hub.last_id:
            listener.tell(everything=True)
        try:
            await self._write(response, f"retry: {AGAIN_MS}\nid: {self._hub.last_id}\n\n")
            async with asyncio.timeout(self._life_seconds):
                await self._go_on(response, listener)
        except TimeoutError:
            pass  # it has been open for as long as a ticket is believed
        except _Stalled:
            _drop(request)
        except ConnectionResetError:
            pass  # the page is gone
        return response

    async def _go_on(self, response: web.StreamResponse, listener: Listener) -> None:
        while not listener.is_over:
            await self._write(response, await self._next(listener))

    async def _next(self, listener: Listener) -> str:
        """The next event, or a heartbeat when there has been none for a while."""
        try:
            async with asyncio.timeout(self._heartbeat_seconds):
                await listener.wake.wait()
        except TimeoutError:
            return f":\nid: {self._hub.last_id}\n\n"
        if not listener.is_over:
            await asyncio.sleep(BREATH_SECONDS)
        data = json.dumps(listener.take())
        return f"event: news\nid: {self._hub.last_id}\ndata: {data}\n\n"

    async def _write(self, response: web.StreamResponse, text: str) -> None:
        """Write, unless the page has not read for so long that it must have gone."""
        try:
            async with asyncio.timeout(STALLED_SECONDS):
                await response.write(text.encode())
        except TimeoutError:
            raise _Stalled from None


class _Stalled(Exception):
    """Nothing can be written: nobody reads."""


def _bound(request: web.Request) -> None:
    """Keep little for who reads slowly, and notice soon when nobody is there any more."""
    transport = request.transport
    if transport is None:
        return
    transport.set_write_buffer_limits(high=BUFFER_BYTES)
    peer = transport.get_extra_info("socket")
    if peer is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_SECONDS * 1000)


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _refusal(status: int) -> web.Response:
    later = {} if status == 401 else {"Retry-After": "30"}
    return web.Response(status=status, headers={**ANY_PAGE, **later})
