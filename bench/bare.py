"""The limit of any endpoint: JSON from a bare Flask application in the same web server."""

from flask import Flask

app = Flask("bare")


@app.get("/healthz")
def hello() -> dict[str, str]:
    """Ask nobody anything."""
    return {"hello": "world"}
