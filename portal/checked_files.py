"""Uploaded files: checked by their bytes, whatever their name says, and given a name that is safe to store."""

import struct
import unicodedata
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from PIL import ExifTags, Image

from portal.downloads import DOCX, XLSX
from portal.errors import WardReadinessError
from portal.uploads import check_document, check_workbook
from portal.vietnamese import clean_text

MAX_SIZE = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "application/json": ".json",
    XLSX: ".xlsx",
    DOCX: ".docx",
}
# How to turn a picture upright, by what the camera wrote of how it was held.
TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A PDF may carry a few bytes of padding after its end mark.
PDF_END_BYTES = 1024


class FileError(WardReadinessError):
    """The file is refused; the message says why and what to send instead."""


@dataclass(frozen=True)
class CheckedFile:
    """A file that was checked: what it really is, and its bytes without what the camera wrote into them."""

    media_type: str
    data: bytes


def check_file(data: bytes, *, workbooks: bool = False, documents: bool = False) -> CheckedFile:
    """What the bytes really are: a picture or a PDF, with ``workbooks`` also a plain .xlsx, with ``documents`` a plain .docx.

    Raises FileError or UploadError.
    """
    if not data:
        raise FileError("Hãy chọn một tệp có nội dung.")
    if len(data) > MAX_SIZE:
        raise FileError("Tệp lớn hơn 10 MB. Giảm cỡ ảnh hoặc tách tệp rồi gửi lại.")
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-PDF_END_BYTES:]:
            raise FileError("Tệp PDF bị hỏng hoặc thiếu phần cuối. Xuất lại PDF rồi gửi.")
        return CheckedFile("application/pdf", data)
    if workbooks and data.startswith(b"PK\x03\x04"):
        check_workbook(data)
        return CheckedFile(XLSX, data)
    if documents and data.startswith(b"PK\x03\x04"):
        check_document(data)
        return CheckedFile(DOCX, data)
    others = [*([".xlsx"] if workbooks else []), *([".docx"] if documents else [])]
    return _reencode(data, ", ".join(["ảnh JPEG, PNG, WebP", *others]))


def clean_name(name: str, media_type: str) -> str:
    """The name without folders and unseen characters, ending as the content does."""
    basename = PurePosixPath(clean_text(name).replace("\\", "/")).name
    stem = "".join(char for char in basename if unicodedata.category(char)[0] != "C" and char not in "\"'<>:|?*;")
    stem = PurePosixPath(stem.strip(" .")).stem[:100].strip(" .")
    return (stem or "tep") + SUFFIXES[media_type]


def _reencode(data: bytes, kinds: str) -> CheckedFile:
    """The picture drawn anew, upright: what is not picture (place, device, a file hidden behind it) is left behind.

    ``kinds`` are what may be sent beside a PDF.
    """
    unreadable = FileError(f"Tệp không phải {kinds} hay PDF đọc được. Chụp hoặc xuất lại rồi gửi.")
    try:
        with warnings.catch_warnings():
            # The limit below is lower than the one that Pillow warns of; what it cannot read of a camera's notes, nobody needs.
            for category in (Image.DecompressionBombWarning, UserWarning):
                warnings.simplefilter("ignore", category)
            image = Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        if image.width * image.height > MAX_PIXELS:
            raise FileError("Ảnh có hơn 40 triệu điểm ảnh. Giảm cỡ ảnh rồi gửi lại.")
        # A phone that keeps a second picture inside, for depth or light, calls its JPEG an MPO.
        image_format = "JPEG" if image.format == "MPO" else image.format or ""
        upright = _make_upright(image)
        mode = "RGB" if image_format == "JPEG" or not upright.has_transparency_data else "RGBA"
        picture = upright if upright.mode == mode else upright.convert(mode)
        picture.info = {}
        output = BytesIO()
        picture.save(output, image_format, **({} if image_format == "PNG" else {"quality": 90}))
    except Image.DecompressionBombError:
        raise FileError("Ảnh có hơn 40 triệu điểm ảnh. Giảm cỡ ảnh rồi gửi lại.") from None
    except (OSError, ValueError, SyntaxError):
        raise unreadable from None
    if output.tell() > MAX_SIZE:
        raise FileError("Ảnh lớn hơn 10 MB khi cất. Giảm cỡ ảnh rồi gửi lại.")
    return CheckedFile(Image.MIME[image_format], output.getvalue())


def _make_upright(image: Image.Image) -> Image.Image:
    """The picture as the camera was held. What the camera wrote may be damaged while the picture is sound: then it is left as it is."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of what it cannot read there; nobody needs it.
            warnings.simplefilter("ignore", UserWarning)
            transposition = TRANSPOSITIONS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, ValueError, SyntaxError, TypeError, struct.error):
        transposition = None
    image.load()
    return image if transposition is None else image.transpose(transposition)
