"""Find the sentences that the domain says: what Babel calls an extraction method.

A sentence begins with a capital, has a blank, and ends with a full stop or a question mark. The
values in it become names between braces, as `flashpromo.sentences` finds them again.
"""

import ast
import re
from collections.abc import Iterator
from typing import IO, Any

SENTENCE = re.compile(r"[A-Z{][^\n]* [^\n]*[.?]")

Found = tuple[int, None, str, list[str]]


def extract(
    fileobj: IO[bytes],
    keywords: Any,  # noqa: ARG001 - Babel names what it gives
    comment_tags: Any,  # noqa: ARG001
    options: Any,  # noqa: ARG001
) -> Iterator[Found]:
    """Yield each sentence with its line; docstrings are not said to anybody."""
    tree = ast.parse(fileobj.read())
    quiet = set(_unsaid(tree))
    for node in ast.walk(tree):
        if node in quiet:
            continue
        said = _said(node)
        if said and SENTENCE.fullmatch(said):
            yield node.lineno, None, said, []


def _unsaid(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and the parts of what is put together of parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from node.values


def _said(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _name(part) if isinstance(part, ast.FormattedValue) else str(part.value)
            for part in node.values
            if isinstance(part, ast.FormattedValue | ast.Constant)
        )
    return None


def _name(part: ast.FormattedValue) -> str:
    """`{store_id}` of `store.id` and `{store_id}` alike; each name stands once in a sentence."""
    return "{" + re.sub(r"\W+", "_", ast.unparse(part.value)).strip("_").lower() + "}"
