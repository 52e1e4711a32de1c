"""The audit log: every change that anybody makes, who made it, from where, before and after.

The domain says each change explicitly, by `record`; a door says who is acting (`actors`). What is
said waits in the open transaction and is written by one statement right before the commit: a
rollback forgets it, and there is no change without its event.

Recorded are stores, products, members and who is invited, segments, promos and their activation,
users with their passwords and keys, clients as far as staff or they themselves change them. A crowd
(an import, a bulk) is one event with its counts. Not recorded: locations that devices send, what is
read in an inbox, tokens and sessions that come and go, and what is on record elsewhere anyway:
notifications, deliveries, reservations, purchases, the end of a promo by time or by its last sale.

Never in it: a password, a token, or a hash of either; of a client anything but its number. What a
client has said of itself is told as the names of the fields, because the log outlives an erasure.

Nothing in this service updates or deletes an event. Its database role could, being the owner of
the table. An operator takes that away by letting another role own it and migrate, and then:

    REVOKE UPDATE, DELETE, TRUNCATE ON audit_event FROM flashpromo;
    GRANT SELECT, INSERT ON audit_event TO flashpromo;
"""

from flashpromo.audit import causes
from flashpromo.audit.trail import record
from flashpromo.audit.writing import snapshot

__all__ = ["causes", "record", "snapshot"]
