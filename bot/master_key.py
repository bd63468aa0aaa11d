"""The master key: from the settings, or made once and kept beside the embedded database."""

import os
from pathlib import Path

from bot.settings import Settings, SettingsWrong
from storage.sealing import MasterKey, new_master_key

FILE = "master.key"


def master_key(settings: Settings) -> MasterKey:
    """The key of this installation, with those before it; raises `SettingsWrong` when one is missing or malformed."""
    if settings.master_key is None and settings.has_server:
        raise SettingsWrong("YISHE_MASTER_KEY: is needed with DATABASE_URL (`yishe new-key` makes one)")
    encoded = (
        settings.master_key.get_secret_value() if settings.master_key else _kept(settings.data_dir / FILE)
    )
    older = settings.old_master_keys.get_secret_value() if settings.old_master_keys else ""
    try:
        return MasterKey(encoded, older.replace(",", " ").split())
    except ValueError as error:
        raise SettingsWrong(f"YISHE_MASTER_KEY or YISHE_OLD_MASTER_KEYS: {error}") from None


def _kept(path: Path) -> str:
    """The key in the file; a missing one is made, for its owner alone, and never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(new_master_key())
        file.flush()
        os.fsync(file.fileno())
    return path.read_text(encoding="ascii").strip()
