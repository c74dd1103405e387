from io import BytesIO

import pytest
from sqlalchemy import func, select

from accounts.identity import Role
from accounts.models import AuditEntry
from inventory.boundaries.geojson import BoundaryError
from inventory.boundaries.store import find_source, get_boundaries, load_boundaries, read_boundary_file, remove_boundaries
from inventory.models import BoundarySetRecord
from tests.factories.boundaries import geojson, tiles, topojson

TILES = tiles()
GOOD_FILE = geojson(TILES)
BAD_FILE = geojson({code: rings for code, rings in TILES.items() if code != "00004"})
SOURCE = "Số liệu thử, 2026"


def audit_entries(session):
    return list(session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("boundary:")).order_by(AuditEntry.id)))


def post(client, data, source=SOURCE):
    form = {"source": source, "file": (BytesIO(data), "ranh-gioi.geojson")}
    return client.post("/boundaries", data=form, content_type="multipart/form-data")


@pytest.mark.both_databases
def test_what_was_loaded_comes_back_whole(session):
    assert find_source(session) is None
    load_boundaries(session, read_boundary_file(GOOD_FILE, "a.geojson", f"  {SOURCE} "), None)
    session.commit()
    source = find_source(session)
    assert (source.filename, source.source, source.by) == ("a.geojson", SOURCE, "hệ thống")
    boundaries = get_boundaries(session, source)
    assert len(boundaries.shapes) == 126
    assert boundaries.points == (source.points_given, source.points_kept)
    assert all(isinstance(value, int) for shape in boundaries.shapes for ring in shape.rings for point in ring for value in point)


@pytest.mark.both_databases
def test_another_file_takes_the_place_and_both_are_in_the_trail(session):
    load_boundaries(session, read_boundary_file(GOOD_FILE, "a.geojson", SOURCE), None)
    load_boundaries(session, read_boundary_file(topojson(TILES), "b.topojson", SOURCE), None)
    session.commit()
    assert session.scalar(select(func.count()).select_from(BoundarySetRecord)) == 1
    first, second = audit_entries(session)
    assert first.after["filename"] == second.before["filename"] == "a.geojson"
    assert second.after["filename"] == "b.topojson"


@pytest.mark.both_databases
def test_a_bad_file_changes_nothing(session):
    loaded_source = load_boundaries(session, read_boundary_file(GOOD_FILE, "a.geojson", SOURCE), None)
    session.commit()
    for data, source in ((BAD_FILE, SOURCE), (b"x", SOURCE), (GOOD_FILE, "  ")):
        with pytest.raises(BoundaryError):
            load_boundaries(session, read_boundary_file(data, "b.geojson", source), None)
    session.commit()
    assert find_source(session) == loaded_source
    assert len(audit_entries(session)) == 1


def test_the_boundaries_can_be_taken_away(session):
    assert not remove_boundaries(session, None)
    load_boundaries(session, read_boundary_file(GOOD_FILE, "a.geojson", SOURCE), None)
    assert remove_boundaries(session, None)
    assert find_source(session) is None
    assert [entry.action for entry in audit_entries(session)] == ["boundary:load", "boundary:remove"]


def test_an_administrator_loads_looks_and_takes_away(sign_in):
    client = sign_in(Role.ADMINISTRATOR)
    assert "Chưa nạp ranh giới nào" in client.get("/boundaries").text
    assert post(client, GOOD_FILE).location == "/boundaries"
    page = client.get("/boundaries").text
    assert SOURCE in page
    assert page.count("M") > 126
    assert client.post("/boundaries/remove").location == "/boundaries"
    assert "Chưa nạp ranh giới nào" in client.get("/boundaries").text


def test_a_refused_file_says_why_and_what_was_typed_stays(sign_in):
    client = sign_in(Role.ADMINISTRATOR)
    post(client, GOOD_FILE)
    answer = post(client, BAD_FILE, "Nguồn khác")
    assert answer.status_code == 400
    assert "thiếu 1: Phường Ba Đình (00004)" in answer.text
    assert 'value="Nguồn khác"' in answer.text
    assert SOURCE in answer.text
    assert post(client, GOOD_FILE, "").status_code == 400
    assert client.post("/boundaries", data={"source": SOURCE}).status_code == 400


def test_the_command_does_the_same(app, tmp_path):
    runner = app.test_cli_runner()
    good_path, bad_path = tmp_path / "good.json", tmp_path / "bad.json"
    good_path.write_bytes(GOOD_FILE)
    bad_path.write_bytes(BAD_FILE)
    assert "Đã nạp ranh giới 126 đơn vị" in runner.invoke(args=["boundaries", "load", str(good_path), "--source", SOURCE]).output
    result = runner.invoke(args=["boundaries", "load", str(bad_path), "--source", SOURCE])
    assert result.exit_code == 1
    assert "Phường Ba Đình" in result.output
    assert "Đã gỡ ranh giới." in runner.invoke(args=["boundaries", "remove"]).output
    assert "Chưa nạp" in runner.invoke(args=["boundaries", "remove"]).output
