"""Forms with files: a view says how large its body may be, before anybody reads it.

Every form is read to find its token, before its view is called; so the limit is not the view's own
business. What is not said is the setting `max_body_bytes`, as for every request.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., object])

SLACK: Final = 3
"""A file may be so many times too large to be refused at its field; beyond, nobody reads it."""
_MARK: Final = "bytes_of_its_file"


def takes_a_file(most_bytes: int) -> Callable[[View], View]:
    """Declare that the form of a view has a file, or a text, of so many bytes."""

    def declare(view: View) -> View:
        setattr(view, _MARK, most_bytes)
        return view

    return declare


def allow() -> None:
    """Let the form of this request be as large as its view says."""
    view = current_app.view_functions.get(request.endpoint or "")
    most: int | None = getattr(view, _MARK, None)
    if most is not None:
        request.max_content_length = most * SLACK
        request.max_form_memory_size = most * SLACK
