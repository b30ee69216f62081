"""Why something cannot be done with a broadcast."""


class NoticeRefused(Exception):
    """It may not be done; `key` is the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class StaleBroadcast(Exception):
    """Somebody else did something since the page was made; nothing was changed."""
