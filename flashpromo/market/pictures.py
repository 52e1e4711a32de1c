"""What becomes of a picture that somebody uploads: it is decoded, and drawn anew.

Nothing of the file itself is kept, so whatever else it held (the place where a photo was taken, a
page of HTML behind the last pixel) is gone. Its name and its stated type count for nothing. How
many pixels it has is read from its head, before any of them is decoded: a few kilobytes can say
that they are a gigabyte.
"""

import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from PIL import Image, ImageCms, ImageOps

from flashpromo.errors import InvalidFields
from flashpromo.market.models import MAX_IMAGE_BYTES, MAX_THUMBNAIL_BYTES

log = logging.getLogger(__name__)

FIELD: Final = "picture"
MEDIA_TYPE: Final = "image/webp"
MAX_UPLOAD_BYTES: Final = 10 * 1024 * 1024
MAX_SIDE: Final = 1600
THUMBNAIL_SIDE: Final = 160
QUALITIES: Final = (82, 60, 30)
"""Tried one after the other until the bytes are few enough."""
DRAWN: Final[Mapping[str, int]] = {"JPEG": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
"""What is read, and how many pixels it may have; a JPEG is shrunk while it is decoded."""
TOO_MANY_PIXELS: Final = "The picture has too many pixels: make it smaller first."
TRANSPARENT: Final = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: two sizes of it in `MEDIA_TYPE`, without anything but pixels."""

    width: int
    height: int
    content: bytes
    thumbnail: bytes

    @property
    def digest(self) -> bytes:
        """By which it is known: the same pixels have the same."""
        return sha256(self.content).digest()


def read(upload: bytes) -> Picture:
    """The picture in an uploaded file.

    Raises:
        InvalidFields: it is empty, too long, none of the kinds, broken, or has too many pixels.
    """
    if not upload:
        raise _wrong("Choose a file.")
    if len(upload) > MAX_UPLOAD_BYTES:
        raise _wrong(f"The file may have at most {MAX_UPLOAD_BYTES // 1024**2} MB.")
    image = _pixels(upload)
    content = _encoded(image, MAX_SIDE, MAX_IMAGE_BYTES)
    with Image.open(io.BytesIO(content)) as kept:
        width, height = kept.size
    return Picture(width, height, content, _encoded(image, THUMBNAIL_SIDE, MAX_THUMBNAIL_BYTES))


def _pixels(upload: bytes) -> Image.Image:
    """The first picture of a file: upright, in sRGB, not larger than it has to be."""
    try:
        with Image.open(io.BytesIO(upload), formats=tuple(DRAWN)) as opened:
            _demand_few_pixels(opened)
            opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
            turned = ImageOps.exif_transpose(opened)
        turned.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        return _in_srgb(turned)
    except InvalidFields:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _wrong(TOO_MANY_PIXELS) from error
    except Exception as error:  # decoders meet whatever a stranger has sent
        log.info("an upload is no picture: %s", error)
        raise _wrong("Must be a whole picture: JPEG, PNG or WebP.") from error


def _demand_few_pixels(opened: Image.Image) -> None:
    if opened.width * opened.height > DRAWN[opened.format or ""]:
        raise _wrong(TOO_MANY_PIXELS)


def _in_srgb(image: Image.Image) -> Image.Image:
    """The same colours without a profile, and nothing else that the file said of itself."""
    is_transparent = image.mode in TRANSPARENT or "transparency" in image.info
    mode = "RGBA" if is_transparent else "RGB"
    drawn = Image.new(mode, image.size)
    drawn.paste(_told_in_srgb(image, mode) or image.convert(mode))
    return drawn


def _told_in_srgb(image: Image.Image, mode: str) -> Image.Image | None:
    """The picture by its own profile; None when it has none, or one that is good for nothing."""
    profile = image.info.get("icc_profile")
    if not profile:
        return None
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        given = image if image.mode == "CMYK" else image.convert(mode)
        told = ImageCms.profileToProfile(
            given, own, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        log.info("a colour profile cannot be used: %s", error)
        return None
    return told


def _encoded(image: Image.Image, side: int, most_bytes: int) -> bytes:
    """The picture at most `side` pixels wide and high, in at most so many bytes."""
    while True:
        smaller = image.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in QUALITIES:
            written = io.BytesIO()
            smaller.save(written, "WEBP", quality=quality)
            if written.tell() <= most_bytes:
                return written.getvalue()
        side = side * 3 // 4


def _wrong(message: str) -> InvalidFields:
    return InvalidFields({FIELD: message})
