"""The speed test of a connection, for the script of the form: start, download, upload, result."""

from functools import cache
from secrets import token_bytes

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from portal.database import get_session, reading_session, writes
from portal.errors import WardReadinessError
from portal.settings import current_settings
from surveys.checks.states import EventKind
from surveys.submissions.speed_test import MAX_BYTES, begin_speed_test, count_run, finish_speed_test, keep_result, summarise_runs
from surveys.submissions.submissions import add_event, get_submission
from surveys.views.access import get_submission_in_scope

blueprint = Blueprint("measuring", __name__, url_prefix="/surveys")


@blueprint.errorhandler(WardReadinessError)
def refuse(error: WardReadinessError) -> ResponseReturnValue:
    """Answer the script with the message, which it shows itself."""
    return {"refused": error.message}, error.status


@blueprint.post("/<int:submission_id>/measure")
@requires(Permission.SUBMISSION_FILL)
@writes
def start(submission_id: int) -> ResponseReturnValue:
    """Start a test."""
    submission, device = get_submission_in_scope(submission_id, for_update=True), request.user_agent.string
    line, address = request.form.get("line", ""), request.remote_addr or ""
    turn = begin_speed_test(get_session(), submission, line, require_identity().full_name, address, device)
    audit.log(get_session(), require_identity(), "evidence:measure", submission.subject, after={"line": line})
    return {"turn": turn.id}


@blueprint.post("/<int:submission_id>/measure/<int:turn_id>/down")
@requires(Permission.SUBMISSION_FILL)
@writes
def send_download(submission_id: int, turn_id: int) -> ResponseReturnValue:
    """Random bytes, which no proxy can compress."""
    count_run(get_session(), get_submission_in_scope(submission_id), turn_id)
    requested = request.form.get("bytes", "0")
    size = min(int(requested) if requested.isascii() and requested.isdecimal() and len(requested) < 10 else 0, MAX_BYTES)
    return Response(_random_bytes()[:size], mimetype="application/octet-stream")


@blueprint.post("/<int:submission_id>/measure/<int:turn_id>/up")
@requires(Permission.SUBMISSION_FILL)
@writes
def receive_upload(submission_id: int, turn_id: int) -> ResponseReturnValue:
    """Count the bytes that the browser sends, and discard them."""
    count_run(get_session(), get_submission_in_scope(submission_id), turn_id)
    if request.content_length is None or request.content_length > MAX_BYTES:
        return {"refused": _("Lượt gửi lên quá lớn. Bấm đo lại.")}, 413
    return {"bytes": len(request.get_data(cache=False))}


@blueprint.post("/<int:submission_id>/measure/<int:turn_id>/done")
@requires(Permission.SUBMISSION_FILL)
@writes
def store_result(submission_id: int, turn_id: int) -> ResponseReturnValue:
    """Store the result as evidence; the page fills it in and saves it like any other field."""
    body = request.get_json(silent=True)
    reported = body if isinstance(body, dict) else {}
    runs = [values if isinstance(values := reported.get(name), list) else [] for name in ("down", "up", "latency")]
    result = summarise_runs(*runs)
    with reading_session() as db:
        kept = keep_result(db, current_settings().evidence_url, get_submission(db, submission_id), turn_id, result)
    submission = get_submission_in_scope(submission_id, for_update=True)
    evidence = finish_speed_test(get_session(), submission, turn_id, kept)
    add_event(get_session(), submission, EventKind.ATTACHED, require_identity().full_name, evidence.name)
    return {"down": result.down, "up": result.up, "latency": result.latency}


@cache
def _random_bytes() -> bytes:
    return token_bytes(MAX_BYTES)
