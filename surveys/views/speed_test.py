"""The measuring of a line, for the script of the form: a turn, bytes down, bytes up, and what was found."""

from functools import cache
from secrets import token_bytes

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from portal.database import get_session, writes
from portal.errors import WardReadinessError
from portal.settings import current_settings
from surveys.checks.states import EventKind
from surveys.submissions.speed_test import MAX_BYTES, begin, finish, read_runs, spend
from surveys.submissions.submissions import add_event
from surveys.views.access import own_submission

blueprint = Blueprint("measuring", __name__, url_prefix="/surveys")


@blueprint.errorhandler(WardReadinessError)
def refuse(error: WardReadinessError) -> ResponseReturnValue:
    """A script asks, and tells the person itself."""
    return {"refused": error.message}, error.status


@blueprint.post("/<int:submission_id>/measure")
@requires(Permission.SUBMISSION_FILL)
@writes
def start(submission_id: int) -> ResponseReturnValue:
    """Take a turn."""
    submission, device = own_submission(submission_id, for_update=True), request.user_agent.string
    line, address = request.form.get("line", ""), request.remote_addr or ""
    turn = begin(get_session(), submission, line, the_identity().full_name, address, device)
    audit.log(get_session(), the_identity(), "evidence:measure", f"ward {submission.ward_code}", after={"line": line})
    return {"turn": turn.id}


@blueprint.post("/<int:submission_id>/measure/<int:turn_id>/down")
@requires(Permission.SUBMISSION_FILL)
@writes
def down(submission_id: int, turn_id: int) -> ResponseReturnValue:
    """So many bytes that nothing can make smaller on the way."""
    spend(get_session(), own_submission(submission_id), turn_id)
    asked = request.form.get("bytes", "0")
    size = min(int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0, MAX_BYTES)
    return Response(_noise()[:size], mimetype="application/octet-stream")


@blueprint.post("/<int:submission_id>/measure/<int:turn_id>/up")
@requires(Permission.SUBMISSION_FILL)
@writes
def up(submission_id: int, turn_id: int) -> ResponseReturnValue:
    """Bytes of the browser, counted and thrown away."""
    spend(get_session(), own_submission(submission_id), turn_id)
    if request.content_length is None or request.content_length > MAX_BYTES:
        return {"refused": _("Lượt gửi lên quá lớn. Bấm đo lại.")}, 413
    return {"bytes": len(request.get_data(cache=False))}


@blueprint.post("/<int:submission_id>/measure/<int:turn_id>/done")
@requires(Permission.SUBMISSION_FILL)
@writes
def done(submission_id: int, turn_id: int) -> ResponseReturnValue:
    """Keep what the browser found; the page fills it in and saves it as any other field."""
    submission = own_submission(submission_id, for_update=True)
    told = request.get_json(silent=True)
    parts = told if isinstance(told, dict) else {}
    runs = [part if isinstance(part := parts.get(name), list) else [] for name in ("down", "up", "latency")]
    measured = read_runs(*runs)
    kept = finish(get_session(), current_settings().evidence_url, submission, turn_id, measured)
    add_event(get_session(), submission, EventKind.ATTACHED, the_identity().full_name, kept.name)
    return {"down": measured.down, "up": measured.up, "latency": measured.latency}


@cache
def _noise() -> bytes:
    return token_bytes(MAX_BYTES)
