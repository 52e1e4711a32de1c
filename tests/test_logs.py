"""A line of the log is written once: the process says where to, the application brings nothing."""

import logging

from flashpromo.app import create_app


def test_the_application_brings_no_handler(settings):
    logger = logging.getLogger("flashpromo")
    before = list(logger.handlers)
    logger.handlers.clear()
    try:
        create_app(settings)
        assert logger.handlers == []
    finally:
        logger.handlers[:] = before
