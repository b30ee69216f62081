"""Each API of Twilio has a host of its own, unless another server stands for them all."""

import asyncio
from typing import Any, NoReturn

import aiohttp
import pytest

from bot.channels.twilio_client import TwilioClient
from bot.messages import TemporaryError


@pytest.mark.parametrize(
    ("given", "messages", "content"),
    [
        ("https://api.twilio.com/", "https://api.twilio.com", "https://content.twilio.com"),
        ("http://127.0.0.1:9002", "http://127.0.0.1:9002", "http://127.0.0.1:9002"),
    ],
)
def test_requests_go_to_the_host_of_their_api(
    monkeypatch: pytest.MonkeyPatch, given: str, messages: str, content: str
) -> None:
    asked: list[str] = []

    def note(_session: aiohttp.ClientSession, _method: str, url: str, **_more: Any) -> NoReturn:
        asked.append(url)
        raise OSError

    monkeypatch.setattr(aiohttp.ClientSession, "request", note)

    async def ask_both() -> None:
        client = TwilioClient("AC01", "secret", given)
        with pytest.raises(TemporaryError):
            await client.send_text("+6281200000001", "+6285000000002", None, "Halo")
        with pytest.raises(TemporaryError):
            await client.templates()
        await client.close()

    asyncio.run(ask_both())
    assert asked == [
        f"{messages}/2010-04-01/Accounts/AC01/Messages.json",
        f"{content}/v1/ContentAndApprovals",
    ]
