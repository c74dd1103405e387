"""The open data leave by a command; network security only in the name of somebody who has the right to see it."""

import re

import pytest
from sqlalchemy import select

from accounts.models import AuditEntry, User
from scoring.rating.city_readiness import city_readiness
from scoring.rating.published_standards import get_standard_record
from tests.factories.open_data import read_table, with_table
from tests.support.applications import set_setting
from tests.support.docs import read_document


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


@pytest.fixture
def export(demo_app, tmp_path):
    """The folder of an export of the demo."""

    def export_with(*options):
        result = demo_app.test_cli_runner().invoke(args=["open-data", "export", str(tmp_path / "open"), *options])
        assert result.exit_code == 0, result.output
        return tmp_path / "open"

    return export_with


def verify(app, folder):
    return app.test_cli_runner().invoke(args=["open-data", "verify", str(folder)])


@pytest.mark.parametrize("asks", [True, False])
def test_the_demo_is_computed_again_alike(demo_app, export, asks):
    set_setting(demo_app, ask_secret_pcs=asks)
    result = verify(demo_app, export("--include-security", "--by", "lanhdao"))
    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"Đã tính lại [\d.]{5,} kết quả tiêu chí, 126 kết quả đánh giá, [\d.]+ thành tiền: khớp\.\n", result.output)


def test_the_open_part_of_the_demo_is_computed_again_and_says_what_is_left_out(demo_app, export):
    result = verify(demo_app, export())
    assert result.exit_code == 0, result.output
    [left_out, done] = result.output.splitlines()
    assert left_out.startswith("Bản xuất không kèm nhóm an ninh mạng nên không tính lại được CR-G1, ")
    assert left_out.endswith(", result và score.")
    assert ", 0 kết quả đánh giá, " in done


TAMPERED = [
    ("equipment.csv", lambda row: row["item"] == "A01" and row["good"] != "0", "good", "findings.csv, "),
    ("findings.csv", lambda row: row["have"], "have", "findings.csv, "),
    ("ratings.csv", lambda row: row["score"], "score", "ratings.csv, "),
    ("plan_lines.csv", lambda row: row["amount"] != "0", "amount", "plan_lines.csv, "),
]


def test_each_number_that_was_changed_is_found(demo_app, export):
    folder = export("--include-security", "--by", "lanhdao")
    files = {name: (folder / name).read_bytes() for name in ("equipment.csv", "findings.csv", "ratings.csv", "plan_lines.csv")}
    for name, is_fit, column, place in TAMPERED:
        rows = read_table(files, name)
        row = next(filter(is_fit, rows))
        row[column] = str(int(row[column]) + 1)
        (folder / name).write_bytes(with_table(files, name, rows)[name])
        result = verify(demo_app, folder)
        assert result.exit_code == 1
        assert any(line.startswith(f"{place}{row['ward_code']}") for line in result.output.splitlines())
        assert "chỗ không khớp" in result.output.splitlines()[-1]
        (folder / name).write_bytes(files[name])


def test_a_folder_that_is_no_export_is_told_in_a_sentence(app, tmp_path):
    result = verify(app, tmp_path)
    assert result.exit_code == 1
    assert result.output.startswith(f"Thư mục {tmp_path} không phải là một bản xuất dữ liệu mở")


def test_the_standard_leaves_as_it_was_published(demo_app, demo_session, export):
    folder = export()
    record = get_standard_record(demo_session, city_readiness(demo_session).standard.version)
    assert (folder / "standard.toml").read_bytes().decode() == record.toml
    assert {
        row["standard_sha256"] for row in read_table({"ratings.csv": (folder / "ratings.csv").read_bytes()}, "ratings.csv")
    } == {record.sha256}


def test_the_document_tells_of_every_file_and_column(export):
    folder = export()
    parts = re.split(r"(?m)^### `(.+)`$", read_document("open-data.md").partition("## Thành tiền")[0])[1:]
    told = {name: re.findall(r"(?m)^\| `(\w+)` \|", text) for name, text in zip(parts[::2], parts[1::2], strict=True)}
    headings = {path.name: path.read_text("utf-8-sig").splitlines()[0].split(",") for path in folder.glob("*.csv")}
    assert told == headings, "docs/open-data.md tells of other tables: describe each column in its place"
    assert {path.name for path in folder.iterdir()} == {*told, "standard.toml"}
