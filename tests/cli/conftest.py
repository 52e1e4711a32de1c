"""Commands are run as a person runs them; what they print is what counts."""

import pytest
from flask.testing import FlaskCliRunner


@pytest.fixture
def run(app):
    """`run("users", "list")` is `flask users list`; an exception is a failed test."""
    runner: FlaskCliRunner = app.test_cli_runner(catch_exceptions=False)

    def command(*arguments, **options):
        return runner.invoke(args=[str(argument) for argument in arguments], **options)

    return command
