"""Telegram: the webhook's secret, and the sending of messages and fetching of updates."""

import asyncio
import hmac
import logging
import re
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from datetime import UTC, datetime

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.downloads import Downloads
from bot.channels.rendering import split_text
from bot.channels.telegram_errors import as_file_error, as_send_error
from bot.channels.telegram_request import AiohttpRequest
from bot.channels.telegram_update import ALLOWED_UPDATES, parse
from bot.messages import (
    RATES,
    Channel,
    Choice,
    Event,
    Ignored,
    Malformed,
    Outgoing,
    PermanentError,
    Reply,
)

__all__ = ["ALLOWED_UPDATES", "TelegramAdapter", "keyboard", "parse", "verify"]

_LOG = logging.getLogger(__name__)
_CHAT = re.compile(r"-?[0-9]{1,19}")
_FILE_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_./-]{0,254}")
_TEXT_LIMIT = 4096
_SHORT_LABEL = 12  # characters; two such buttons fit side by side on the smallest telephone
_CONNECTIONS = 64
_COURTESIES = 32  # at most, so that they can never keep the messages from the pool
_COURTESY_SECONDS = 5.0


def verify(secret_header: str | None, expected: str) -> bool:
    """Tell whether a webhook carries the secret; no secret set means that none is right."""
    if not secret_header or not expected:
        return False
    return hmac.compare_digest(
        secret_header.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


def keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """Lay the choices out as buttons: one a row, or two where both are short."""
    rows: list[list[InlineKeyboardButton]] = []
    previous_is_short = False
    for choice in choices:
        button = InlineKeyboardButton(choice.label, callback_data=choice.value)
        is_short = len(choice.label) <= _SHORT_LABEL
        if is_short and previous_is_short and len(rows[-1]) == 1:
            rows[-1].append(button)
        else:
            rows.append([button])
        previous_is_short = is_short
    return InlineKeyboardMarkup(rows) if rows else None


class TelegramAdapter:
    """Sends by the Bot API, and fetches updates where no webhook can reach the office."""

    channel = Channel.TELEGRAM

    def __init__(
        self,
        token: str,
        api_url: str = "https://api.telegram.org",
        rate: float = RATES[Channel.TELEGRAM],
    ) -> None:
        # At DEBUG the SDK writes its base URL, which holds the token, and every text.
        logging.getLogger("telegram").setLevel(logging.INFO)
        self.rate = rate
        self._request = AiohttpRequest(_CONNECTIONS + _COURTESIES)
        self._polling = AiohttpRequest(connections=1)
        self._bot = Bot(
            token,
            base_url=f"{api_url.rstrip('/')}/bot",
            request=self._request,
            get_updates_request=self._polling,
        )
        # core.telegram.org/bots/api#getfile
        self._files_url = f"{api_url.rstrip('/')}/file/bot{token}"
        self._downloads = Downloads()
        self._courtesies: set[asyncio.Task[None]] = set()

    async def send(self, message: Outgoing) -> str:
        """Send a message, a long one in parts; the id is that of the last part."""
        chat, parts, buttons = _prepare(message.address.user, message.reply)
        if not message.bulk:
            self._be_courteous(chat, message.callback_id)
            await asyncio.sleep(0)  # lets them leave first: "typing" after the text would stay on
        # Nothing is remembered between calls: a retry of a long text begins with its first part.
        message_id = 0
        for number, text in enumerate(parts, start=1):
            message_id = await self._send_part(
                chat, text, buttons if number == len(parts) else None
            )
        return str(message_id)

    async def start_polling(self) -> None:
        """Take the webhook away, as Telegram serves only one of the two ways."""
        try:
            await self._bot.delete_webhook()
        except TelegramError as error:
            raise as_send_error(error) from None

    async def updates(self, offset: int | None, timeout: int) -> list[tuple[int, list[Event]]]:  # noqa: ASYNC109 -- Telegram waits, not we
        """Wait for updates from `offset` on; an unreadable one is put aside and counted as seen."""
        try:
            # Bot.get_updates reads all or nothing, so one odd update would be fetched for ever.
            # Telegram takes method names in any case; the SDK warns about those that it knows.
            found = await self._bot.do_api_request(
                "getupdates",
                api_kwargs={
                    "offset": offset,
                    "timeout": timeout,
                    "allowed_updates": list(ALLOWED_UPDATES),
                },
                read_timeout=timeout + self._polling.read_timeout,
            )
        except TelegramError as error:
            raise as_send_error(error) from None
        now = datetime.now(UTC)
        return [(item["update_id"], _parse_safely(item, now)) for item in found]

    async def fetch(self, ref: str) -> AsyncGenerator[bytes, None]:
        """Give a file that a person sent, by its file_id."""
        try:
            # Bot.get_file would look for the path on our own disk first.
            found = await self._bot.do_api_request("getfile", api_kwargs={"file_id": ref})
        except TelegramError as error:
            raise as_file_error(error) from None
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or not _FILE_PATH.fullmatch(path) or ".." in path:
            raise PermanentError("source", "no path below the Bot API's own address")
        async with aclosing(self._downloads.read(f"{self._files_url}/{path}")) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """Let the last courtesies end, then close the connections."""
        if self._courtesies:
            _, late = await asyncio.wait(self._courtesies, timeout=_COURTESY_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._request.shutdown()
        await self._polling.shutdown()
        await self._downloads.close()

    async def _send_part(self, chat: int, text: str, buttons: InlineKeyboardMarkup | None) -> int:
        try:
            sent = await self._bot.send_message(
                chat,
                text,
                reply_markup=buttons,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            raise as_send_error(error) from None
        return sent.message_id

    def _be_courteous(self, chat: int, callback_id: str | None) -> None:
        # A pressed button stops spinning; one who wrote sees that somebody is writing back.
        if len(self._courtesies) >= _COURTESIES:
            return
        courtesy = (
            self._bot.answer_callback_query(callback_id, read_timeout=_COURTESY_SECONDS)
            if callback_id
            else self._bot.send_chat_action(chat, ChatAction.TYPING, read_timeout=_COURTESY_SECONDS)
        )
        task = asyncio.create_task(_best_effort(courtesy))
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)


def _prepare(user: str, reply: Reply) -> tuple[int, list[str], InlineKeyboardMarkup | None]:
    if not _CHAT.fullmatch(user):
        raise PermanentError("bad_address", "no chat id", unreachable=True)
    parts = split_text(reply.text, _TEXT_LIMIT)
    if not parts:
        raise PermanentError("rejected", "the message is empty")
    return int(user), parts, keyboard(reply.choices)


async def _best_effort(courtesy: Awaitable[bool]) -> None:
    try:
        await courtesy
    except TelegramError as error:
        _LOG.info("courtesy to a Telegram chat failed: %s", type(error).__name__)


def _parse_safely(item: dict[str, object], now: datetime) -> list[Event]:
    try:
        return parse(item, now)
    except Malformed as error:
        return [Ignored(f"malformed: {error}")]
