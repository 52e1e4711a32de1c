from flashpromo.doctor import CHECKS
from flashpromo.doctor.examination import REDIS_CHECKS
from tests.doctor.plants import findings


def test_a_busy_healthy_town_gives_no_finding(app, town):
    assert findings(app, town) == []


def test_checks_have_names_of_their_own_and_promise_sentences():
    checks = [*CHECKS, *REDIS_CHECKS]
    assert len({check.name for check in checks}) == len(checks)
    assert all(check.promise.endswith(".") for check in checks)
