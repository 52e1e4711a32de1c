"""The WSGI entry point: `granian --interface wsgi wsgi:app`, or `flask --app wsgi`."""

import os

from flashpromo.meters import folder

# Set by Flask for a command: that talks to whoever gave it, and counts nothing for others.
IS_COMMAND = "FLASK_RUN_FROM_CLI" in os.environ
if not IS_COMMAND:
    folder.share()  # before the meters are made

from flashpromo import config, logs, spans  # noqa: E402
from flashpromo.app import MOST_CONNECTIONS, create_app  # noqa: E402
from flashpromo.meters import instruments  # noqa: E402

if not IS_COMMAND:
    spans.begin("flashpromo-web")

app = create_app()

if not IS_COMMAND:
    instruments.POOL_MOST.set(MOST_CONNECTIONS)
    with app.app_context():
        logs.log_to_stderr(as_json=config.current().logs_json)
