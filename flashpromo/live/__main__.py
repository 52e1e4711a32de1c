"""`python -m flashpromo.live`: what `flask live` becomes, without the rest of the service."""

import asyncio

import click

from flashpromo.live.server import allow_files, serve
from flashpromo.live.settings import Settings
from flashpromo.logs import log_to_stderr

OTHER_FILES = 100


@click.command()
@click.option("--host", required=True)
@click.option("--port", type=int, required=True)
def main(host: str, port: int) -> None:
    """Serve streams until SIGTERM or SIGINT."""
    settings = Settings()
    log_to_stderr(as_json=settings.logs_json)
    allow_files(settings.live_connections + OTHER_FILES)
    asyncio.run(serve(settings, host, port))


if __name__ == "__main__":
    main()
