"""How the installation is, for whoever watches over it: is the process alive, and may it be given work. JSON, and nothing that helps an attacker."""

import logging
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from portal.backups.newest import is_old, newest_backup
from portal.file_store import StoreError, check_store, find_folder
from portal.jobs.ledger import QueueError
from portal.jobs.queue import has_queue, job_queue
from portal.labels import LabelledEnum
from portal.mail import MailError, check_mail
from portal.migration import current_version, head
from portal.settings import Settings, current_settings

blueprint = Blueprint("health", __name__)
log = logging.getLogger("ward_readiness")
# With less left, somebody has to look; with still less, SQLite may stop in the midst of a day. Bytes.
LITTLE_SPACE, NO_SPACE = 1024**3, 64 * 1024**2
LONG_WAIT = timedelta(minutes=5)


class Health(LabelledEnum):
    """How one part is, the best first."""

    OK = "ok", "tốt"
    WARNING = "warning", "cần xem"
    FAILED = "failed", "hỏng"


@dataclass(frozen=True)
class Part:
    """What is watched, in the words of its administrator, and what to do when it is not well."""

    label: str
    remedy: str


PARTS = {
    "database": Part("Cơ sở dữ liệu", "xem máy chủ cơ sở dữ liệu, đĩa, mạng; chương trình tự nối lại"),
    "migration": Part("Phiên bản cơ sở dữ liệu", "chạy “ward-readiness setup”, hoặc cài đúng phiên bản chương trình"),
    "store": Part("Kho tệp chứng minh", "xem EVIDENCE_URL, quyền của thư mục, dung lượng"),
    "mail": Part("Thư", "xem SMTP_URL, MAIL_FOLDER, máy chủ thư"),
    "disk": Part("Đĩa", "dọn đĩa: còn dưới 1 GB là cần xem, dưới 64 MB là hỏng"),
    "jobs": Part("Yêu cầu xử lý lâu", "chạy “ward-readiness jobs work”, hoặc xem vì sao tiến trình ấy dừng"),
    "backup": Part("Sao lưu", "chạy “ward-readiness backup create”, xem vì sao lịch không chạy"),
}


@blueprint.get("/health/live")
def live() -> ResponseReturnValue:
    """Whether the process answers at all: one that does not has to be started again. Asks nobody else."""
    return jsonify(status=Health.OK)


@blueprint.get("/health")
@blueprint.get("/health/ready")
def ready() -> ResponseReturnValue:
    """Whether the installation may be given work: 503 where a part has failed. A warning wants a person, not another server."""
    parts = check_parts(current_settings())
    status = worst(parts)
    return jsonify(status=status, parts=parts), 503 if status is Health.FAILED else 200


for view in (live, ready):
    view.permission = None  # type: ignore[attr-defined]  # read by the house rules, as accounts.guards sets it


@blueprint.errorhandler(Exception)
def tell_fault(error: Exception) -> ResponseReturnValue:
    """A watchdog reads JSON, whatever has happened."""
    log.exception("health", exc_info=error)
    return jsonify(status=Health.FAILED), 503


def check_parts(settings: Settings) -> dict[str, Health]:
    """Each part by its name. Reads only."""
    return {
        **_check_database(),
        "store": _check_store(settings),
        "mail": _check_mail(settings),
        "disk": _check_disks(settings),
        "jobs": _check_jobs(),
        "backup": Health.WARNING if settings.is_production and is_old(newest_backup(settings)) else Health.OK,
    }


def worst(parts: dict[str, Health]) -> Health:
    """The state of the whole: that of its worst part."""
    return max(parts.values(), key=list(Health).index)


def _check_database() -> dict[str, Health]:
    try:
        version = current_version(current_app.extensions["engine"])
    except SQLAlchemyError:
        return {"database": Health.FAILED, "migration": Health.FAILED}
    return {"database": Health.OK, "migration": Health.OK if version == head() else Health.FAILED}


def _check_store(settings: Settings) -> Health:
    try:
        check_store(settings.evidence_url)
    except StoreError:
        return Health.FAILED
    return Health.OK


def _check_mail(settings: Settings) -> Health:
    """Mail that does not go out keeps nobody from working."""
    try:
        check_mail(settings)
    except MailError:
        return Health.WARNING
    return Health.OK


def _check_jobs() -> Health:
    """Whoever waits for so long waits for a worker that is not there."""
    try:
        is_late = has_queue() and job_queue().ledger.oldest_wait() > LONG_WAIT
    except QueueError:
        return Health.WARNING
    return Health.WARNING if is_late else Health.OK


def _check_disks(settings: Settings) -> Health:
    free = min(map(_free_bytes, _written_folders(settings)))
    return Health.FAILED if free < NO_SPACE else Health.WARNING if free < LITTLE_SPACE else Health.OK


def _written_folders(settings: Settings) -> list[Path]:
    """Where this installation writes on this machine, each maybe on a disk of its own."""
    url = current_app.extensions["engine"].url
    places = [settings.instance, settings.backup_folder, settings.mail_folder]
    if url.get_backend_name() == "sqlite":
        places.append(Path(url.database).parent)
    if (store := find_folder(settings.evidence_url)) is not None:
        places.append(store)
    return [place.absolute() for place in places]


def _free_bytes(folder: Path) -> int:
    """What is left on the disk of a folder, or of the nearest above it that is there."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
