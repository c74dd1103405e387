"""The open data leave by a command; network security only in the name of somebody who has the right to see it."""

import pytest
from sqlalchemy import select

from accounts.models import AuditEntry, User


@pytest.mark.parametrize(
    ("options", "is_made", "by", "with_security"),
    [
        ([], True, "hệ thống", False),
        (["--by", "taichinh"], True, "taichinh", False),
        (["--include-security"], False, None, None),
        (["--include-security", "--by", "taichinh"], False, None, None),
        (["--include-security", "--by", "canbo"], False, None, None),
        (["--include-security", "--by", "khong-co"], False, None, None),
        (["--include-security", "--by", "lanhdao"], True, "lanhdao", True),
    ],
)
def test_security_is_exported_only_in_the_name_of_whoever_may_see_it(
    demo_app, demo_session, tmp_path, options, is_made, by, with_security
):
    folder = tmp_path / "out"
    result = demo_app.test_cli_runner().invoke(args=["open-data", "export", str(folder), *options])
    assert (result.exit_code == 0) == folder.is_dir() == is_made
    if not is_made:
        assert "được giao xem nhóm ấy" in result.output
        return
    assert ("CR-G1" in (folder / "findings.csv").read_text("utf-8-sig")) == with_security
    [entry] = demo_session.scalars(select(AuditEntry).where(AuditEntry.action == "open-data:export"))
    assert (entry.username, entry.after) == (by, {"include_security": with_security})


def test_a_closed_account_lends_its_name_to_nothing(demo_app, demo_session, tmp_path):
    demo_session.scalars(select(User).where(User.username == "lanhdao")).one().is_active = False
    demo_session.commit()
    arguments = ["open-data", "export", str(tmp_path / "out"), "--include-security", "--by", "lanhdao"]
    assert demo_app.test_cli_runner().invoke(args=arguments).exit_code != 0
