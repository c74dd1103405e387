"""What the drills look for after each kill tells damage from none."""

import re

from sqlalchemy import text

from tests.support.integrity import find_damage, unlogged_approvals

DAMAGES = [
    ("UPDATE snapshot_lot SET good = good + 1 WHERE snapshot_id = 1", "snapshot 1: its hash"),
    ("UPDATE standard SET toml = replace(toml, 'pass_mark = 80', 'pass_mark = 8')", "standard .*: its hash"),
    ("UPDATE questionnaire SET toml = replace(toml, 'Số trụ sở', 'Số nhà')", "questionnaire .*: its hash"),
    ("UPDATE snapshot SET submission_id = NULL WHERE submission_id = 1", "submission 1: approved, snapshots: 0, events: 1"),
    ("""UPDATE snapshot_fact SET value = '{"decimal": "abc"}' WHERE snapshot_id = 1""", "snapshot 1: its hash"),
    ("UPDATE plan SET sha256 = 'x', content = '{}' WHERE id = 1", "plan 1: its hash"),
    (
        "INSERT INTO evidence (submission_id, question, kind, name, media_type, size, sha256, stored_as, content_hash, by, at, removed_by) "
        "VALUES (1, '', 'file', 'a.png', 'image/png', 1, 'x', 'nowhere', '', 'a', '2026-03-02 00:00:00', '')",
        "stored file nowhere: its hash",
    ),
    (
        "DELETE FROM submission_event WHERE kind = 'approved' AND submission_id = 1",
        "submission 1: approved, snapshots: 1, events: 0",
    ),
    ("UPDATE submission SET state = 'sent' WHERE id = 1", "submission 1: not approved, snapshots: 1, events: 1"),
    (
        "UPDATE answer SET raw = '999' WHERE submission_id = 1 AND field = 'staff_total'",
        "submission 1, staff_total: '999', its log",
    ),
    (
        "INSERT INTO submission_change (submission_id, at, by, door, field, before, after, why) "
        "SELECT submission_id, at, by, door, field, 'x', after, '' FROM submission_change WHERE field = 'staff_total' LIMIT 1",
        "submission .*, staff_total: changed from 'x', and was",
    ),
    ("UPDATE submission SET version = 0 WHERE id = 1", "submission 1, staff_total"),
    ("DELETE FROM answer WHERE submission_id = 1 AND field = 'staff_total'", "submission 1, staff_total: only in the log"),
]


def test_damage_is_found_and_what_is_whole_is_not(demo_app, demo_session):
    assert find_damage(demo_app, demo_session) == []
    for statement, fault in DAMAGES:
        demo_session.execute(text(statement))
        faults = find_damage(demo_app, demo_session)
        demo_session.rollback()
        assert any(re.fullmatch(f"{fault}.*", found) for found in faults), (statement, faults)


def test_an_approval_without_its_line_in_the_audit_trail_is_found(demo_session):
    """Those of the demo came by no page."""
    approved = demo_session.scalar(text("SELECT count(*) FROM submission WHERE state = 'approved'"))
    assert len(unlogged_approvals(demo_session)) == approved > 0
