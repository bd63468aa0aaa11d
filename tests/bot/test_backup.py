"""What `yishe backup` says about an archive."""

import pytest

from bot.backup import _contents
from storage.backup.archive import FORMAT, Manifest


@pytest.mark.parametrize(
    ("key_id", "said"),
    [("f22c2e09", "it needs the master key with the id f22c2e09"), ("", "nothing was sealed yet")],
)
def test_it_is_said_which_key_a_backup_needs_or_that_there_was_none(key_id: str, said: str) -> None:
    manifest = Manifest(
        format=FORMAT, made_at="2026-03-02T08:00:00+00:00", version="1", key_id=key_id, postgresql=170000,
        owner="yishe", migrations=[], tables={"person": 2}, dump_sha256="", dump_bytes=1, files={}, missing=[],
        damaged=[],
    )  # fmt: skip
    assert _contents(manifest).endswith(f"; {said}")
