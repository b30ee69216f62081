"""The states of templates, asked for by itself: once an hour, by one dispatcher of all."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.messages import SendError
from bot.notices.reminding import SERVICE
from bot.notices.template_sync import Catalogue, Change, sync
from db.session import Store
from db.wa_templates import take_turn

_EVERY = timedelta(hours=1)
_LOOK_EACH = timedelta(minutes=1)  # whether it is time, and nobody else has asked

_log = logging.getLogger(__name__)


class TemplateWatch:
    """Asks the provider for the states; one that does not answer is logged once, and tried again.

    `connect` gives its catalogue, which is closed after each use.
    """

    def __init__(
        self, store: Store, connect: Callable[[], Catalogue], clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._connect = connect
        self._clock = clock
        self._looked_at: datetime | None = None
        self._answers = True

    def look(self) -> list[Change]:
        """Ask, if an hour has passed since any dispatcher did; gives what has changed."""
        now = self._clock()
        if self._looked_at is not None and now - self._looked_at < _LOOK_EACH:
            return []
        self._looked_at = now
        with self._store.begin() as session:
            is_mine = take_turn(session, now, _EVERY)
        return self._ask() if is_mine else []

    def _ask(self) -> list[Change]:
        try:
            changes = sync(self._store, self._connect(), SERVICE, self._clock)
        except SendError as error:
            if self._answers:
                _log.warning("Twilio does not tell of templates (%s)", error)
            self._answers = False
            return []
        self._answers = True
        return changes
