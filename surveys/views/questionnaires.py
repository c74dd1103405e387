"""Pages of the questionnaires: the published versions, and what each asks, what changed since the one before, and why."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import requires
from accounts.permissions import Permission
from portal.database import get_session
from portal.downloads import send_bytes
from surveys.models import Round
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.differences import list_differences
from surveys.questionnaire.published_questionnaires import get_record, is_shipped, list_questionnaires, load_questionnaire
from surveys.submissions.rounds import list_rounds

blueprint = Blueprint("questionnaires", __name__, url_prefix="/questionnaires", template_folder="../templates")


@blueprint.get("/")
@requires(Permission.SUBMISSION_REVIEW)
def versions() -> ResponseReturnValue:
    """The published versions, and the rounds that ask by each."""
    session = get_session()
    records = list_questionnaires(session)
    rounds = list_rounds(session)
    return render_template(
        "surveys/questionnaires/versions.html",
        is_shipped=is_shipped,
        rows=[
            (
                record,
                load_questionnaire(session, record.version),
                [_name_of(round) for round in rounds if round.questionnaire_version == record.version],
            )
            for record in records
        ],
    )


@blueprint.get("/<version>")
@requires(Permission.SUBMISSION_REVIEW)
def version(version: str) -> ResponseReturnValue:
    """One version: each question in its section, and what differs from the version before."""
    session = get_session()
    questionnaire = load_questionnaire(session, version)
    before = load_questionnaire(session, questionnaire.follows) if questionnaire.follows else None
    return render_template(
        "surveys/questionnaires/version.html",
        record=get_record(session, version),
        questionnaire=questionnaire,
        before=before,
        differences=list_differences(before, questionnaire) if before else (),
        kind_of=kind_of,
        is_shipped=is_shipped,
    )


@blueprint.get("/<version>/questionnaire.toml")
@requires(Permission.SUBMISSION_REVIEW)
def text(version: str) -> ResponseReturnValue:
    """The text of a published version."""
    record = get_record(get_session(), version)
    return send_bytes(record.toml.encode(), f"mau-phieu-{record.version}.toml", "application/toml")


def _name_of(round: Round) -> str:
    return _("%(name)s (tập huấn)", name=round.name) if round.is_practice else round.name
