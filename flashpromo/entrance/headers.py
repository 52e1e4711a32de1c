"""What a browser may do with our pages: one policy for all, and the way to another for one view.

Nothing comes from elsewhere, nothing is written into a page (no inline script or style), nobody
frames us. A view that needs more says so: `@headers.policy({**STRICT, "style-src": [...]})`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from flask import Flask, request
from flask_talisman import Talisman

from flashpromo.config import Settings
from flashpromo.entrance import maps

View = TypeVar("View", bound=Callable[..., object])
Policy = Mapping[str, str | Sequence[str]]

STRICT: Final[Policy] = {
    "default-src": "'self'",
    "img-src": ["'self'", "data:"],  # the style sheet draws arrows and checks by itself
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_WRITTEN: Final[dict[int, tuple[Policy, str]]] = {}
"""Policies as they are sent, by who they are: one for the application, one for each view's own."""
_OPTIONS: Final = "talisman_view_options"


class Policies(Talisman):  # type: ignore[misc] # it has no types
    """Writes each policy out once: it is the same for all answers but those with a nonce."""

    def _parse_policy(self, policy: Policy) -> str:
        if hasattr(request, "csp_nonce"):
            return str(super()._parse_policy(policy))
        said = _WRITTEN.get(id(policy))
        if said is None or said[0] is not policy:
            said = _WRITTEN[id(policy)] = policy, str(super()._parse_policy(policy))
        return said[1]


def policy(content: Policy, *, nonce_in: Sequence[str] = ()) -> Callable[[View], View]:
    """Give a view a content security policy of its own.

    Directives of `nonce_in` also let in what carries the `csp_nonce()` of the page.
    """
    return _with_options(
        content_security_policy=dict(content), content_security_policy_nonce_in=list(nonce_in)
    )


def also_without_https(view: View) -> View:
    """Answer a view over http too, where everything else is led to https: for probes."""
    return _with_options(force_https=False)(view)


def init_app(app: Flask, settings: Settings) -> None:
    """Set the headers of every answer; lead to https where the settings say so."""
    Policies(
        app,
        force_https=settings.force_https,
        strict_transport_security=settings.force_https,
        strict_transport_security_include_subdomains=False,
        content_security_policy=_with_others(STRICT, settings),
        frame_options="DENY",
        referrer_policy="same-origin",
        session_cookie_secure=False,  # set by the pages, together with our own cookie's
        # A store's map may begin where its merchant stands, a client say where it is: by us alone.
        permissions_policy={"camera": "()", "microphone": "()", "geolocation": "(self)"},
    )


def _with_others(content: Policy, settings: Settings) -> dict[str, str | Sequence[str]]:
    """Where tiles and live streams come from, if it is not from here."""
    tiles, live = maps.tile_origin(settings), settings.live_origin
    return {
        **content,
        "img-src": [*content["img-src"], *([tiles] if tiles else [])],
        "connect-src": ["'self'", *([live] if live else [])],
    }


def _with_options(**options: object) -> Callable[[View], View]:
    def declare(view: View) -> View:
        setattr(view, _OPTIONS, {**getattr(view, _OPTIONS, {}), **options})
        return view

    return declare
