"""The views of the records, in the order of the menu; the operations have pages of their own."""

from flask_babel import lazy_gettext as _

from flashpromo.admin import menu
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.views.accounts import AuthTokenView, OneTimeLinkView, SignInView, UserView
from flashpromo.admin.views.checkout import PurchaseView, ReservationView
from flashpromo.admin.views.clients import ClientExternalView, ClientFixView, ClientView
from flashpromo.admin.views.market import (
    ProductImageView,
    ProductImportView,
    ProductView,
    StoreView,
)
from flashpromo.admin.views.members import MemberView
from flashpromo.admin.views.notifications import DeliveryView, NotificationView
from flashpromo.admin.views.promos import (
    PromoRunView,
    PromoSegmentView,
    PromoTriesView,
    PromoUnitView,
    PromoView,
)
from flashpromo.admin.views.records import KeptAnswerView, LetterView, TallyView
from flashpromo.admin.views.segments import SegmentView


def all_of_them() -> list[ModelView]:
    """A view of every kind of records."""
    return [
        StoreView(_("Stores"), menu.MARKET),
        ProductView(_("Products"), menu.MARKET),
        ProductImageView(_("Pictures"), menu.MARKET),
        ProductImportView(_("Imports"), menu.MARKET),
        MemberView(_("Members"), menu.MARKET),
        PromoView(_("Promos"), menu.PROMOS),
        PromoRunView(_("Runs"), menu.PROMOS),
        PromoUnitView(_("Units"), menu.PROMOS),
        PromoSegmentView(_("Segments of promos"), menu.PROMOS),
        PromoTriesView(_("Tries"), menu.PROMOS),
        ReservationView(_("Reservations"), menu.CHECKOUT),
        PurchaseView(_("Purchases"), menu.CHECKOUT),
        ClientView(_("Clients"), menu.CLIENTS),
        SegmentView(_("Segments"), menu.CLIENTS),
        ClientExternalView(_("Outside ids"), menu.CLIENTS),
        ClientFixView(_("Fixes"), menu.CLIENTS),
        NotificationView(_("Notifications"), menu.NOTIFICATIONS),
        DeliveryView(_("Deliveries"), menu.NOTIFICATIONS),
        UserView(_("Users"), menu.ACCOUNTS),
        SignInView(_("Sign-ins"), menu.ACCOUNTS),
        AuthTokenView(_("Tokens, sessions and keys"), menu.ACCOUNTS),
        OneTimeLinkView(_("Links in letters"), menu.ACCOUNTS),
        LetterView(_("Letters"), menu.ACCOUNTS),
        KeptAnswerView(_("Kept answers"), menu.OPERATIONS),
        TallyView(_("Tallies"), menu.OPERATIONS),
    ]
