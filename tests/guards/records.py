"""The audit log, the traces of schedulers, and the tallies."""

ANOTHER_EVENT = """
INSERT INTO audit_event (actor_kind, actor_name, address, door, action, subject_kind)
VALUES ('{kind}', '{name}', '{address}', '{door}', '{action}', 'store')
"""


def event(**values: str) -> str:
    """An event that would be right but for these values."""
    right = {"kind": "operator", "name": "", "address": "", "door": "api", "action": "store.moved"}
    return ANOTHER_EVENT.format(**right | values)


REFUSED = {
    "ck_audit_event_actor_kind_known": [event(kind="nobody")],
    "ck_audit_event_door_known": [event(door="window")],
    "ck_audit_event_action_form": [
        event(action="moved"),
        event(action="Store.moved"),
        event(action="store.moved.away"),
    ],
    "ck_audit_event_client_unnamed": [
        event(kind="client", name="alice"),
        event(kind="client", address="192.0.2.7"),
    ],
    "pk_audit_event": [
        (
            "INSERT INTO audit_event (id, actor_kind, door, action, subject_kind)"
            " SELECT id, actor_kind, door, action, subject_kind FROM audit_event"
        )
    ],
    "pk_tally": ["INSERT INTO tally SELECT * FROM tally"],
    "pk_scheduler_trace": ["INSERT INTO scheduler_trace SELECT * FROM scheduler_trace"],
}
