"""Who comes second waits for the first, and is told that there was one."""

from threading import Thread

from flashpromo.api import flights


def test_the_second_is_told_that_it_has_waited():
    told: list[bool] = []

    def second() -> None:
        with flights.alone("list") as waited:
            told.append(waited)

    with flights.alone("list") as waited:
        assert not waited
        thread = Thread(target=second)
        thread.start()
        thread.join(0.1)
        assert told == []
    thread.join(10)
    assert told == [True]
