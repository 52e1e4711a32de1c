"""Stores, products and members."""

from tests.guards.standing import change

REFUSED = {
    "ck_store_latitude_range": [
        change("store", "latitude = 90.0001"),
        change("store", "latitude = -91"),
        change("store", "latitude = 'NaN'"),
        change("store", "latitude = 'Infinity'"),
    ],
    "ck_store_longitude_range": [
        change("store", "longitude = 200"),
        change("store", "longitude = -180.0001"),
        change("store", "longitude = 'NaN'"),
        change("store", "longitude = '-Infinity'"),
    ],
    "ck_store_name_length": [
        change("store", "name = ''"),
        change("store", "name = repeat('x', 201)"),
    ],
    "ck_store_currency_form": [
        change("store", "currency = 'usd'"),
        change("store", "currency = 'EURO'"),
        change("store", "currency = ''"),
    ],
    "ck_product_image_media_type_known": [change("product_image", "media_type = 'image/svg+xml'")],
    "ck_product_image_pixels_range": [
        change("product_image", "width = 0"),
        change("product_image", "height = 4097"),
    ],
    "ck_product_image_digest_length": [change("product_image", "digest = '\\x01'")],
    "ck_product_image_content_length": [
        change("product_image", "content = ''"),
        change("product_image", "content = convert_to(repeat('x', 1048577), 'UTF8')"),
    ],
    "ck_product_image_thumbnail_length": [
        change("product_image", "thumbnail = ''"),
        change("product_image", "thumbnail = convert_to(repeat('x', 65537), 'UTF8')"),
    ],
    "ck_product_import_content_length": [
        change("product_import", "content = ''"),
        change("product_import", "content = convert_to(repeat('x', 8388609), 'UTF8')"),
    ],
    "fk_product_import_store_id_store": [change("product_import", "store_id = 2")],
    "fk_product_import_user_id_user_account": [change("product_import", "user_id = 99")],
    "fk_product_image_product_id_product": [change("product_image", "product_id = 2")],
    "ck_product_regular_price_range": [
        change("product", "regular_price = 0"),
        change("product", "regular_price = -1"),
        change("product", "regular_price = 'NaN'"),
    ],
    "ck_product_name_length": [change("product", "name = ''")],
    "ck_product_image_digest_form": [
        change("product", "image_digest = ''"),
        change("product", "image_digest = repeat('F', 64)"),
        change("product", "image_digest = repeat('0', 63)"),
    ],
    "ck_product_external_id_length": [change("product", "external_id = ''")],
    "uq_product_store_id_external_id_not_deleted": [
        change("product", "external_id = 'radio'")
        + "; INSERT INTO product (id, store_id, name, regular_price, external_id)"
        " VALUES (2, 1, 'Radio', 1, 'radio')"
    ],
    "fk_product_store_id_store": [change("product", "store_id = 2")],
    "ck_store_member_role_known": ["INSERT INTO store_member VALUES (1, 1, 'king')"],
}
