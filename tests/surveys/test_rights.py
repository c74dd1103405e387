import pytest

from accounts.permissions import POLICY, Permission


@pytest.fixture
def survey_routes(app):
    return [
        (rule, app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if app.view_functions[rule.endpoint].__module__.startswith("surveys.")
    ]


def test_a_page_and_what_it_posts_are_two_views(survey_routes):
    for rule, view in survey_routes:
        assert not {"GET", "POST"} <= rule.methods, f"{rule.endpoint}: one view shows the page, another takes the POST"
        assert "POST" in rule.methods or not hasattr(view, "writes"), f"{rule.endpoint} only reads: take off @writes"


@pytest.mark.parametrize("permission", [Permission.SUBMISSION_COMMENT, Permission.SUBMISSION_PRINT_SENSITIVE])
def test_whoever_reads_a_submission_comments_on_it_and_prints_it_whole(permission):
    assert [role for role in POLICY if permission in POLICY[role]] == [
        role for role in POLICY if Permission.SUBMISSION_READ in POLICY[role]
    ]
