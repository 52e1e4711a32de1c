"""Requests that may be repeated: the first answer is kept and given again."""
