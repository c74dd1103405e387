from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from accounts.identity import Role
from inventory.snapshots.repository import record_snapshot
from inventory.snapshots.snapshot import Connection, ConnectionKind
from tests.factories.snapshots import known_snapshot, make_facts


@pytest.mark.parametrize("path", ["/inventory/wards", "/inventory/wards/00082", "/inventory/items", "/inventory/items/A01"])
def test_a_leader_reads_every_page(sign_in, path):
    assert sign_in(Role.LEADER).get(path).status_code == 200


def test_search_on_the_page_forgets_diacritics(sign_in):
    text = sign_in(Role.LEADER).get("/inventory/wards?q=dong+da").text
    assert "Phường Đống Đa" in text
    assert "Cửa Nam" not in text


def test_an_officer_sees_the_own_ward_and_no_other(sign_in):
    client = sign_in(Role.OFFICER, ["00082"])
    assert client.get("/inventory/wards/00082").status_code == 200
    assert client.get("/inventory/wards/00070").status_code == 404
    assert client.get("/inventory/items/A01").status_code == 404
    assert "Hoàn Kiếm" not in client.get("/inventory/wards?q=Hoan+Kiem").text.split("<tbody>")[1]


def test_decimals_and_days_are_shown_as_they_were_answered(session, sign_in):
    facts = make_facts({"down": Decimal("187.5"), "until": date(2027, 1, 31), "staff_total": 1060})
    lines = (Connection(ConnectionKind.INTERNET, "Nhà mạng A", Decimal("99.25"), 300),)
    record_snapshot(session, known_snapshot(facts=facts, connections=lines))
    session.commit()
    page = BeautifulSoup(sign_in(Role.LEADER).get("/inventory/wards/00082").data, "html.parser")
    cells = {row["id"]: [" ".join(cell.get_text(" ").split()) for cell in row.select("td")] for row in page.select("tr[id]")}
    assert (cells["down"], cells["until"], cells["staff_total"]) == (["187,5"], ["31/01/2027"], ["1.060 người"])
    assert cells["internet"] == ["Nhà mạng A", "99,25", "300"]


def test_the_table_of_an_item_can_be_downloaded(sign_in):
    answer = sign_in(Role.PLANNER).get("/inventory/items/A01/table.xlsx")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet["A1"].value == "A01 – Máy vi tính để bàn hoặc xách tay cho CBCC (Bộ)"


def test_security_equipment_leaves_by_no_link(sign_in):
    client = sign_in(Role.PLANNER)
    assert "table.xlsx" not in client.get("/inventory/items/G01").text
    assert client.get("/inventory/items/G01/table.xlsx").status_code == 404
