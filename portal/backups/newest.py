"""The newest backup and its age, for whoever watches over the installation."""

from contextlib import suppress
from datetime import datetime, timedelta

from portal.backups.errors import BackupError
from portal.backups.folder import Backup, get_backup, list_names
from portal.clock import now
from portal.settings import Settings

# One a day, with two hours for the one of today to take its time.
OLD_HOURS = 26
OLD = timedelta(hours=OLD_HOURS)


def newest_backup(settings: Settings) -> Backup | None:
    """The newest backup of this mode whose manifest can be trusted, or None. Neither its database nor its files are looked at.

    One of the demo that was left brings nothing of real use back.
    """
    for name in reversed(list_names(settings.backup_folder)):
        with suppress(BackupError):
            backup = get_backup(settings.backup_folder, name)
            if backup.manifest.mode == settings.mode:
                return backup
    return None


def is_old(backup: Backup | None, at: datetime | None = None) -> bool:
    """Whether it is time to ask why there is no newer one. None at all is as bad as an old one; so is one of a clock that was ahead."""
    return backup is None or abs((at or now()) - backup.created_at) > OLD
