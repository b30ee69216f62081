"""What of a file is kept: the picture and nothing else of it, and nothing that runs."""

import io
import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from bot.cleaning import ENDINGS, LARGEST, LONGEST_SIDE, THUMBNAIL_SIDE, NotKept, clean, thumbnail
from tests.pictures import APK, KEPT_AS_IS, REFUSED, SECRET, jpeg, packed, png, webp


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "mime"),
    [(jpeg(), "image/jpeg"), (png(), "image/png"), (webp(), "image/webp"),
     (jpeg(after=APK), "image/jpeg"), (jpeg(mode="CMYK"), "image/jpeg")],
    ids=["jpeg", "png", "webp", "jpeg and apk", "cmyk"],
)  # fmt: skip
def test_nothing_of_a_picture_stays_but_what_it_shows(data: bytes, mime: str) -> None:
    assert SECRET in data
    found = clean(data)
    assert found.mime == mime
    for left in (SECRET, b"Exif", b"EXIF", b"ICC", b"XMP", b"tEXt", b"PK\x03\x04"):
        assert left not in found.data
    picture = opened(found.data)
    assert picture.size == opened(data).size
    assert dict(picture.getexif()) == {}
    assert not {"exif", "icc_profile", "comment", "xmp"} & picture.info.keys()


def test_picture_stands_upright_and_is_no_larger_than_wanted() -> None:
    red, black = (220, 10, 10), (0, 0, 0)
    for turned, expected in ((False, (red, black)), (True, (black, red))):
        picture = opened(clean(jpeg(600, 400, turned)).data)
        for y, colour in zip((20, 380), expected, strict=True):
            pixel = picture.getpixel((300, y))
            assert isinstance(pixel, tuple)
            assert all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))
    assert opened(clean(jpeg(5_000, 40)).data).size == (LONGEST_SIDE, 20)
    small = opened(thumbnail(clean(png()).data))
    assert (small.format, small.size) == ("JPEG", (30, 20))
    assert max(opened(thumbnail(jpeg(900, 500))).size) == THUMBNAIL_SIDE
    assert opened(clean(png()).data).mode == "RGBA"


@pytest.mark.parametrize("mime", KEPT_AS_IS)
def test_sound_film_and_documents_are_kept_as_they_came(mime: str) -> None:
    found = clean(KEPT_AS_IS[mime])
    assert (found.mime, found.data) == (mime, KEPT_AS_IS[mime])
    assert mime in ENDINGS


@pytest.mark.parametrize("name", REFUSED)
def test_what_runs_or_is_unknown_is_refused(name: str) -> None:
    assert outcome(REFUSED[name]) == "type"


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def _bomb(width: int, height: int) -> bytes:
    """Make a small PNG that says it is huge."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", zlib.compress(bytes(999)))


def outcome(data: bytes) -> str:
    """Give the type of what is kept, or why nothing is."""
    try:
        return clean(data).mime
    except NotKept as refused:
        return refused.reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"x" * (LARGEST + 1), "too_big"), (jpeg()[:300], "damaged"),
     (_bomb(9_000, 9_000), "pixels"), (_bomb(10_000, 10_000), "pixels"),
     (_bomb(60_000, 60_000), "pixels"), (b"PK\x03\x04" + bytes(50), "damaged"),
     (packed(f"{n}" for n in range(5_001)), "type")],
)  # fmt: skip
def test_reason_is_told(data: bytes, reason: str) -> None:
    assert outcome(data) == reason


HEADS = st.sampled_from(
    [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"PK\x03\x04", b"%PDF-1",
     b"OggS", b"ID3\x04\0\0\0\0\0\x05", b"\0\0\0\x20ftyp", b"\xff\xfb\x90\0", b"#!AMR\n"]
)  # fmt: skip


@given(head=HEADS, rest=st.binary(max_size=300))
@example(head=b"ID3\x04\0\0\x7f\x7f\x7f\x7f", rest=b"")
def test_any_bytes_are_kept_or_refused(head: bytes, rest: bytes) -> None:
    assert outcome(head + rest) in {*ENDINGS, "empty", "type", "damaged", "pixels"}


@given(
    whole=st.sampled_from([jpeg(), png(), webp(), *KEPT_AS_IS.values()]),
    at=st.floats(0, 1, exclude_max=True),
    instead=st.binary(min_size=1, max_size=8),
)
def test_damaged_files_are_kept_or_refused(whole: bytes, at: float, instead: bytes) -> None:
    place = int(at * len(whole))
    damaged = whole[:place] + instead + whole[place + len(instead) :]
    assert outcome(damaged) in {*ENDINGS, "type", "damaged", "pixels"}
