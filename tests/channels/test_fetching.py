"""Files of each channel: from its provider's own host alone, and what each refusal means."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from bot.channels.base import FileSource
from bot.channels.simulator import SimulatorAdapter
from bot.channels.telegram import TelegramAdapter
from bot.channels.twilio_client import TwilioClient
from bot.channels.twilio_media import TwilioMedia
from bot.cleaning import LARGEST
from bot.fetcher import whole_file
from bot.messages import PermanentError, SendError, TemporaryError
from tests.fakes import FakeTelegram, FakeTwilio
from tests.fakes.files import StoredFile

TOKEN = "7000000001:AAE-secret_of_the_bot"
ACCOUNT, SECRET = "AC01", "twilio-secret"
MEDIA = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM01/Media/ME01"
OFFICIAL = "https://api.twilio.com"
DATA = b"foto" * 50_000


def fetch(source: Any, ref: str) -> bytes:
    """Fetch a file whole, as the fetcher does."""

    async def work() -> bytes:
        try:
            return await whole_file(source, ref)
        finally:
            await source.close()

    return asyncio.run(work())


def refusal(source: Any, ref: str) -> str:
    """Give how a file is refused: with its reason, and whether another try may help."""
    with pytest.raises(SendError) as refused:
        fetch(source, ref)
    kind = {PermanentError: "for good", TemporaryError: "for now"}[type(refused.value)]
    return f"{refused.value.reason} {kind}"


def test_telegram_gives_a_file_by_its_id() -> None:
    with FakeTelegram(TOKEN) as fake:
        fake.files["AgAC-1"] = StoredFile(DATA)
        assert fetch(TelegramAdapter(TOKEN, fake.url), "AgAC-1") == DATA
        assert [method for method, _ in fake.calls] == ["getfile"]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (None, "unavailable for now"),
        (StoredFile(b"x" * (20 * 2**20 + 1)), "too_big for good"),
        (StoredFile(b"x" * 65_536, endless=True), "too_big for good"),
        (StoredFile(DATA, cut=True), "network for now"),
        (StoredFile(location="https://evil.example/x"), "redirected for good"),
        (StoredFile(location="/file/elsewhere"), "redirected for good"),
        (StoredFile(status=404), "missing for now"),
        (StoredFile(status=401), "credentials for now"),
        (StoredFile(status=429), "rate_limited for now"),
        (StoredFile(status=500), "network for now"),
        (StoredFile(DATA, path="/etc/passwd"), "source for good"),
        (StoredFile(DATA, path="photos/../../getMe"), "source for good"),
        (StoredFile(DATA, path="https://evil.example/x"), "source for good"),
        (StoredFile(DATA, path="photos/1?x=2"), "source for good"),
    ],
)
def test_what_telegram_does_not_give(
    file: StoredFile | None, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeTelegram(TOKEN) as fake:
        if file is not None:
            fake.files["AgAC-1"] = file
        assert refusal(TelegramAdapter(TOKEN, fake.url), "AgAC-1") == reason
    assert "secret" not in caplog.text
    assert "/photos" not in caplog.text


def test_twilio_gives_a_file_of_our_own_account() -> None:
    for base in ("", OFFICIAL):
        with FakeTwilio(ACCOUNT, SECRET) as fake:
            fake.files["ME01"] = StoredFile(DATA)
            client = TwilioClient(ACCOUNT, SECRET, fake.url)
            assert fetch(client, (base or fake.url) + MEDIA) == DATA


def test_login_of_twilio_does_not_go_to_its_media_host() -> None:
    with FakeTwilio(ACCOUNT, SECRET) as fake:
        fake.files["ME01"] = StoredFile(location=f"{fake.url}/cdn/1?signed=a%2Fb%2Bc")
        fake.cdn["1"] = StoredFile(location=f"{fake.url}/cdn/2", status=302)
        fake.cdn["2"] = StoredFile(DATA)
        media = TwilioMedia(ACCOUNT, SECRET, fake.url, media_hosts=[fake.url])
        assert fetch(media, OFFICIAL + MEDIA) == DATA
        assert [path for path, _ in fake.asked] == [MEDIA, "/cdn/1", "/cdn/2"]
        assert [login is not None for _, login in fake.asked] == [True, False, False]


ELSEWHERE = (
    "https://evil.example/x", "http://mms.twiliocdn.com/x", "https://mms.twiliocdn.com.evil.example/x",
    "https://mms.twiliocdn.com@evil.example/x", "https://u:p@mms.twiliocdn.com/x",
    "https://mms.twiliocdn.com:8443/x", "https://127.0.0.1/x", "https://169.254.169.254/latest",
    "https://[::1]/x", "https://s3-external-1.amazonaws.com/x", "//evil.example/x", "/cdn/1",
    "file:///etc/passwd", "https://mms.twiliocdn.com\\@evil.example/x", "",
)  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_twilio_may_not_point_elsewhere(target: str) -> None:
    with FakeTwilio(ACCOUNT, SECRET) as fake:
        fake.files["ME01"] = StoredFile(location=target)
        fake.cdn["1"] = StoredFile(DATA)
        reason = refusal(TwilioMedia(ACCOUNT, SECRET, fake.url), OFFICIAL + MEDIA)
        assert reason in ("redirected for good", "source for good")
        assert [path for path, _ in fake.asked] == [MEDIA]


@pytest.mark.parametrize(
    "url",
    [
        *ELSEWHERE, "AgAC-1", "http://api.twilio.com" + MEDIA, OFFICIAL + "." + MEDIA,
        OFFICIAL + ":444" + MEDIA, f"https://x@api.twilio.com{MEDIA}", OFFICIAL + MEDIA + "?a=1",
        OFFICIAL + MEDIA + "/..", OFFICIAL + MEDIA.replace("MM01", ".."), OFFICIAL + "/",
        OFFICIAL + MEDIA.replace(ACCOUNT, "AC02"), OFFICIAL + MEDIA + ".json",
        OFFICIAL + f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", OFFICIAL + MEDIA + "\n",
        "https://[", "http://127.0.0.1:1" + MEDIA, "https://xn--api-twilio.com" + MEDIA,
    ],
)  # fmt: skip
def test_address_that_is_no_file_of_ours_is_not_even_asked(url: str) -> None:
    with FakeTwilio(ACCOUNT, SECRET) as fake:
        fake.files["ME01"] = StoredFile(DATA)
        assert refusal(TwilioMedia(ACCOUNT, SECRET, fake.url), url) == "source for good"
        assert fake.asked == []


def test_twilio_that_points_to_itself_again_and_again_is_left() -> None:
    with FakeTwilio(ACCOUNT, SECRET) as fake:
        fake.files["ME01"] = StoredFile(location=f"{fake.url}/cdn/1")
        fake.cdn["1"] = StoredFile(location=f"{fake.url}/cdn/1")
        media = TwilioMedia(ACCOUNT, SECRET, fake.url, media_hosts=[fake.url])
        assert refusal(media, OFFICIAL + MEDIA) == "redirected for good"
        assert len(fake.asked) == 4


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (None, "missing for now"),
        (StoredFile(b"x" * 65_536, endless=True), "too_big for good"),
        (StoredFile(status=410), "gone for good"),
        (StoredFile(status=503), "network for now"),
    ],
)
def test_what_twilio_does_not_give(
    file: StoredFile | None, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeTwilio(ACCOUNT, SECRET) as fake:
        if file is not None:
            fake.files["ME01"] = file
        assert refusal(TwilioMedia(ACCOUNT, SECRET, fake.url), OFFICIAL + MEDIA) == reason
    assert "MM01" not in caplog.text


def test_wrong_login_of_twilio_may_be_mended() -> None:
    with FakeTwilio(ACCOUNT, SECRET) as fake:
        media = TwilioMedia(ACCOUNT, "other", fake.url)
        assert refusal(media, OFFICIAL + MEDIA) == "credentials for now"


@pytest.mark.parametrize(
    "make",
    [
        lambda url: TelegramAdapter(TOKEN, url),
        lambda url: TwilioMedia(ACCOUNT, SECRET, url),
    ],
)
def test_provider_that_is_away_is_asked_again(make: Callable[[str], FileSource]) -> None:
    with FakeTwilio() as fake:
        url = fake.url
    assert refusal(make(url), OFFICIAL + MEDIA) == "network for now"


def test_phone_in_the_browser_gives_what_it_sent_and_nothing_else(tmp_path: Any) -> None:
    name = "0123456789abcdef" * 2
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / name).write_bytes(DATA)
    (tmp_path / "keys.json").write_text("{}")
    assert fetch(SimulatorAdapter(tmp_path / "inside"), f"sim:{name}-rumah.png") == DATA
    for ref in ("sim:rumah.png", f"sim:{'0' * 32}-x", "sim:../keys.json", f"sim:../{name}-x", name):
        assert refusal(SimulatorAdapter(tmp_path / "inside"), ref) == "gone for good"
    assert refusal(SimulatorAdapter(), f"sim:{name}-x") == "gone for good"


def test_reading_stops_where_a_file_becomes_too_large() -> None:
    given: list[int] = []

    class Endless:
        async def fetch(self, _ref: str) -> Any:
            while True:
                given.append(1_000_000)
                yield bytes(1_000_000)

        async def close(self) -> None:
            """Do nothing."""

    assert refusal(Endless(), "") == "too_big for good"
    assert sum(given) <= LARGEST + 1_000_000


def test_pieces_come_as_they_arrive() -> None:
    async def first_piece(url: str) -> int:
        adapter = TelegramAdapter(TOKEN, url)
        async with aclosing(adapter.fetch("AgAC-1")) as pieces:
            async for piece in pieces:
                await adapter.close()
                return len(piece)
        return 0

    with FakeTelegram(TOKEN) as fake:
        fake.files["AgAC-1"] = StoredFile(b"x" * 1_000, endless=True)
        assert 0 < asyncio.run(first_piece(fake.url)) <= 65_536
