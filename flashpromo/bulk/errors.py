"""What ends a bulk as a whole, beyond a file that cannot be read."""

from flashpromo.errors import Conflict


class ChangedMeanwhile(Conflict):
    """Somebody else added or removed the same things during the import."""

    code = "changed_meanwhile"
    title = "The same things were added or removed meanwhile; nothing was imported, try again."
