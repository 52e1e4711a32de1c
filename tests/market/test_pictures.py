"""What an uploaded picture becomes: two sizes of pixels, and nothing else that was in the file."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from flashpromo.errors import InvalidFields
from flashpromo.market import pictures
from flashpromo.market.models import MAX_IMAGE_BYTES, MAX_THUMBNAIL_BYTES

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def written(image: Image.Image, form: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def drawn(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def two_halves(mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new(mode, (80, 40), "blue")
    image.paste("red", (0, 0, 40, 40))
    return image


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes whose head promises that many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_as_webp(form: str):
    picture = pictures.read(written(two_halves(), form))
    assert (picture.width, picture.height) == (80, 40)
    for content in (picture.content, picture.thumbnail):
        again = drawn(content)
        assert again.format == "WEBP"
        red, _, blue = again.convert("RGB").getpixel((5, 20))
        assert (red > 200, blue < 60) == (True, True)
    assert picture.digest == pictures.read(written(two_halves(), form)).digest


def test_a_large_one_is_made_smaller_and_keeps_its_shape():
    picture = pictures.read(written(Image.new("RGB", (4000, 1000), "green"), "JPEG"))
    assert (picture.width, picture.height) == (1600, 400)
    assert drawn(picture.thumbnail).size == (160, 40)


def test_a_noisy_one_fits_as_well():
    picture = pictures.read(written(Image.effect_noise((1600, 900), 200).convert("RGB"), "PNG"))
    assert len(picture.content) <= MAX_IMAGE_BYTES
    assert len(picture.thumbnail) <= MAX_THUMBNAIL_BYTES


def test_where_it_was_taken_is_gone_and_it_stands_upright():
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "SpyCam"
    exif.get_ifd(GPS).update({1: "N", 2: (19.0, 25.0, 57.0), 3: "W", 4: (99.0, 7.0, 59.0)})
    sent = written(two_halves(), "JPEG", exif=exif, comment=b"my home")
    assert b"SpyCam" in sent
    picture = pictures.read(sent)
    assert (picture.width, picture.height) == (40, 80)
    red, _, blue = drawn(picture.content).convert("RGB").getpixel((20, 5))
    assert (red > 200, blue < 60) == (True, True)
    for content in (picture.content, picture.thumbnail):
        assert not drawn(content).getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(drawn(content).info)
        for kept in (b"SpyCam", b"my home", b"EXIF", b"Exif", b"XMP"):
            assert kept not in content


def test_what_stands_behind_the_last_pixel_is_gone():
    page = b"<html><script>alert(1)</script></html>"
    for form in ("JPEG", "PNG", "WEBP"):
        picture = pictures.read(written(two_halves(), form) + page)
        assert b"script" not in picture.content + picture.thumbnail


def test_transparency_and_colour_profiles_are_kept_in_what_is_seen():
    glass = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert drawn(pictures.read(written(glass)).content).convert("RGBA").getpixel((5, 5))[3] == 0
    palette = two_halves().convert("P")
    assert pictures.read(written(palette, transparency=0)).width == 80
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert pictures.read(written(two_halves(), "JPEG", icc_profile=profile)).width == 80
    assert pictures.read(written(two_halves(), "JPEG", icc_profile=b"nonsense")).width == 80
    assert pictures.read(written(two_halves("CMYK"), "JPEG")).width == 80
    assert pictures.read(written(Image.new("I;16", (20, 20), 40_000))).width == 20


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (b"", "Choose a file."),
        (b"x" * (pictures.MAX_UPLOAD_BYTES + 1), "The file may have at most 10 MB."),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
            "Must be a whole picture",
        ),
        (b"<html></html>", "Must be a whole picture"),
        (b"%PDF-1.4", "Must be a whole picture"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "Must be a whole picture"),
        (written(two_halves(), "GIF"), "Must be a whole picture"),
        (written(two_halves(), "BMP"), "Must be a whole picture"),
        (written(two_halves(), "TIFF"), "Must be a whole picture"),
        (written(two_halves(), "JPEG")[:200], "Must be a whole picture"),
        (written(two_halves(), "PNG")[:-30], "Must be a whole picture"),
        (png_that_says(30_000, 30_000), "The picture has too many pixels"),
        (png_that_says(2**31 - 1, 2**31 - 1), "The picture has too many pixels"),
        (png_that_says(5000, 4000), "Must be a whole picture"),
    ],
)
def test_whatever_is_no_picture_is_refused(upload: bytes, said: str):
    with pytest.raises(InvalidFields) as refused:
        pictures.read(upload)
    (message,) = refused.value.fields["picture"]
    assert message.startswith(said)


def test_a_bomb_is_refused_by_its_head():
    """What Pillow only warns of, and what it refuses by itself."""
    for width, height in ((6000, 5000), (11_000, 11_000), (16_000, 12_000)):
        with pytest.raises(InvalidFields) as refused:
            pictures.read(png_that_says(width, height))
        assert "too many pixels" in str(refused.value)
