"""Bare loops over the SDKs' own clients: what sending costs without a queue."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from telegram import Bot, LinkPreviewOptions
from telegram.request import BaseRequest
from twilio.http.async_http_client import (  # type: ignore[import-untyped]
    AsyncTwilioHttpClient,
)
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.channels.telegram_request import AiohttpRequest
from bot.channels.twilio_client import TwilioClient

TOKEN = "7000000001:bench"
ACCOUNT = "AC" + "0" * 32
SENDER = "whatsapp:+14155238886"
RECEIPTS = "https://halo.example.org/webhook/twilio/status"
TEXT = (
    "Bapak/Ibu, bantuan PKH dibagikan Selasa, 1 Desember 2026 pukul 08.00–12.00 WITA di Kantor Pos"
    " Baubau. Bawa KTP dan kartu KKS. Gratis, tidak ada potongan."
)

Send = Callable[[int], Awaitable[object]]


def telegram_with_own_client(url: str, count: int, width: int) -> float:
    """Send by the SDK as it comes; gives messages a second."""
    return asyncio.run(_telegram(url, None, count, width))


def telegram_with_our_client(url: str, count: int, width: int) -> float:
    """Send by the SDK over our aiohttp request."""
    return asyncio.run(_telegram(url, AiohttpRequest(width), count, width))


def twilio_with_own_client(url: str, count: int, width: int) -> float:
    """Send by the SDK's own asynchronous client."""
    return asyncio.run(_twilio(url, count, width))


def twilio_with_our_client(url: str, count: int, width: int) -> float:
    """Send by the SDK over our HTTP client."""
    return asyncio.run(_twilio_ours(url, count, width))


async def _telegram(url: str, request: BaseRequest | None, count: int, width: int) -> float:
    bot = Bot(TOKEN, base_url=f"{url}/bot", request=request)

    async def send(number: int) -> object:
        return await bot.send_message(
            number + 1, TEXT, link_preview_options=LinkPreviewOptions(is_disabled=True)
        )

    # Not by `async with bot`, which would ask getMe.
    await bot.request.initialize()
    try:
        return await _pump(send, count, width)
    finally:
        await bot.request.shutdown()


async def _twilio(url: str, count: int, width: int) -> float:
    async with AsyncTwilioHttpClient() as http:
        client = Client(ACCOUNT, "token", http_client=http)
        client.api.base_url = url

        async def send(number: int) -> object:
            return await client.messages.create_async(
                to=f"whatsapp:+62{8_000_000_000 + number}",
                from_=SENDER,
                status_callback=RECEIPTS,
                body=TEXT,
            )

        return await _pump(send, count, width)


async def _twilio_ours(url: str, count: int, width: int) -> float:
    client = TwilioClient(ACCOUNT, "token", url)

    async def send(number: int) -> object:
        to = f"whatsapp:+62{8_000_000_000 + number}"
        return await client.send_text(to, SENDER, RECEIPTS, TEXT)

    try:
        return await _pump(send, count, width)
    finally:
        await client.close()


async def _pump(send: Send, count: int, width: int) -> float:
    """Keep so many messages in flight until all are sent."""
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await send(number)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(width)))
    return count / (time.perf_counter() - started)
