"""What is logged of a failure that nobody foresaw."""

import traceback


def where_only(error: Exception) -> str:
    """Give the traceback without the error's own text, which may quote a person."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
