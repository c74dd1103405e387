"""The import of many accounts as a job: hashing hundreds of passwords takes a minute, in which everybody else goes on saving."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cattrs.preconf.json import make_converter
from flask import current_app
from sqlalchemy import Engine

from accounts import audit
from accounts.guards import require_identity
from accounts.permissions import Permission
from accounts.users import Credentials, Slip, make_credentials
from accounts.users_workbook import UserTable, check_users, import_users, make_slips, read_user_table
from portal.caches import content_key
from portal.database import session_scope
from portal.errors import NotFoundError
from portal.jobs.job import Job
from portal.jobs.kinds import JobKind, MadeFile, Order, Outcome, Progress
from portal.jobs.queue import job_queue
from portal.uploads import UploadError

_converter = make_converter()


def prepare(parameters: Mapping[str, Any]) -> Order:
    """The import of the uploaded table that is kept under a hash."""
    sha256 = parameters["file"]
    return Order(content_key("users", sha256), lambda progress: _import(sha256, progress))


KIND = JobKind(
    "users-import",
    "Tạo tài khoản từ Excel",
    Permission.USERS_MANAGE,
    prepare,
    page="accounts.user_slips",
    kept=timedelta(hours=1),
)


def read_slips(job: Job) -> list[Slip]:
    """The slips that an import made. Raises NotFoundError once they are erased."""
    made = job_queue().read(job.result)
    if made is None:
        raise NotFoundError(
            "Phiếu tài khoản không còn: đã xóa sau khi in, hoặc đã quá một giờ. Ai chưa có phiếu thì đặt lại mật khẩu."
        )
    return _converter.loads(made.data, list[Slip])


def _import(sha256: str, progress: Progress) -> Outcome:
    engine: Engine = current_app.extensions["engine"]
    data = job_queue().read_kept(sha256)
    if data is None:
        raise UploadError("Bảng vừa gửi không còn trên máy chủ. Gửi lại bảng.")
    table = read_user_table(data)
    with session_scope(engine, writes=False) as session:
        check_users(session, table)
    credentials = []
    for done, _row in enumerate(table.rows):
        progress(done, len(table.rows))
        credentials.append(make_credentials())
    file = MadeFile(_converter.dumps(make_slips(table, credentials)).encode(), "phieu-tai-khoan.json", "application/json")
    return Outcome(file, settle=lambda: _create(engine, table, credentials, sha256))


def _create(engine: Engine, table: UserTable, credentials: list[Credentials], sha256: str) -> None:
    """Create all accounts or none: their slips are kept by now, and the table is needed no longer."""
    with session_scope(engine, writes=True) as session:
        slips = import_users(session, table, credentials)
        audit.log(session, require_identity(), "account:import", "file", after={"accounts": len(slips)})
    job_queue().erase(sha256)
