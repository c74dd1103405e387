"""An export that cannot be read says which file and where."""

import pytest

from exports.open_data.verification.comparison import compare
from exports.open_data.verification.export import parse_export
from exports.open_data.verification.reading import read_export
from exports.open_data.verification.rows import ExportError
from tests.factories.open_data import export_of, read_table, with_table
from tests.factories.snapshots import complete_answers, snapshot_of_answers

FILES = export_of(snapshot_of_answers(complete_answers()))


def with_cell(name, column, value):
    rows = read_table(FILES, name)
    rows[0][column] = value
    return with_table(FILES, name, rows)


def with_text(name, old, new):
    return FILES | {name: FILES[name].replace(old.encode(), new.encode(), 1)}


BROKEN = [
    (with_cell("equipment.csv", "good", "x"), "equipment.csv, dòng 2, cột good: “x” không phải là số nguyên."),
    (with_cell("equipment.csv", "good", ""), "equipment.csv, dòng 2, cột good: “” không phải là số nguyên."),
    (with_cell("equipment.csv", "year", "-5"), "equipment.csv, dòng 2, cột year: “-5” không phải là số nguyên."),
    (
        with_cell("connections.csv", "contracted_mbps", "1,5"),
        "connections.csv, dòng 2, cột contracted_mbps: “1,5” không phải là số.",
    ),
    (
        with_cell("ratings.csv", "rated_on", "2026-02-30"),
        "ratings.csv, dòng 2, cột rated_on: “2026-02-30” không phải là ngày dạng 2027-01-31.",
    ),
    (with_text("findings.csv", "status", "state"), "findings.csv thiếu cột status."),
    (with_text("wards.csv", "\r\n", "\r\n1,2\r\n"), "wards.csv, dòng 2: có 2 ô, tiêu đề có 6 cột."),
    (FILES | {"facts.csv": b"\xff\xfe"}, "facts.csv không phải là văn bản UTF-8."),
    (FILES | {"facts.csv": b""}, "facts.csv thiếu cột ward_code, key, value."),
    (with_text("standard.toml", "pass_mark", "pass mark"), "standard.toml không đúng định dạng TOML: "),
    (
        with_text("standard.toml", "pass_mark", f"x = {'[' * 3000}{']' * 3000}\npass_mark"),
        "standard.toml không đúng định dạng TOML: ",
    ),
    (with_text("standard.toml", "pass_mark", f"x = {'9' * 5000}\npass_mark"), "standard.toml không đúng định dạng TOML: "),
    (with_text("standard.toml", "pass_mark", "mark"), "standard.toml thiếu hoặc ghi sai mục pass_mark."),
    (with_text("standard.toml", "weight =", "heavy ="), "standard.toml, tiêu chí CR-A1: chưa hiểu mục heavy, weight."),
    (with_text("standard.toml", "label =", "mark ="), "standard.toml, tiêu chí CR-A1: chưa hiểu mục mark, source_label."),
    (with_text("standard.toml", "weight = 6", 'weight = "6"'), "standard.toml, tiêu chí CR-A1: chưa hiểu mục weight."),
    (with_text("standard.toml", "each = 6", "each = 0"), "standard.toml, tiêu chí CR-A5: mục each phải từ 1 trở lên."),
    (
        FILES | {"standard.toml": b'version = "1"\npass_mark = 80\npc_max_age_years = 7\ncriteria = [1]'},
        "standard.toml, tiêu chí ?: chưa",
    ),
]


@pytest.mark.parametrize(("files", "message"), BROKEN)
def test_what_cannot_be_read_is_named(files, message):
    with pytest.raises(ExportError) as error:
        compare(parse_export(files))
    assert error.value.message.startswith(message)


def test_a_folder_that_is_no_export_says_what_it_lacks(tmp_path):
    (tmp_path / "wards.csv").write_bytes(FILES["wards.csv"])
    with pytest.raises(ExportError) as error:
        read_export(tmp_path)
    assert "không phải là một bản xuất dữ liệu mở đầy đủ: thiếu facts.csv, " in error.value.message
    assert "wards.csv" not in error.value.message


def test_a_text_that_is_no_formula_is_read_as_it_was_typed():
    export = parse_export(with_cell("wards.csv", "code", "'=1+1"))
    assert export.tables["wards.csv"][0]["code"] == "=1+1"
    export = parse_export(with_cell("wards.csv", "code", "'a"))
    assert export.tables["wards.csv"][0]["code"] == "'a"
