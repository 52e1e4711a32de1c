"""What values of several records are called."""

from flask_babel import lazy_gettext as _

ROLES = {"owner": _("Owner"), "staff": _("Staff")}
STATES = {
    "draft": _("Draft"),
    "scheduled": _("Scheduled"),
    "running": _("Running"),
    "paused": _("Paused"),
    "sold_out": _("Sold out"),
    "ended": _("Ended"),
    "cancelled": _("Cancelled"),
}
HOLDS = {
    "held": _("Held"),
    "completed": _("Completed"),
    "released": _("Released"),
    "expired": _("Expired"),
}
DELIVERIES = {
    "pending": _("Pending"),
    "sent": _("Sent"),
    "skipped": _("Skipped"),
    "failed": _("Failed"),
}
HELD_KINDS = {"token": _("Token"), "session": _("Session"), "key": _("Key")}
LETTERS = {
    "forgotten": _("Somebody forgot a password"),
    "password": _("New password"),
    "password_changed": _("The password was changed"),
    "invitation": _("Invitation"),
}
LETTER_STATES = {
    "pending": _("Pending"),
    "sent": _("Sent"),
    "failed": _("Failed"),
    "dropped": _("Dropped"),
}
PURPOSES = {"password": _("New password"), "invitation": _("Invitation")}
