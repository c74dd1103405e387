"""Every row of docs/settings.md is tried: its default is what the table says, a wrong value is refused, a right one does what it is for."""

import re
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from portal.errors import SettingError
from portal.settings import ROOT, Settings, read_settings
from tests.support.applications import production_environment
from tests.support.docs import read_document

# Where a setting is not called like its variable.
FIELDS = {"WARD_MODE": "mode", "INSTANCE_FOLDER": "instance"}
# Defaults that the table tells in words; all others it writes as they are.
DEFAULTS_IN_WORDS = {
    "SECRET_KEY": lambda settings: Path(settings.instance, "secret_key").read_text("ascii") == settings.secret_key,
    "DATABASE_URL": lambda settings: settings.database_url == f"sqlite:///{settings.instance.as_posix()}/ward_readiness.sqlite",
    "INSTANCE_FOLDER": lambda _settings: (
        read_settings({"SECRET_KEY": "k" * 40, "DATABASE_URL": "sqlite:///x"}).instance == ROOT / "instance"
    ),
    "PUBLIC_URL": lambda settings: settings.public_url == "http://127.0.0.1:8000",
    "MAIL_FOLDER": lambda settings: settings.mail_folder == settings.instance / "mail",
    "BACKUP_FOLDER": lambda settings: settings.backup_folder == settings.instance / "backups",
    "EVIDENCE_URL": lambda settings: settings.evidence_url == str(settings.instance / "evidence"),
}
# By variable: values that are refused, each with a part of the sentence. A text may be any.
WRONG = {
    "WARD_MODE": [("real", "Dùng “demo” hoặc “production”")],
    "SECRET_KEY": [("short", "ngắn hơn 32 ký tự"), (" " * 40, "ngắn hơn 32 ký tự")],
    "SECRET_KEY_FALLBACKS": [("short", "ngắn hơn 32 ký tự")],
    "ASK_SECRET_PCS": [("có", "Dùng 0 hoặc 1"), ("2", "Dùng 0 hoặc 1")],
    "DATABASE_URL": [
        (url, "sqlite:///đường/dẫn")
        for url in (
            "mysql://x",
            "sqlite:///",
            "sqlite:///:memory:",
            "postgresql+psycopg://ward:secret@127.0.0.1:port/city",
            "postgresql+psycopg://ward:secret@[::1/city",
        )
    ],
    "INSTANCE_FOLDER": [("/dev/null/instance", "ghi được")],
    "TARGET_DATE": [("31/3/2026", "Viết theo dạng 2026-03-31"), ("9026-03-31", "năm phải từ 2000 đến 2100")],
    "SESSION_HOURS": [("7", "từ 8 đến 12"), ("13", "từ 8 đến 12"), ("x", "từ 8 đến 12")],
    "SESSION_IDLE_MINUTES": [("14", "từ 15 đến 720"), ("721", "từ 15 đến 720")],
    "TRUSTED_PROXIES": [("-1", "từ 0 đến 9"), ("10", "từ 0 đến 9")],
    "PUBLIC_URL": [
        ("ward.example", "https://máy-chủ"),
        ("http://ward.example", "phải là https://"),
        ("https://ward.example/survey", "không kèm đường dẫn"),
        ("https://ward.example?x=1", "không kèm đường dẫn"),
        ("https://ward:secret@ward.example", "không kèm đường dẫn"),
    ],
    "SMTP_URL": [("mail.example", "smtp://máy-chủ"), ("http://mail.example", "smtp://máy-chủ")],
}
# By variable: a value, and where it shows. One more row of the table needs one more line here.
RIGHT = {
    "WARD_MODE": ("production", "settings"),
    "SECRET_KEY": ("s" * 40, "settings"),
    "SECRET_KEY_FALLBACKS": (f"{'f' * 40},{'g' * 40}", "settings"),
    "BACKUP_FOLDER": ("{folder}/backups", "settings"),
    "ASK_SECRET_PCS": ("0", "settings"),
    "DATABASE_URL": ("sqlite:////tmp/other.sqlite", "settings"),
    "INSTANCE_FOLDER": ("/tmp/elsewhere", "settings"),
    "TARGET_DATE": ("2030-12-30", "settings"),
    "SESSION_HOURS": ("8", "settings"),
    "SESSION_IDLE_MINUTES": ("15", "settings"),
    "TRUSTED_PROXIES": ("2", "settings"),
    "AGENCY_PARENT": ("CƠ QUAN CHỦ QUẢN KHÁC", "letter"),
    "AGENCY": ("SỞ THỨ NHẤT", "letter"),
    "CO_AGENCY": ("SỞ THỨ HAI", "letter"),
    "SIGNATORY_TITLE": ("PHÓ GIÁM ĐỐC MỘT", "letter"),
    "SIGNATORY_NAME": ("Nguyễn Văn Một", "letter"),
    "CO_SIGNATORY_TITLE": ("PHÓ GIÁM ĐỐC HAI", "letter"),
    "CO_SIGNATORY_NAME": ("Trần Thị Hai", "letter"),
    "PUBLIC_URL": ("https://khao-sat.example.vn", "mail"),
    "SMTP_URL": ("smtps://a:b@mail.example:465", "settings"),
    "MAIL_FROM": ("nhac-viec@example.vn", "mail"),
    "MAIL_FOLDER": ("{folder}/thu", "mail"),
    "CONTACT": ("tổ giúp việc, điện thoại 024 0000", "mail"),
    "EVIDENCE_URL": ("memory://elsewhere", "settings"),
}


