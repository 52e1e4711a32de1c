"""How a picture is sent: as the kind that it is, and kept by a browser that knows its digest."""

from typing import Final

from flask import Response, request

from flashpromo.market.models import ProductImage

YEAR_SECONDS: Final = 365 * 24 * 3600
SMALL: Final = "small"


def of_image(image: ProductImage, *, version: str | None, public: bool) -> Response:
    """The picture, or its thumbnail when the address asks for `size=small`.

    Args:
        image: with its bytes.
        version: the digest that the address names; what is at such an address never changes.
        public: whether caches between may keep it too.
    """
    small = request.args.get("size") == SMALL
    response = Response(image.thumbnail if small else image.content, mimetype=image.media_type)
    response.set_etag(f"{image.digest.hex()}{'-small' if small else ''}")
    if version == image.digest.hex():
        response.cache_control.max_age = YEAR_SECONDS
        response.cache_control.immutable = True
        if public:
            response.cache_control.public = True
        else:
            response.cache_control.private = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = "inline"
    response.make_conditional(request)
    return response
