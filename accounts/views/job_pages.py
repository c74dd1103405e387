"""Pages of what takes longer than a request: how each job stands, until it goes on to its result."""

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import requires
from accounts.jobs import address_of_result, get_visible_job, is_own, list_visible_jobs
from accounts.permissions import Permission
from accounts.views.sign_in import blueprint
from portal.jobs.job import Job, JobState
from portal.jobs.kinds import get_job_kind
from portal.jobs.queue import job_queue


@blueprint.get("/jobs")
@requires(Permission.ACCOUNT_OWN)
def job_list() -> ResponseReturnValue:
    """What the person asked for in the last day; for whoever manages accounts what anybody did."""
    rows = [(job, get_job_kind(job.kind), _describe(job), is_own(job)) for job in list_visible_jobs()]
    return render_template("accounts/jobs.html", rows=rows)


@blueprint.get("/jobs/<job_id>")
@requires(Permission.ACCOUNT_OWN)
def job(job_id: str) -> ResponseReturnValue:
    """One job: how far it is, and what it came to."""
    found = get_visible_job(job_id)
    return render_template(
        "accounts/job.html",
        job=found,
        kind=get_job_kind(found.kind),
        text=_describe(found),
        is_own=is_own(found),
        result=address_of_result(found),
    )


@blueprint.get("/jobs/<job_id>/state")
@requires(Permission.ACCOUNT_OWN)
def job_state(job_id: str) -> ResponseReturnValue:
    """The same for the script of the page."""
    found = get_visible_job(job_id)
    return jsonify(
        is_open=found.state.is_open, done=found.done, total=found.total, text=_describe(found), leads_on=_leads_on(found)
    )


@blueprint.post("/jobs/<job_id>/cancel")
@requires(Permission.ACCOUNT_OWN)
def job_cancel(job_id: str) -> ResponseReturnValue:
    """Nobody wants it any more."""
    found = get_visible_job(job_id)
    if found.state.is_open:
        job_queue().ledger.cancel(job_id)
        flash(_("Đã hủy yêu cầu."), "success")
    return redirect(url_for("accounts.job", job_id=job_id))


def _describe(job: Job) -> str:
    if job.lines:
        return "\n".join(job.lines)
    if job.state is JobState.WAITING:
        text = _("Đang chờ đến lượt.")
    elif job.state is JobState.RUNNING and job.total:
        text = _("Đã làm %(done)s/%(total)s phần.", done=job.done, total=job.total)
    else:
        text = _("%(state)s.", state=job.state.label)
    return str(text)


def _leads_on(job: Job) -> bool:
    """Whether the page goes on to the result by itself."""
    return job.state is JobState.DONE and job.result is not None and is_own(job)