def rows():
    """The default of each variable as the table writes it."""
    lines = re.findall(r"(?m)^\| `([A-Z_]+)` \| (.*?) \| ", read_document("settings.md"))
    assert len(lines) > 15
    return dict(lines)


def settings_of(folder, **environ) -> Settings:
    return read_settings({"INSTANCE_FOLDER": str(folder / "instance"), **environ})


def value_of(settings, name):
    """The value of a setting as it is written into the environment."""
    value = getattr(settings, FIELDS.get(name, name.lower()))
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("name", rows())
def test_the_default_is_what_the_table_says(tmp_path, name):
    settings = settings_of(tmp_path)
    if name in DEFAULTS_IN_WORDS:
        assert DEFAULTS_IN_WORDS[name](settings)
    else:
        written = rows()[name].strip("`")
        assert value_of(settings, name) == ("" if written == "(để trống)" else written)


@pytest.mark.parametrize(("name", "value", "sentence"), [(name, *case) for name, cases in WRONG.items() for case in cases])
def test_a_wrong_value_is_refused_in_a_sentence_that_names_it(tmp_path, name, value, sentence):
    # A demo makes a key for itself.
    mode = production_environment(f"sqlite:///{tmp_path}/x.sqlite") if name.startswith("SECRET_KEY") else {}
    with pytest.raises(SettingError, match=re.escape(sentence)) as refusal:
        settings_of(tmp_path, **{**mode, name: value})
    assert name in refusal.value.message
    # A password in an address is for nobody who reads what a start says.
    assert "secret" not in refusal.value.message


def test_an_instance_that_cannot_be_made_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match=r"Không tạo được thư mục .*Đặt INSTANCE_FOLDER"):
        read_settings({"INSTANCE_FOLDER": str(tmp_path / "file" / "instance")})


def test_a_right_value_does_what_it_is_for(demo_app, demo_sign_in, tmp_path):
    environ = {name: value.format(folder=tmp_path) for name, (value, _place) in RIGHT.items()}
    settings = read_settings(environ)
    for name, (_value, place) in RIGHT.items():
        assert value_of(settings, name) == environ[name] or place != "settings", name
    # The rest is shown by the demo, which stays where it is and keeps its letters in a folder.
    demo_environ = {name: environ[name] for name, (_value, place) in RIGHT.items() if place != "settings"}
    demo_app.config["SETTINGS"] = demo_app.jinja_env.globals["settings"] = settings_of(
        tmp_path, SECRET_KEY="k" * 40, **demo_environ
    )
    letter = Document(BytesIO(demo_sign_in("taichinh").get("/plans/1/letter.docx").data))
    cells = [cell.text for table in letter.tables for row in table.rows for cell in row.cells]
    letter_text = "\n".join([paragraph.text for paragraph in letter.paragraphs] + cells)
    result = demo_app.test_cli_runner().invoke(args=["surveys", "remind"])
    assert result.exit_code == 0, result.output
    [path, *_others] = Path(environ["MAIL_FOLDER"]).glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    mail_text = "\n".join([str(path), str(mail["From"]), mail.get_content()])
    shown = {"letter": letter_text, "mail": mail_text}
    missing = [name for name, (_value, place) in RIGHT.items() if place in shown and environ[name] not in shown[place]]
    assert not missing, f"{missing} are set and show nowhere"


def test_each_row_is_tried_and_nothing_else():
    assert rows().keys() == RIGHT.keys(), "give each row of docs/settings.md a value here, and where it shows"
    assert WRONG.keys() <= rows().keys()
