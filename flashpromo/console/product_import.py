"""/console/products/import/: a file is sent, what it would change is shown, then just that done.

Between the two steps the file waits in the database (`market.product_imports`); each look finds out
anew what it would change, so that a page never shows what is not so any more.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from flashpromo import config
from flashpromo.bulk import sheet
from flashpromo.bulk.errors import ChangedMeanwhile
from flashpromo.console import access, import_file, import_words, store_offers
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.console.spreadsheets import download, separator
from flashpromo.db import transaction
from flashpromo.entrance import language
from flashpromo.entrance.asked import page_number
from flashpromo.entrance.pager import Pager, here
from flashpromo.entrance.uploads import takes_a_file
from flashpromo.errors import InvalidFields
from flashpromo.market import product_imports
from flashpromo.market.models import MAX_IMPORT_BYTES, ProductImport
from flashpromo.promos import product_preview
from flashpromo.promos.product_preview import Outcome, Preview

blueprint = console_pages("product_import")

PATH: Final = f"{PREFIX}/products/import/"
KEPT: Final = f"{PATH}<uuid:import_id>/"
PAGE_LINES: Final = 50
TEMPLATE: Final = (
    ("external_id", "name", "regular_price"),
    ("SKU-1001", "Headphones XYZ", "999.00"),
)


@blueprint.get(PATH)
def form() -> str:
    """Show where to choose a file."""
    return _form({})


@blueprint.post(PATH)
@takes_a_file(MAX_IMPORT_BYTES)
def take() -> ResponseReturnValue:
    """Let the file wait, and show what it would change; or say why it cannot be read."""
    try:
        store = store_offers.chosen()
        name, content = import_file.sent()
    except InvalidFields as error:
        return _form(error.fields), error.status
    with transaction():
        kept = product_imports.keep(
            user_id=_user_id(),
            store_id=store.id,
            name=name,
            locale=str(language.here()),
            content=content,
        )
    return redirect(url_for(".preview", import_id=kept.id), 303)


@blueprint.get(KEPT)
def preview(import_id: UUID) -> str:
    """Show what the file would change now."""
    return _preview(product_imports.get(import_id, _user_id()))


@blueprint.post(KEPT)
def carry_out(import_id: UUID) -> ResponseReturnValue:
    """Do what was shown; if it would be something else by now, show that."""
    try:
        with transaction(timeout_seconds=config.current().bulk_timeout_seconds):
            kept = product_imports.claim(import_id, _user_id())
            done = product_preview.carry_out(
                import_file.records(kept),
                request.form.get("seen", ""),
                scope=access.scope(),
                usual_store=kept.store_id,
            )
    except ChangedMeanwhile as error:
        kept = product_imports.get(import_id, _user_id())
        return _preview(kept, is_new=True), error.status
    flash(ngettext("%(num)s product is imported.", "%(num)s products are imported.", done.imported))
    return redirect(url_for("console_products.index"), 303)


@blueprint.post(f"{KEPT}discard/")
def discard(import_id: UUID) -> ResponseReturnValue:
    """Forget the file; nothing was written."""
    with transaction():
        product_imports.claim(import_id, _user_id())
    flash(_("Nothing was imported."))
    return redirect(url_for(".form"), 303)


@blueprint.get(f"{KEPT}errors.csv")
def errors(import_id: UUID) -> Response:
    """Send the lines that are left out, with the reasons."""
    found = _look(product_imports.get(import_id, _user_id()))
    return download(sheet.write(_wrong_lines(found), separator()), "import-errors.csv")


@blueprint.get(f"{PATH}template.csv")
def template() -> Response:
    """Send a file to fill in."""
    return download(sheet.write(TEMPLATE, separator()), "products.csv")


def _wrong_lines(found: Preview) -> Iterator[tuple[str, ...]]:
    yield _("Line"), _("Outside id"), _("Column"), _("What is wrong")
    for each in found.lines:
        if each.outcome is Outcome.WRONG:
            said = language.told(import_words.sentence(each.reason or ""))
            yield str(each.line), each.external_id or "", each.field or "", said


def _form(errors: dict[str, list[str]]) -> str:
    return render_template(
        "console/product_import.html", errors=errors, typed=request.form, **store_offers.offered()
    )


def _preview(kept: ProductImport, *, is_new: bool = False) -> str:
    found, wanted = _look(kept), request.args.get("show")
    shown = Outcome(wanted) if wanted in set(Outcome) else None
    lines = [each for each in found.lines if shown in {None, each.outcome}]
    pager = Pager(page_number(), size=PAGE_LINES).of(len(lines))
    first = pager.window["offset"]
    return render_template(
        "console/product_import_preview.html",
        kept=kept,
        found=found,
        lines=lines[first : first + PAGE_LINES],
        shown=shown,
        pager=pager,
        here=here,
        left_out=import_file.left_out(kept),
        sentence=import_words.sentence,
        is_new=is_new,
        several_stores=len({each.store_name for each in found.lines if each.store_name}) > 1,
    )


def _look(kept: ProductImport) -> Preview:
    records = import_file.records(kept)
    with transaction(timeout_seconds=config.current().bulk_timeout_seconds):
        return product_preview.look(records, scope=access.scope(), usual_store=kept.store_id)


def _user_id() -> int:
    """Who looks: merchants and operators have an account, and nobody else comes here."""
    user_id = access.principal().user_id
    assert user_id is not None  # noqa: S101 - for the type checker
    return user_id
