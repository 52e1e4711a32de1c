"""/console/products/<id>/image/: the picture of a product is shown, put in, taken out."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo.console import access, product_editor
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import transaction
from flashpromo.entrance import picture_answers
from flashpromo.entrance.uploads import takes_a_file
from flashpromo.errors import InvalidFields
from flashpromo.market import pictures, product_images, products

blueprint = console_pages("product_images")

PATH = f"{PREFIX}/products/<int:product_id>/image/"


@blueprint.get(PATH)
def show(product_id: int) -> Response:
    """Send the picture."""
    image = product_images.get(product_id, access.scope())
    return picture_answers.of_image(image, version=request.args.get("v"), public=False)


@blueprint.post(PATH)
@takes_a_file(pictures.MAX_UPLOAD_BYTES)
def put(product_id: int) -> ResponseReturnValue:
    """Put the uploaded picture in; say at the field what is wrong with it."""
    products.get(product_id, scope=access.scope())  # decodes nothing for strangers
    sent = request.files.get(pictures.FIELD)
    try:
        picture = pictures.read(sent.stream.read(pictures.MAX_UPLOAD_BYTES + 1) if sent else b"")
    except InvalidFields as error:
        return product_editor.page(product_id, errors=error.fields), error.status
    with transaction():
        product_images.put(product_id, access.scope(), picture)
    flash(_("The picture is saved."))
    return _back(product_id)


@blueprint.post(f"{PATH}remove/")
def remove(product_id: int) -> ResponseReturnValue:
    """Take the picture out."""
    with transaction():
        product_images.remove(product_id, access.scope())
    flash(_("The picture is removed."))
    return _back(product_id)


def _back(product_id: int) -> ResponseReturnValue:
    return redirect(url_for("console_products.edit", product_id=product_id), 303)
