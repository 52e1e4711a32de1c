"""Stores and what they sell."""

from typing import Any

from flask_babel import lazy_gettext as _

from flashpromo.admin import filters, forms
from flashpromo.admin.columns import Column, Kind
from flashpromo.admin.editing import EditableView
from flashpromo.admin.forms import Form, amount, choice, degrees, line, whole
from flashpromo.admin.model_view import ModelView
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.market import products, stores
from flashpromo.market.models import Product, ProductImage, ProductImport, Store
from flashpromo.market.products import ProductChanges
from flashpromo.promos import catalogue


class StoreForm(Form):
    """What may be said of a store."""

    name = line(_("Name"), maxlength=200)
    latitude = degrees(_("Latitude"), hint=_("Degrees north, from -90 to 90."))
    longitude = degrees(_("Longitude"), hint=_("Degrees east, from -180 to 180."))
    time_zone = choice(_("Time zone"), forms.time_zone_names)
    currency = choice(_("Currency"), forms.currency_codes)


class StoreView(EditableView):
    """Stores; a store that moves takes its promos along."""

    model, title, form = Store, _("Store"), StoreForm
    deleting = _(
        "The store goes with its products and their drafts; what was sold stays on record. While "
        "one of its promos is scheduled, running or paused it cannot be deleted."
    )
    picks_place = True
    columns = (
        Column("id", _("Id"), order=Store.id),
        Column("name", _("Name"), order=Store.name),
        Column("time_zone", _("Time zone")),
        Column("currency", _("Currency"), order=Store.currency),
        Column("created_at", _("Created"), Kind.MOMENT, order=Store.created_at),
        Column("deleted_at", _("Deleted"), Kind.MOMENT, order=Store.deleted_at),
    )
    more = (
        Column("latitude", _("Latitude")),
        Column("longitude", _("Longitude")),
        Column("updated_at", _("Changed"), Kind.MOMENT),
    )
    filters = (
        filters.number("id", _("Id"), Store.id),
        filters.part("name", _("Name has"), Store.name),
        filters.text("currency", _("Currency"), Store.currency),
        filters.yes_no("deleted", _("Deleted"), Store.deleted_at.is_not(None)),
        filters.since("created_from", _("Created from"), Store.created_at),
        filters.until("created_until", _("Created until"), Store.created_at),
    )

    def create_model(self, form: Form) -> Store:
        """Open a store."""
        return stores.create(**form.given())

    def update_model(self, form: Form, record: Store) -> None:
        """Change a store, and its promos with it."""
        catalogue.change_store(record.id, None, seen=self.seen(), **form.given())

    def delete_model(self, record: Store) -> None:
        """Delete a store with its products and drafts."""
        catalogue.remove_store(record.id, None, seen=self.seen())

    def place_of(self, row: Any) -> tuple[float, float]:
        """Where it stands."""
        return row.latitude, row.longitude


class ProductEditForm(Form):
    """What may be changed of a product: it stays with its store."""

    name = line(_("Name"), maxlength=200)
    regular_price = amount(_("Regular price"))
    external_id = line(_("Outside id"), required=False, maxlength=200)


class ProductForm(ProductEditForm):
    """What may be said of a new one."""

    store_id = whole(_("Store"), hint=_("The id of the store that sells it."))


class ProductView(EditableView):
    """Products; promos that are not over follow the regular price."""

    model, title, form, edit_form = Product, _("Product"), ProductForm, ProductEditForm
    deleting = _(
        "The product goes with its drafts; what was sold stays on record. While one of its promos "
        "is scheduled, running or paused it cannot be deleted."
    )
    columns = (
        Column("id", _("Id"), order=Product.id),
        Column("name", _("Name"), order=Product.name),
        Column("store_id", _("Store id"), to="admin_store", order=Product.store_id),
        Column("store.name", _("Store")),
        Column(
            "regular_price",
            _("Regular price"),
            Kind.MONEY,
            currency="store.currency",
            order=Product.regular_price,
        ),
        Column("external_id", _("Outside id")),
        Column("deleted_at", _("Deleted"), Kind.MOMENT, order=Product.deleted_at),
    )
    more = (
        Column("created_at", _("Created"), Kind.MOMENT),
        Column("updated_at", _("Changed"), Kind.MOMENT),
    )
    filters = (
        filters.number("id", _("Id"), Product.id),
        filters.part("name", _("Name has"), Product.name),
        filters.number("store", _("Store id"), Product.store_id),
        filters.text("external_id", _("Outside id"), Product.external_id),
        filters.yes_no("deleted", _("Deleted"), Product.deleted_at.is_not(None)),
    )

    def create_model(self, form: Form) -> Product:
        """Add a product to a store."""
        try:
            store = stores.get(form.data["store_id"])
        except NotFound as error:
            raise InvalidFields({"store_id": error.detail}) from error
        return products.create(store, **_values(form))

    def update_model(self, form: Form, record: Product) -> None:
        """Change a product, and the regular price of its promos."""
        catalogue.change_product(record.id, None, seen=self.seen(), **_values(form))

    def delete_model(self, record: Product) -> None:
        """Delete a product with its drafts."""
        catalogue.remove_product(record.id, None, seen=self.seen())


def _values(form: Form) -> ProductChanges:
    """What a form says; an outside id that is left empty is none."""
    return ProductChanges(
        name=form.data["name"],
        regular_price=form.data["regular_price"],
        external_id=form.data["external_id"] or None,
    )


class ProductImageView(ModelView):
    """The pictures of products: what is kept of them, not the bytes."""

    model, title = ProductImage, _("Picture of product")
    columns = (
        Column("product_id", _("Product id"), order=ProductImage.product_id),
        Column("media_type", _("Kind"), order=ProductImage.media_type),
        Column("width", _("Width, pixels"), Kind.NUMBER, order=ProductImage.width),
        Column("height", _("Height, pixels"), Kind.NUMBER, order=ProductImage.height),
        Column("updated_at", _("Changed"), Kind.MOMENT, order=ProductImage.updated_at),
    )
    more = (
        Column("digest", _("SHA-256"), reckon=lambda row, _now: row.digest.hex()),
        Column("product_id", _("Product"), to="admin_product"),
    )
    filters = (
        filters.number("product", _("Product id"), ProductImage.product_id),
        filters.choice(
            "media_type",
            _("Kind"),
            lambda kind: ProductImage.media_type == kind,
            [(each, each) for each in ("image/jpeg", "image/png", "image/webp")],
        ),
    )


class ProductImportView(ModelView):
    """Files of products that wait for the word of who has sent them: not what they say."""

    model, title = ProductImport, _("File of products")
    columns = (
        Column("name", _("File"), order=ProductImport.name),
        Column("user_id", _("User id"), to="admin_user", order=ProductImport.user_id),
        Column("store_id", _("Store id"), to="admin_store", order=ProductImport.store_id),
        Column("created_at", _("Sent"), Kind.MOMENT, order=ProductImport.created_at),
    )
    more = (Column("id", _("Id")), Column("locale", _("Locale")))
    filters = (
        filters.number("user", _("User id"), ProductImport.user_id),
        filters.number("store", _("Store id"), ProductImport.store_id),
    )
