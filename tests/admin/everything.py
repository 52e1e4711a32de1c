"""One record of everything, with names that try to break out of a page."""

from datetime import timedelta

from sqlalchemy import select

from flashpromo import campaign
from flashpromo.accounts import sign_ins
from flashpromo.accounts.models import AuthToken, OneTimeLink
from flashpromo.audience.models import ClientExternal, ClientFix, Segment
from flashpromo.checkout import settle
from flashpromo.checkout.hold import hold
from flashpromo.checkout.models import PromoTries
from flashpromo.db import app_now, session, transaction
from flashpromo.idempotency.models import KeptAnswer
from flashpromo.letters.models import Letter
from flashpromo.market.models import Product, ProductImage, ProductImport, Store
from flashpromo.notify.models import Delivery, Notification
from tests.console.conftest import OWNER, Town

HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)>{{1234567*7}}'"""
EPOCH = "0190f2a4-0000-7000-8000-000000000001"
TOKEN = "0190f2a4-0000-7000-8000-00000000000a"
SECRET = b"\xfe\xedsecret-digest-of-thirty-two-byte"[:32]


def plant(town: Town) -> dict[str, str]:
    """The address of one record of each view."""
    town.account(OWNER)
    town.account("alice")
    promo_id = town.promo("Headphones", quantity=3)
    with town.app.app_context():
        _shop(town, promo_id)
        with transaction():
            _records(town, promo_id)
        day = session().scalars(select(Notification.local_day)).first()
        client = town.world.alice
        return {
            "store": str(town.world.store_id),
            "product": str(town.world.product_id),
            "productimage": str(town.world.product_id),
            "productimport": TOKEN,
            "member": f"{town.world.store_id},{_owner_id()}",
            "promo": str(promo_id),
            "promorun": str(promo_id),
            "promounit": f"{promo_id},1",
            "promosegment": f"{promo_id},{town.world.new_users}",
            "promotries": f"{promo_id},{EPOCH}",
            "reservation": "1",
            "purchase": f"{promo_id},1",
            "client": str(client),
            "segment": str(town.world.new_users),
            "clientexternal": "out..side",  # a dot stands doubled in addresses
            "clientfix": str(client),
            "notification": f"{client},{day}",
            "delivery": f"{client},{day},inbox",
            "user": str(_owner_id()),
            "signin": OWNER,
            "authtoken": TOKEN,
            "letter": "1",
            "keptanswer": "client:1,once",
            "tally": "flashpromo_activation_lateness_seconds,sum",
        }


def _owner_id() -> int:
    found = sign_ins.find(OWNER)
    assert found is not None
    assert found.user_id is not None
    return found.user_id


def _shop(town: Town, promo_id: int) -> None:
    """Alice buys one unit, and Zoe holds another."""
    with transaction():
        zoe = town.world.add_client("zoe", metres=50)
    with transaction():
        campaign.activate_due([promo_id])
    with transaction():
        held = hold(town.world.alice, promo_id)
    with transaction():
        settle.complete(town.world.alice, held.id)
    with transaction():
        hold(zoe, promo_id)


def _records(town: Town, promo_id: int) -> None:
    now, client, later = app_now(), town.world.alice, app_now() + timedelta(hours=1)
    store, product = (
        session().get_one(Store, town.world.store_id),
        session().get_one(Product, town.world.product_id),
    )
    store.name = product.name = HOSTILE
    session().get_one(Segment, town.world.new_users).name = HOSTILE
    day = session().scalars(select(Notification.local_day)).first()
    session().add_all(
        [
            ProductImage(
                product_id=product.id,
                media_type="image/png",
                width=1,
                height=1,
                digest=b"d" * 32,
                content=b"c",
                thumbnail=b"t",
            ),
            ProductImport(
                id=TOKEN,
                user_id=_owner_id(),
                store_id=store.id,
                name=HOSTILE,
                locale="en",
                content=b"kept-body",
            ),
            PromoTries(promo_id=promo_id, epoch=EPOCH, tried=3),
            ClientExternal(external_id="out.side", client_id=client),
            ClientFix(client_id=client, latitude=19.4, longitude=-99.1, accuracy_m=5, fixed_at=now),
            AuthToken(
                token_hash=SECRET,
                id=TOKEN,
                kind="key",
                name=HOSTILE,
                username=OWNER,
                user_id=_owner_id(),
                created_from=HOSTILE,
            ),
            OneTimeLink(
                token_hash=SECRET,
                purpose="password",
                username=OWNER,
                email="a@b",
                created_at=now,
                expires_at=later,
            ),
            Letter(
                kind="password",
                username=OWNER,
                email="a@b",
                language="en",
                created_at=now,
                deadline=later,
                next_attempt_at=now,
            ),
            KeptAnswer(
                owner="client:1",
                key="once",
                request_digest=SECRET,
                status=201,
                body=b"kept-body",
                created_at=now,
            ),
        ]
    )
    key = {"client_id": client, "local_day": day, "channel": "inbox"}
    if session().get(Delivery, tuple(key.values())) is None:
        session().add(Delivery(**key, promo_id=promo_id, next_attempt_at=now))
