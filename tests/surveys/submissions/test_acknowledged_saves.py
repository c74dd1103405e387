"""What is acknowledged is stored by then: whoever is told that a field is saved will find it, whatever happens to the server afterwards."""

import json

import pytest
from sqlalchemy import select

from accounts.identity import Role
from portal.clock import today
from portal.database import make_engine, session_scope
from scoring.rating.published_standards import current_standard
from surveys.models import Answer, Submission
from surveys.submissions.rounds import open_round

WARD = "00082"


@pytest.mark.both_databases
def test_a_field_is_committed_before_the_answer_begins(app, sign_in):
    with session_scope(app.extensions["engine"], writes=True) as session:
        survey_round = open_round(session, "Đợt", today(), today(), current_standard(session).version)
        session.flush()
        row = select(Submission.id).where(Submission.round_id == survey_round.id, Submission.ward_code == WARD)
        submission_id = session.scalars(row).one()
    client, other, seen = sign_in(Role.OFFICER, [WARD]), make_engine(app.config["SETTINGS"].database_url), []
    answer = app.wsgi_app

    def look(environ, start_response):
        def start(*arguments):
            with session_scope(other, writes=False) as session:
                seen.append(session.scalars(select(Answer.raw).where(Answer.submission_id == submission_id)).all())
            return start_response(*arguments)

        return answer(environ, start)

    app.wsgi_app = look
    try:
        saved = client.post(f"/surveys/{submission_id}/sections/0/fields", data={"floors": "7", "base": json.dumps({})})
    finally:
        app.wsgi_app = answer
        other.dispose()
    assert (saved.status_code, seen) == (200, [["7"]])
