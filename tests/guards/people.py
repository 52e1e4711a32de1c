"""Clients and segments; accounts, what stands for them, and what they were answered."""

from tests.guards.standing import change

REFUSED = {
    "ck_client_latitude_range": [
        change("client", "latitude = 91"),
        change("client", "latitude = 'NaN'"),
    ],
    "ck_client_longitude_range": [
        change("client", "longitude = 200"),
        change("client", "longitude = 'NaN'"),
    ],
    "ck_client_location_whole": [
        change("client", "latitude = NULL"),
        change("client", "longitude = NULL"),
        change("client", "located_at = NULL"),
    ],
    "ck_client_next_zone_whole": [
        change("client", "next_time_zone = 'Asia/Kathmandu'"),
    ],
    "ck_client_quiet_hours_whole": [
        change("client", "quiet_from = '22:00'"),
        change("client", "quiet_until = '07:00'"),
    ],
    "ck_client_quiet_hours_some": [change("client", "quiet_from = '7:00', quiet_until = '7:00'")],
    "ck_client_fix_latitude_range": [change("client_fix", "latitude = 'NaN'")],
    "ck_client_fix_longitude_range": [change("client_fix", "longitude = 200")],
    "ck_client_fix_accuracy_range": [
        change("client_fix", "accuracy_m = -1"),
        change("client_fix", "accuracy_m = 'NaN'"),
    ],
    "ck_client_fix_anchor_north": [change("client_fix", "anchor_latitude = 'NaN'")],
    "ck_client_fix_anchor_east": [change("client_fix", "anchor_longitude = 200")],
    "ck_client_fix_anchor_accuracy": [change("client_fix", "anchor_accuracy_m = -1")],
    "ck_client_fix_anchor_whole": [change("client_fix", "anchored_at = '2026-05-01Z'")],
    "ck_client_fix_fix_whole": [change("client_fix", "fixed_at = NULL")],
    "ck_client_fix_refusal_whole": [change("client_fix", "refused_as = 'too_coarse'")],
    "ck_auth_token_kind_known": [change("auth_token", "kind = 'cookie'")],
    "ck_auth_token_expires": [change("auth_token", "expires_at = NULL")],
    "ck_auth_token_name_length": [change("auth_token", "name = repeat('x', 101)")],
    "ck_user_account_language_form": [
        change("user_account", "language = ''"),
        change("user_account", "language = 'es_MX'"),
        change("user_account", "language = '../es'"),
        change("user_account", "language = 'Spanish'"),
    ],
    "ck_one_time_link_purpose_known": [change("one_time_link", "purpose = 'tea'")],
    "ck_one_time_link_fits_password": [
        change("one_time_link", "username = NULL"),
        change("one_time_link", "store_id = 1, role = 'staff' WHERE purpose = 'password'"),
        change("one_time_link", "purpose = 'password'"),
    ],
    "ck_one_time_link_fits_invitation": [
        change("one_time_link", "role = NULL"),
        change("one_time_link", "store_id = NULL"),
        change("one_time_link", "username = 'ben' WHERE purpose = 'invitation'"),
    ],
    "ck_one_time_link_role_known": [
        change("one_time_link", "role = 'king' WHERE purpose = 'invitation'")
    ],
    "ck_one_time_link_email_length": [
        change("one_time_link", "email = ''"),
        change("one_time_link", "email = repeat('x', 255)"),
    ],
    "ck_one_time_link_window_order": [change("one_time_link", "expires_at = created_at")],
    "ck_one_time_link_used_before_expiry": [change("one_time_link", "used_at = expires_at")],
    "pk_one_time_link": [change("one_time_link", "token_hash = '\\x01'")],
    "ck_letter_kind_known": [change("letter", "kind = 'tea'")],
    "ck_letter_fits_account": [
        change("letter", "username = NULL WHERE kind = 'password'"),
        change("letter", "store_id = 1, role = 'staff' WHERE kind = 'password'"),
    ],
    "ck_letter_fits_invitation": [
        change("letter", "role = NULL"),
        change("letter", "store_id = NULL"),
        change("letter", "username = 'ben' WHERE kind = 'invitation'"),
    ],
    "ck_letter_address_given": [
        change("letter", "email = NULL"),
        change("letter", "kind = 'forgotten' WHERE kind = 'password'"),
    ],
    "ck_letter_email_length": [
        change("letter", "email = ''"),
        change("letter", "email = repeat('x', 255)"),
    ],
    "ck_letter_username_length": [
        change("letter", "username = '' WHERE kind = 'password'"),
        change("letter", "username = repeat('x', 255) WHERE kind = 'password'"),
    ],
    "ck_letter_role_known": [change("letter", "role = 'king' WHERE kind = 'invitation'")],
    "ck_letter_language_form": [change("letter", "language = 'Spanish'")],
    "ck_letter_window_order": [change("letter", "deadline = created_at")],
    "ck_letter_attempts_range": [change("letter", "attempts = -1")],
    "ck_letter_state_known": [change("letter", "state = 'lost', finished_at = now()")],
    "ck_letter_finished_whole": [
        change("letter", "state = 'sent'"),
        change("letter", "finished_at = now()"),
    ],
    "ck_kept_answer_key_length": [change("kept_answer", "key = ''")],
    "pk_kept_answer": [
        (
            "INSERT INTO kept_answer (owner, key, request_digest, status, body, created_at)"
            " SELECT owner, key, '', 409, '', created_at FROM kept_answer"
        )
    ],
    "ck_client_external_external_id_length": [change("client_external", "external_id = ''")],
    "pk_client_external": ["INSERT INTO client_external VALUES ('c-7', 8)"],
    "ck_segment_name_length": [change("segment", "name = ''")],
    "uq_segment_name_not_deleted": ["INSERT INTO segment (id, name) VALUES (2, 'New users')"],
    "ck_sign_in_username_form": [
        change("sign_in", "username = ''"),
        change("sign_in", "username = 'al ice'"),
        change("sign_in", "username = E'alice\\n'"),
        change("sign_in", "username = repeat('a', 151)"),
    ],
    "ck_sign_in_one_owner": [
        change("sign_in", "user_id = 1"),
        change("sign_in", "client_id = NULL"),
    ],
    "pk_sign_in": [
        "INSERT INTO sign_in (username, password_hash, client_id) VALUES ('alice', 'x', 8)"
    ],
}
