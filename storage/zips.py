"""ZIP files from outside: looked at before anything in them is unpacked."""

import io
import zipfile
from struct import error as struct_error

MOST_BYTES = 64 * 1024 * 1024
MOST_RATIO = 200
MOST_MEMBERS = 2000


class ZipRefused(ValueError):
    """It is no ZIP file, or would unpack to far more than it is."""


def checked_zip(
    content: bytes,
    *,
    most_bytes: int = MOST_BYTES,
    most_ratio: int = MOST_RATIO,
    most_members: int = MOST_MEMBERS,
) -> list[str]:
    """The names of the members; raises `ZipRefused`.

    The sizes that the directory promises are held to: Python's reader stops at them, whatever the data says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, struct_error):
        raise ZipRefused("this is no ZIP file") from None
    total = sum(member.file_size for member in members)
    if len(members) > most_members or total > most_bytes or total > most_ratio * max(len(content), 1):
        raise ZipRefused("this would unpack to far more than it is")
    if any(member.flag_bits & 0x1 for member in members):
        raise ZipRefused("this is locked by a password")
    return [member.filename for member in members]
