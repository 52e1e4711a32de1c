"""The admin console: operators see every record, and change what the domain lets change.

It stands on Flask-Admin, which keeps the register of the views. No rule lives here: what changes
something goes through the same functions as at every other door.
"""

from flask import Flask
from flask_admin import Admin

from flashpromo.admin import menu, operations, views
from flashpromo.admin.home import Home


def init_app(app: Flask) -> None:
    """Open the door on `app`."""
    records = views.all_of_them()
    admin = Admin(name="Flash Promos", index_view=Home(records))
    for category in menu.CATEGORIES:
        admin.add_category(category)
    admin.add_views(*records, *operations.pages())
    admin.init_app(app)
