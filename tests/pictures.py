"""Files as people send them, made for the tests."""

import io
import zipfile
from collections.abc import Iterable

from PIL import Image, PngImagePlugin

SECRET = b"Jalan Rahasia 7"  # in all metadata
LATITUDE = (5.0, 27.0, 55.08)
_GPS, _DESCRIPTION, _ORIENTATION = 0x8825, 0x010E, 0x0112


def jpeg(
    width: int = 60, height: int = 40, turned: bool = False, mode: str = "RGB", after: bytes = b""
) -> bytes:
    """Make a photo with the place, a description and a comment in it; it is red on top."""
    picture = Image.new(mode, (width, height))
    if mode == "RGB":
        picture.paste((220, 10, 10), (0, 0, width, height // 2))
    exif = Image.Exif()
    exif[_DESCRIPTION] = SECRET.decode()
    if turned:
        exif[_ORIENTATION] = 3  # upside down
    exif.get_ifd(_GPS).update({1: "S", 2: LATITUDE, 3: "E", 4: (122.0, 36.0, 28.0)})
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET)
    return target.getvalue() + after


def png() -> bytes:
    """Make a picture with text and EXIF in it, half of it transparent."""
    picture = Image.new("RGBA", (30, 20), (10, 200, 10, 128))
    info = PngImagePlugin.PngInfo()
    info.add_text("Description", SECRET.decode())
    exif = Image.Exif()
    exif[_DESCRIPTION] = SECRET.decode()
    target = io.BytesIO()
    picture.save(target, "PNG", pnginfo=info, exif=exif)
    return target.getvalue()


def webp() -> bytes:
    """Make a picture with EXIF and XMP in it."""
    exif = Image.Exif()
    exif[_DESCRIPTION] = SECRET.decode()
    target = io.BytesIO()
    Image.new("RGB", (30, 20)).save(target, "WEBP", exif=exif, xmp=SECRET)
    return target.getvalue()


def packed(names: Iterable[str], before: bytes = b"") -> bytes:
    """Make a ZIP of empty parts, with bytes before it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as whole:
        for name in names:
            whole.writestr(name, "")
    return before + target.getvalue()


_MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s at 44.1 kHz
_TYPES = "[Content_Types].xml"
APK = packed(["AndroidManifest.xml", "classes.dex", "META-INF/MANIFEST.MF"])
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
# What is kept as it came, and its type.
KEPT_AS_IS = {
    "audio/ogg": b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead\x01" + bytes(100),
    "audio/mpeg": b"ID3\x04\0\0\0\0\0\x05AAAAA" + 2 * _MP3_FRAME,
    "audio/mp4": b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0" + bytes(100),
    "audio/amr": b"#!AMR\n" + b"\x3c" * 100,
    "video/mp4": b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes(100),
    "video/3gpp": b"\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4" + bytes(100),
    "application/pdf": PDF,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": packed(
        [_TYPES, "word/document.xml"]
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": packed(
        [_TYPES, "xl/workbook.xml", "xl/printerSettings/printerSettings1.bin"]
    ),
}
REFUSED = {
    "apk": APK,
    "apk as a document": packed([_TYPES, "word/document.xml", "classes.dex"]),
    "macros": packed([_TYPES, "word/document.xml", "word/vbaProject.bin"]),
    "zip": packed(["a.txt"]),
    "zip behind a script": packed([_TYPES, "word/document.xml"], before=b"#!/bin/sh\n"),
    "pdf and apk": PDF + APK + b"\n%%EOF",
    "sound and apk": KEPT_AS_IS["audio/ogg"] + APK,
    "film and apk": KEPT_AS_IS["video/mp4"] + APK,
    "exe": b"MZ\x90\0" + bytes(300),
    "elf": b"\x7fELF" + bytes(300),
    "script": b"#!/bin/sh\nrm -rf /\n",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html with a pdf inside": b"<html>\n%PDF-1.7\n%%EOF",
    "text": b"halo",
    "gif": b"GIF89a" + bytes(50),
    "half a frame": b"\xff\xfb\x90\x00" + bytes(30),
}
