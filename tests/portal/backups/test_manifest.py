import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.backups.errors import BackupError
from portal.backups.manifest import FORMAT, HashedFile, Manifest, hash_of, read_manifest, write_manifest
from portal.backups.told_settings import tell_settings
from portal.settings import Settings, read_settings
from tests.support.examples import examples

hashed_files = st.builds(
    HashedFile,
    name=st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
    size=st.integers(0, 2**40),
    sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)
manifests = st.builds(
    Manifest,
    format=st.just(FORMAT),
    created_at=st.datetimes(timezones=st.just(UTC)),
    database=hashed_files,
    tables=st.dictionaries(st.text(), st.integers(0)),
    files=st.lists(hashed_files, max_size=3).map(tuple),
    missing=st.lists(st.text(), max_size=2).map(tuple),
    altered=st.lists(st.text(), max_size=2).map(tuple),
    settings=st.dictionaries(st.text(), st.text()),
)
FILE = HashedFile("database.sqlite", 1, "a" * 64)
PLAIN = Manifest(
    FORMAT,
    "Ward Readiness",
    "1",
    "0009",
    "0009",
    datetime(2026, 3, 2, tzinfo=UTC),
    "sqlite",
    "demo",
    "Hà Nội",
    FILE,
    {"ward": 1},
    (),
    (),
    (),
    {},
)


@examples(25)
@given(manifests)
def test_what_is_written_is_read_again(manifest):
    data = write_manifest(manifest)
    assert read_manifest(data, hash_of(data)) == manifest


@given(st.integers(0), st.integers(1, 255))
def test_no_byte_can_be_changed(place, difference):
    data = bytearray(write_manifest(PLAIN))
    sha256 = hash_of(data)
    data[place % len(data)] ^= difference
    with pytest.raises(BackupError, match="đã bị sửa hoặc ghi dở"):
        read_manifest(bytes(data), sha256)


def read_changed(**changes):
    data = json.dumps({**json.loads(write_manifest(PLAIN)), **changes}).encode()
    return read_manifest(data, hash_of(data))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "dạng 2, chương trình này chỉ đọc dạng 1"),
        ({"created_at": "hôm qua"}, "không phải của chương trình này"),
        ({"files": [{"name": "x"}]}, "không phải của chương trình này"),
        ({"other": 1}, "không phải của chương trình này"),
        ({"files": [{"name": "../../etc/passwd", "size": 1, "sha256": "a" * 64}]}, "tên tệp không hợp lệ"),
        ({"files": [{"name": "x", "size": 1, "sha256": "../x"}]}, "tên tệp không hợp lệ"),
    ],
)
def test_what_another_program_wrote_is_refused(changes, message):
    with pytest.raises(BackupError, match=message):
        read_changed(**changes)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b"\xff", b"3"])
def test_what_is_no_manifest_at_all_is_refused(data):
    with pytest.raises(BackupError):
        read_manifest(data, hash_of(data))


MARKER = "bí-mật-9f2c"


def test_no_secret_is_told(tmp_path):
    settings = read_settings({"INSTANCE_FOLDER": str(tmp_path), "SECRET_KEY": MARKER * 4, "SECRET_KEY_FALLBACKS": MARKER * 4})
    settings = replace(
        settings,
        database_url=f"postgresql+psycopg://ward:{MARKER}@db.example.org:5432/ward?password={MARKER}",
        smtp_url=f"smtp://mail:{MARKER}@mail.example.org:25",
        evidence_url=f"s3://key:{MARKER}@store/files",
        backup_folder=Path("/var/backups"),
    )
    told = tell_settings(settings)
    assert MARKER not in json.dumps(told, ensure_ascii=False)
    assert told["database_url"] == "postgresql+psycopg://ward@db.example.org:5432/ward"
    assert (told["smtp_url"], told["mode"]) == ("smtp://mail@mail.example.org:25", "demo")
    assert told["backup_folder"] == "/var/backups"
    assert {field.name for field in fields(Settings)} - told.keys() == {"secret_key", "secret_key_fallbacks"}


def test_an_address_without_a_password_is_told_as_it_is(tmp_path):
    settings = read_settings({"INSTANCE_FOLDER": str(tmp_path), "SECRET_KEY": "k" * 40})
    assert tell_settings(settings)["database_url"] == settings.database_url
