"""Two planners on the demo, and a plan that one changed and the other checked."""

import re

import pytest
from bs4 import BeautifulSoup


@pytest.fixture
def planners(demo_sign_in):
    """The clients of both planners."""
    return demo_sign_in("taichinh"), demo_sign_in("taichinh2")


@pytest.fixture
def change_line():
    """A change of what a plan says, with a client: of the unit in charge of one line."""
    units = iter(("Văn phòng", "Phòng Kinh tế", "Phòng Văn hóa - Xã hội"))

    def change_with(client, plan_id=1):
        address = re.search(rf"/plans/{plan_id}/lines/\d{{5}}-[A-Z]\d\d", client.get(f"/plans/{plan_id}/lines?group=A").text)[0]
        page = BeautifulSoup(client.get(address).data, "html.parser")
        form = {tag["name"]: tag.get("value", "") for tag in page.select("main input[name]")}
        form |= {tag["name"]: tag.select_one("[selected]")["value"] for tag in page.select("main select[name]")}
        assert client.post(address, data=form | {"unit": next(units)}).status_code == 302

    return change_with


@pytest.fixture
def submitted(planners, change_line):
    """Both planners, once the second has checked and submitted what the first changed."""
    first, second = planners
    first.post("/plans/1/name", data={"name": "Phương án thử", "note": ""})
    change_line(first)
    second.post("/plans/1/check", data={"changes": "2"})
    second.post("/plans/1/submission", data={"changes": "2"})
    return planners
