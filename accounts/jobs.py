"""Jobs and people: who asks, who may still have it when it is done, and who sees how it stands."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from accounts import audit
from accounts.guards import current_page_url, require_identity
from accounts.identity import Identity
from accounts.permissions import Permission, may
from accounts.stand_ins import find_identity
from portal.database import session_scope, write_separately
from portal.downloads import send_bytes
from portal.errors import NotFoundError, WardReadinessError
from portal.jobs.job import Asker, Job, JobState
from portal.jobs.kinds import MadeFile, get_job_kind
from portal.jobs.queue import ask_for, get_job, job_queue


class NoLongerPermittedError(WardReadinessError):
    """Whoever asked may not have it any more."""

    status = 404


def ask(kind: str, parameters: Mapping[str, Any]) -> MadeFile | Job:
    """The file that was made already, or the job that makes it, for the person of this request and by the address of its page."""
    return ask_for(kind, parameters, _asker_of(require_identity()), current_page_url())


def send_or_wait(kind: str, parameters: Mapping[str, Any], action: str, subject: str) -> ResponseReturnValue:
    """The file, with its line in the audit trail; or, while it is being made, the page that tells how far it is."""
    asked, identity = ask(kind, parameters), require_identity()
    if isinstance(asked, Job):
        return redirect(url_for("accounts.job", job_id=asked.id))
    write_separately(lambda session: audit.log(session, identity, action, subject, after=dict(asked.facts)))
    return send_bytes(asked.data, asked.name, asked.mimetype)


def follow(asked: MadeFile | Job) -> ResponseReturnValue:
    """On to what a job came to, where that was quick; else to its page."""
    assert isinstance(asked, Job)
    if asked.state is not JobState.DONE:
        return redirect(url_for("accounts.job", job_id=asked.id))
    for line in asked.lines:
        flash(line, "info")
    return redirect(address_of_result(asked))


def address_of_result(job: Job) -> str:
    """Where the result of a job is: on a page of its own kind, or where it was asked for."""
    page = get_job_kind(job.kind).page
    return url_for(page, job_id=job.id) if page else job.address


def get_visible_job(job_id: str) -> Job:
    """A job of the person of this request; any job for whoever manages accounts. Raises NotFoundError."""
    job = get_job(job_id)
    if not (is_own(job) or may(require_identity(), Permission.USERS_MANAGE)):
        raise NotFoundError("Không có yêu cầu này, hoặc yêu cầu đã quá một ngày.")
    return job


def list_visible_jobs() -> list[Job]:
    """Those of the last day, the newest first."""
    sees_all, kinds = may(require_identity(), Permission.USERS_MANAGE), current_app.extensions["job_kinds"]
    return [job for job in job_queue().ledger.list() if job.kind in kinds and (sees_all or is_own(job))]


def is_own(job: Job) -> bool:
    """Whether the person of this request asked for it, as whom they act now: nobody else gets what it came to."""
    return job.asker.is_same(_asker_of(require_identity()))


def enter(asker: Asker, permission: str) -> None:
    """Make whoever asked the person of this job. Raises NoLongerPermittedError where their account or their right has ended meanwhile."""
    with session_scope(current_app.extensions["engine"], writes=False) as session:
        identity = find_identity(session, asker.username, asker.acts_for)
    is_same = identity is not None and asker.is_same(_asker_of(identity)) and not identity.must_change_password
    if identity is None or not is_same or not may(identity, Permission(permission)):
        raise NoLongerPermittedError(
            "Tài khoản đã khóa, đã đổi quyền hoặc hết ủy quyền sau khi gửi yêu cầu nên yêu cầu không được làm."
        )
    g.identity, g.asked_from = identity, asker.remote_address


def _asker_of(identity: Identity) -> Asker:
    address = request.remote_addr if request else None
    return Asker(identity.user_id, identity.username, identity.full_name, identity.acts_for, address)
