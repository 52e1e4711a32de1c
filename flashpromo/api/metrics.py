"""/metrics for Prometheus: never open to strangers, never limited, and no part of the API.

Without a token set it is there in development and in tests only. A wrong token is answered like a
path that is not there.
"""

from typing import Final

from apiflask import APIBlueprint
from flask import Response, request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from flashpromo import config
from flashpromo.api import guard
from flashpromo.entrance import headers
from flashpromo.errors import NotFound
from flashpromo.operations import exposition

PATH: Final = "/metrics"

blueprint = APIBlueprint("metrics", __name__, enable_openapi=False)


@blueprint.get(PATH)
@guard.anyone()
@headers.also_without_https
def metrics() -> Response:
    """Tell what is counted and how things stand.

    Raises:
        NotFound: whoever asks may not.
    """
    sent = request.authorization
    shown = sent.token if sent is not None and sent.type == "bearer" else None
    if not config.current().may_read_metrics(shown):
        raise NotFound
    page = Response(exposition.page(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    page.cache_control.no_store = True
    return page
