"""What a file really is, by its content alone, and what of it is kept.

Pictures are painted anew, so that nothing of theirs but the picture stays: no EXIF, no place, no
profile, no comment, nothing hidden behind the end. Sound, film, PDF and office documents are kept
as they came, with the metadata that their makers put in. All else is refused, whatever its name.
"""

import io
import re
import zipfile
from dataclasses import dataclass

from PIL import Image, ImageOps

LARGEST = 20_000_000  # bytes; Telegram's getFile gives no more (core.telegram.org/bots/api#getfile)
LONGEST_SIDE = 2_560  # pixels of a picture that is kept
THUMBNAIL_SIDE = 320

_MOST_PIXELS = 50_000_000  # before it is painted: 150 MB of memory
_QUALITY, _THUMBNAIL_QUALITY = 85, 75
_MOST_PARTS = 5_000  # of an office document

_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_DOCUMENT = "application/vnd.openxmlformats-officedocument."
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/amr": "amr",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "application/pdf": "pdf",
    f"{_DOCUMENT}wordprocessingml.document": "docx",
    f"{_DOCUMENT}spreadsheetml.sheet": "xlsx",
}
_MAIN_PARTS = {
    "word/document.xml": f"{_DOCUMENT}wordprocessingml.document",
    "xl/workbook.xml": f"{_DOCUMENT}spreadsheetml.sheet",
}
# Parts that run: macros, embedded programs, and what Android or Java would start.
_RUNS = re.compile(
    r"vbaproject|activex|oleobject|^meta-inf/|^androidmanifest|\.(?:dex|class|exe|dll|js|jar|apk)$"
)
_VIDEO_BRANDS = frozenset(
    (b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"MSNV",
     b"M4V ", b"dash")
)  # fmt: skip
# The frame lengths of MPEG audio, layer III (ISO/IEC 11172-3 and 13818-3), by version.
_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # kbit/s
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


class NotKept(Exception):
    """A file is refused; `reason` is a short code: empty, too_big, type, damaged or pixels."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Clean:
    """What is kept of a file."""

    data: bytes
    mime: str


def clean(data: bytes) -> Clean:
    """Give what is kept of a file; raises NotKept."""
    if not data:
        raise NotKept("empty")
    if len(data) > LARGEST:
        raise NotKept("too_big")
    if _looks_like_picture(data):
        return _picture(data)
    if data.startswith(b"PK\x03\x04"):
        return Clean(data, _office_type(data))
    mime = _type(data)
    # A ZIP is read from its end, so that an APK can hide behind anything.
    if mime is None or zipfile.is_zipfile(io.BytesIO(data)):
        raise NotKept("type")
    return Clean(data, mime)


def thumbnail(data: bytes) -> bytes:
    """Give a small JPEG of a kept picture; raises NotKept."""
    return _painted(data, THUMBNAIL_SIDE, "JPEG", _THUMBNAIL_QUALITY)[0]


def _looks_like_picture(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    )


def _picture(data: bytes) -> Clean:
    painted, name = _painted(data, LONGEST_SIDE, None, _QUALITY)
    if len(painted) > LARGEST:
        raise NotKept("too_big")
    return Clean(painted, _PICTURES[name])


def _painted(data: bytes, longest: int, wanted: str | None, quality: int) -> tuple[bytes, str]:
    """Paint a picture anew, upright and no larger than wanted; gives it with its format."""
    try:
        with Image.open(io.BytesIO(data), formats=tuple(_PICTURES)) as image:
            name = wanted or image.format or ""
            if image.width * image.height > _MOST_PIXELS:
                raise NotKept("pixels")
            image.draft("RGB", (longest, longest))  # a JPEG is read no larger than it is needed
            upright = ImageOps.exif_transpose(image)
            has_alpha = upright.has_transparency_data and name != "JPEG"
            upright = upright.convert("RGBA" if has_alpha else "RGB")
            upright.thumbnail((longest, longest))
            fresh = Image.new(upright.mode, upright.size)  # it carries nothing along
            fresh.paste(upright)
            target = io.BytesIO()
            fresh.save(target, name, quality=quality)
    except NotKept:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotKept("pixels") from None
    # Pillow's decoders raise all kinds of errors at what is no picture.
    except Exception:
        raise NotKept("damaged") from None
    return target.getvalue(), name


def _office_type(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as whole:
            names = [info.filename.lower() for info in whole.infolist()]
            starts = min((info.header_offset for info in whole.infolist()), default=-1)
    # The standard library raises all kinds of errors at what is no ZIP.
    except Exception:
        raise NotKept("damaged") from None
    found = {_MAIN_PARTS[name] for name in names if name in _MAIN_PARTS}
    sound = starts == 0 and len(names) <= _MOST_PARTS and "[content_types].xml" in names
    if len(found) != 1 or not sound or any(_RUNS.search(name) for name in names):
        raise NotKept("type")
    return found.pop()


def _type(data: bytes) -> str | None:
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-2_048:]:
        return "application/pdf"
    if data.startswith(b"OggS") and (b"OpusHead" in data[:64] or b"\x01vorbis" in data[:64]):
        return "audio/ogg"
    if data.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr"
    if data[4:8] == b"ftyp":
        return _mp4_type(data)
    return "audio/mpeg" if _is_mp3(data) else None


def _mp4_type(data: bytes) -> str | None:
    """Tell sound from film by the major brand of ISO/IEC 14496-12."""
    size, brand = int.from_bytes(data[:4], "big"), data[8:12]
    if not 16 <= size <= min(len(data), 4_096):
        return None
    if brand in (b"M4A ", b"M4B "):
        return "audio/mp4"
    if brand[:3] in (b"3gp", b"3g2"):
        return "video/3gpp"
    return "video/mp4" if brand in _VIDEO_BRANDS else None


def _is_mp3(data: bytes) -> bool:
    """Say whether two frames follow one another, behind an ID3v2 tag if there is one."""
    start = 0
    if data.startswith(b"ID3") and len(data) > 10 and max(data[6:10]) < 0x80:
        start = 10 + int("".join(f"{byte:07b}" for byte in data[6:10]), 2)
    length = _frame_length(data[start : start + 4])
    return length is not None and _frame_length(data[start + length :][:4]) is not None


def _frame_length(header: bytes) -> int | None:
    """Give the bytes of the frame that a header begins, or None where it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate, sample = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer != 1 or rate in (0, 15) or sample == 3:
        return None
    bits = 1_000 * (_RATES_1 if version == 3 else _RATES_2)[rate]
    per_frame = 144 if version == 3 else 72
    return per_frame * bits // _SAMPLES[version][sample] + (header[2] >> 1 & 1)
