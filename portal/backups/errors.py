"""What may be wrong with a backup, its making or its place. Pure."""

from portal.errors import WardReadinessError


class BackupError(WardReadinessError):
    """A backup cannot be made, trusted or restored; nothing was changed."""

    status = 503
