"""The audit trail keeps nothing that would help an attacker: new lines never hold it, and old ones were redacted once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import audit
from accounts.audit import HIDDEN
from accounts.identity import Role
from accounts.models import AuditEntry
from planning.models import PlanRecord
from portal.migration import migrate
from scoring.models import ActionRecord
from tests.factories.actions import OTHER, SIX_CLARITIES, assign_action, make_owner

OLD = [
    ("submission:save", "ward 00082", {"G01#2.good": "98765", "floors": "3"}, {"G01#2.good": "98766", "mfa_enabled": "no", "mfa_enabled.why": "98765"}),
    ("evidence:attach", "ward 00082", None, {"id": 1, "question": "G06", "name": "anh-98765.jpg"}),
    ("evidence:attach", "ward 00082", None, {"id": 2, "question": "floors", "name": "so-do-nha.pdf"}),
    ("plan:edit-line", "plan 1", None, {"line": "00070-G01", "quantity": "98765", "note": "98765"}),
    ("plan:edit-line", "plan 1", None, {"line": "00070-A01", "quantity": "5"}),
    ("plan:agree-transfers", "plan 1", None, {"transfers": ["A01|00070|00097|5", "G01|00004|00070|98765"]}),
    ("submission:return", "ward 00082", "sent", {"state": "returned", "reason": "Xem lại 98765"}),
    ("account:sign-in", "account canbo", None, None),
]  # fmt: skip


@pytest.mark.both_databases
def test_old_lines_are_redacted_once_and_a_line_says_so(app):
    engine = app.extensions["engine"]
    with Session(engine.execution_options(writes=True)) as session:
        number = assign_action(session, make_owner(session), ward="00082", criterion="CR-G1", task="Mua tường lửa 98765")
        plain = assign_action(session, make_owner(session, "nguoi-khac"), ward="00082", criterion="CR-A1")
        for action, subject, before, after in OLD:
            audit.log(session, None, action, subject, before=before, after=after)
        audit.log(
            session,
            None,
            "action:create",
            f"action {number}",
            after={"task": "Mua 98765", "criterion": "CR-G1", "head": "Chủ tịch"},
        )
        audit.log(session, None, "action:complete", f"action {number}", after={"delivered": "98765"})
        audit.log(session, None, "action:reopen", f"action {number}", after={"reason": "Còn thiếu 98765"})
        audit.log(session, None, "action:reopen", f"action {plain}", after={"reason": "Còn thiếu máy"})
        session.commit()
    migrate(engine, "0009")
    migrate(engine)
    with Session(engine.execution_options(writes=True)) as session:
        entries = list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
        assert "98765" not in " ".join(f"{entry.before} {entry.after}" for entry in entries)
        values = {(entry.action, str(entry.after)) for entry in entries}
        for kept in (OLD[2], OLD[4], OLD[7]):
            assert (kept[0], str(kept[3])) in values
        saved = next(entry for entry in entries if entry.action == "submission:save")
        assert saved.before == {"G01#2.good": HIDDEN, "floors": "3"}
        assert saved.after == {"G01#2.good": HIDDEN, "mfa_enabled": HIDDEN, "mfa_enabled.why": HIDDEN}
        created = next(entry for entry in entries if entry.action == "action:create")
        assert created.after == {"task": HIDDEN, "criterion": HIDDEN, "head": "Chủ tịch"}
        edited = next(entry for entry in entries if entry.action == "plan:edit-line")
        assert edited.after == {"line": HIDDEN, "quantity": HIDDEN, "note": HIDDEN}
        told = [entry for entry in entries if entry.action == "audit:redact"]
        assert [(entry.username, entry.after) for entry in told] == [("hệ thống", {"entries": 8})]
        # Why an action was opened again is kept with the action, for whoever may see it.
        reasons = dict(session.execute(select(ActionRecord.id, ActionRecord.reopened_for)).all())
        assert reasons == {number: "Còn thiếu 98765", plain: "Còn thiếu máy"}
        count = len(entries)
    migrate(engine, "0009")
    migrate(engine)
    with Session(engine) as session:
        assert len(list(session.scalars(select(AuditEntry)))) == count


def test_what_is_done_about_security_leaves_no_word_in_the_trail(session, sign_in):
    owner = make_owner(session, "nguoi-officer", wards=(OTHER,))
    session.commit()
    leader, officer, administrator = sign_in(Role.LEADER), sign_in(Role.OFFICER, [OTHER]), sign_in(Role.ADMINISTRATOR)
    form = {**SIX_CLARITIES, "owner": str(owner), "task": "Mua tường lửa 98765", "due": "2099-12-31", "criterion": "CR-G1"}
    address = leader.post("/actions/new", data=form | {"ward": OTHER}).location
    changed = {**form, "task": "Thuê tường lửa 98765", "revision": "1"}
    assert leader.post(f"{address}/change", data=changed).status_code == 302
    assert officer.post(f"{address}/done", data={"delivered": "Đã lắp 98765"}).status_code == 302
    assert leader.post(f"{address}/reopening", data={"reason": "Còn thiếu 98765"}).status_code == 302
    entries = [entry for entry in session.scalars(select(AuditEntry)) if entry.action.startswith("action:")]
    assert [entry.action for entry in entries] == ["action:create", "action:change", "action:complete", "action:reopen"]
    assert "98765" not in " ".join(f"{entry.before} {entry.after}" for entry in entries)
    assert all(HIDDEN in str(entry.after) for entry in entries)
    # Whoever may see the action reads the reason there.
    assert "mở lại việc: Còn thiếu 98765" in officer.get(address).text
    assert "98765" not in administrator.get("/audit").text


def test_which_line_of_security_is_funded_whatever_else_is_stands_not_in_the_trail(demo_session, demo_sign_in):
    conditions = {"changes": "0", "aim": "wards", "per_district": "0", "slide_years": "0"}
    pins = {"lines_required": "00070-G01\n00070-A01", "lines_barred": "00004-G02"}
    assert demo_sign_in("taichinh").post("/plans/1/funding", data=conditions | pins).status_code == 302
    entry = demo_session.scalars(select(AuditEntry).where(AuditEntry.action == "plan:set-funding")).one()
    assert (entry.after["lines_required"], entry.after["lines_barred"]) == ([HIDDEN, "00070-A01"], [HIDDEN])
    assert demo_session.get_one(PlanRecord, 1).funding["lines_required"] == ["00070-G01", "00070-A01"]
    assert "-G0" not in demo_sign_in("quantri").get("/audit").text
