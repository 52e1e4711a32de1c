"""/media/: the pictures of products, for everybody, at addresses that their bytes have named."""

from flask import Response

from flashpromo.entrance import picture_answers
from flashpromo.entrance.blueprints import pages
from flashpromo.errors import NotFound
from flashpromo.market import product_images

blueprint = pages("media")


@blueprint.get("/media/products/<int:product_id>/<string(length=64):digest>.webp")
def product_image(product_id: int, digest: str) -> Response:
    """Send the picture of a product that is not deleted, unless it has another one by now."""
    image = product_images.get(product_id)
    if image.digest.hex() != digest:
        raise NotFound
    return picture_answers.of_image(image, version=digest, public=True)
