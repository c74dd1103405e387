"""Two planners on the demo, and a plan that one changed and the other checked."""

import pytest


@pytest.fixture
def planners(demo_sign_in):
    """The clients of both planners."""
    return demo_sign_in("taichinh"), demo_sign_in("taichinh2")


@pytest.fixture
def submitted(planners):
    """Both planners, once the second has checked and submitted what the first changed."""
    first, second = planners
    first.post("/plans/1/name", data={"name": "Phương án thử", "note": ""})
    second.post("/plans/1/check", data={"changes": "1"})
    second.post("/plans/1/submission", data={"changes": "1"})
    return planners
