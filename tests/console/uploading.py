"""Forms with a file, as browsers send them.

Put together here: the test client would keep a large one in a file that it never closes.
"""

from werkzeug.test import TestResponse

from tests.pages.conftest import HIDDEN, Browser

LINE = "flashpromo-line"


def send(
    browser: Browser, path: str, field: str, content: bytes, name: str, **fields: str
) -> TestResponse:
    """Choose a file in a form, and send it with the token of the form."""
    token = dict(HIDDEN.findall(browser.get("/console/settings/").text))["csrf_token"]
    parts = [
        f'--{LINE}\r\nContent-Disposition: form-data; name="{each}"\r\n\r\n{value}\r\n'.encode()
        for each, value in {"csrf_token": token, **fields}.items()
    ]
    parts.append(
        f'--{LINE}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
    )
    body = b"".join((*parts, content, f"\r\n--{LINE}--\r\n".encode()))
    return browser.http.post(path, data=body, content_type=f"multipart/form-data; boundary={LINE}")
