"""Settings: one frozen object, read once from the environment, refused at start when wrong."""

import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from flask import current_app, has_app_context
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from portal.clock import FIRST_YEAR, LAST_YEAR, is_plausible
from portal.errors import SettingError
from portal.territory import TERRITORY

DEMO_URL = "http://127.0.0.1:8000"
ROOT = Path(__file__).parent.parent
NAME = "ward-readiness"
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations. docs/settings.md says what each one is for."""

    database_url: str
    secret_key: str
    mode: str
    target_date: date
    session_hours: int
    session_idle_minutes: int
    trusted_proxies: int
    agency_parent: str
    agency: str
    co_agency: str
    signatory_title: str
    signatory_name: str
    co_signatory_title: str
    co_signatory_name: str
    contact: str
    public_url: str
    smtp_url: str
    mail_from: str
    mail_folder: Path
    evidence_url: str
    ask_secret_pcs: bool
    instance: Path
    backup_folder: Path
    secret_key_fallbacks: tuple[str, ...]

    @property
    def is_production(self) -> bool:
        """Whether real accounts and real data are served: demo accounts are refused then."""
        return self.mode == "production"

    @property
    def is_encrypted(self) -> bool:
        """Whether people come by HTTPS. Else they sit at this machine: no other address is taken without it."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that a request may come under: the public one, and this machine's own."""
        return (urlsplit(self.public_url).hostname or "", *LOOPBACK)


def read_settings(environ: Mapping[str, str], instance: Path | None = None) -> Settings:
    """Settings from the environment. Raises SettingError that names the variable and what is allowed."""
    instance = instance or Path(environ.get("INSTANCE_FOLDER", "") or default_instance(environ)).expanduser().absolute()
    mode = environ.get("WARD_MODE", "demo")
    if mode not in ("demo", "production"):
        raise SettingError(f"WARD_MODE = “{mode}” không hợp lệ. Dùng “demo” hoặc “production”.")
    secret = environ.get("SECRET_KEY", "")
    if mode == "production" and len(secret.strip()) < 32:
        raise SettingError("SECRET_KEY còn thiếu hoặc ngắn hơn 32 ký tự. Đặt một chuỗi ngẫu nhiên dài rồi khởi động lại.")
    return Settings(
        database_url=_database_url(environ.get("DATABASE_URL", ""), instance),
        secret_key=secret or _persistent_secret(instance),
        mode=mode,
        target_date=_date(environ, "TARGET_DATE", "2026-03-31"),
        session_hours=_whole_number(environ, "SESSION_HOURS", 10, range(8, 13)),
        session_idle_minutes=_whole_number(environ, "SESSION_IDLE_MINUTES", 60, range(15, 721)),
        trusted_proxies=_whole_number(environ, "TRUSTED_PROXIES", 0, range(10)),
        agency_parent=environ.get("AGENCY_PARENT", TERRITORY.letter_head),
        agency=environ.get("AGENCY", "SỞ TÀI CHÍNH"),
        co_agency=environ.get("CO_AGENCY", "SỞ KHOA HỌC VÀ CÔNG NGHỆ"),
        signatory_title=environ.get("SIGNATORY_TITLE", "GIÁM ĐỐC"),
        signatory_name=environ.get("SIGNATORY_NAME", ""),
        co_signatory_title=environ.get("CO_SIGNATORY_TITLE", "GIÁM ĐỐC"),
        co_signatory_name=environ.get("CO_SIGNATORY_NAME", ""),
        contact=environ.get("CONTACT", "Sở Khoa học và Công nghệ, bộ phận đầu mối khảo sát"),
        public_url=_public_url(environ, mode),
        smtp_url=_address(environ, "SMTP_URL", "", ("smtp", "smtps")),
        mail_from=environ.get("MAIL_FROM", "khao-sat@example.org"),
        mail_folder=Path(environ.get("MAIL_FOLDER", "") or instance / "mail"),
        evidence_url=environ.get("EVIDENCE_URL", "") or str(instance / "evidence"),
        ask_secret_pcs=_flag(environ, "ASK_SECRET_PCS", "1"),
        instance=instance,
        backup_folder=Path(environ.get("BACKUP_FOLDER", "") or instance / "backups").expanduser().absolute(),
        secret_key_fallbacks=_secret_key_fallbacks(environ, mode),
    )


def current_settings() -> Settings:
    """The settings of the application that serves this request."""
    settings = current_app.config["SETTINGS"]
    assert isinstance(settings, Settings)
    return settings


def asks_about_secret_pcs() -> bool:
    """Whether any round asks about PCs for secret documents; outside an application it is as by default."""
    return not has_app_context() or current_settings().ask_secret_pcs


def default_instance(environ: Mapping[str, str], root: Path = ROOT, platform: str = sys.platform) -> Path:
    """Where this installation keeps what is its own: beside the source in a checkout; else where this machine keeps a person's data."""
    if (root / "pyproject.toml").is_file():
        return root / "instance"
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / NAME
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / NAME


def make_instance(instance: Path) -> None:
    """Make the folder of this installation where it is not there yet. Raises SettingError where it cannot be made."""
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"Không tạo được thư mục {instance} ({error.strerror}). Đặt INSTANCE_FOLDER là thư mục mà tài khoản chạy chương trình ghi được; "
            "chạy lệnh bằng tay thì kèm tệp cài đặt của dịch vụ."
        ) from None


def _database_url(url: str, instance: Path) -> str:
    if not url:
        make_instance(instance)
        return f"sqlite:///{(instance / 'ward_readiness.sqlite').as_posix()}"
    try:
        # A database in memory is gone with the process.
        is_file = make_url(url).database not in (None, "", ":memory:")
        is_valid = url.startswith("postgresql+psycopg://") or (url.startswith("sqlite:///") and is_file)
    except (ArgumentError, ValueError):
        is_valid = False
    if not is_valid:
        # Not repeated: it may hold a password.
        raise SettingError(
            "DATABASE_URL không hợp lệ. Dùng “sqlite:///đường/dẫn” hoặc “postgresql+psycopg://tài-khoản:mật-khẩu@máy-chủ:cổng/tên”."
        )
    return url


def _persistent_secret(instance: Path) -> str:
    """A random key that outlives a restart, so that nobody is signed out by one."""
    path = instance / "secret_key"
    make_instance(instance)
    if not path.exists():
        # It appears as a whole: of several workers that start at once none may read half of it, or a key that another replaces.
        with NamedTemporaryFile("w", dir=instance, encoding="ascii", delete=False) as file:
            file.write(secrets.token_hex(32))
        written = Path(file.name)
        try:
            path.hardlink_to(written)
        except FileExistsError:
            pass
        except OSError:
            # There are disks without links.
            written.rename(path)
        written.unlink(missing_ok=True)
    return path.read_text("ascii")


def _secret_key_fallbacks(environ: Mapping[str, str], mode: str) -> tuple[str, ...]:
    """The keys of before: what they signed still holds, and nothing new is signed by them."""
    keys = tuple(key.strip() for key in environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key.strip())
    if mode == "production" and any(len(key) < 32 for key in keys):
        raise SettingError(
            "SECRET_KEY_FALLBACKS có khóa ngắn hơn 32 ký tự. Ghi các khóa cũ, đủ từng ký tự, cách nhau bằng dấu phẩy."
        )
    return keys


def _date(environ: Mapping[str, str], name: str, default: str) -> date:
    text = environ.get(name, default)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise SettingError(f"{name} = “{text}” không phải ngày. Viết theo dạng 2026-03-31.") from None
    if not is_plausible(day):
        raise SettingError(f"{name} = “{text}”: năm phải từ {FIRST_YEAR} đến {LAST_YEAR}.")
    return day


def _address(environ: Mapping[str, str], name: str, default: str, schemes: tuple[str, ...]) -> str:
    text = environ.get(name, default)
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    if text and not is_valid:
        raise SettingError(f"{name} không hợp lệ. Viết theo dạng {schemes[0]}://máy-chủ hoặc {schemes[-1]}://máy-chủ:cổng.")
    return text


def _public_url(environ: Mapping[str, str], mode: str) -> str:
    """The address that people open. Without HTTPS it is one of this machine: no password crosses a network in the clear."""
    url = _address(environ, "PUBLIC_URL", "" if mode == "production" else DEMO_URL, ("http", "https")).rstrip("/")
    if not url:
        raise SettingError("PUBLIC_URL còn thiếu. Đặt địa chỉ mà mọi người mở, dạng https://máy-chủ, rồi khởi động lại.")
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise SettingError(
            "PUBLIC_URL không hợp lệ. Chỉ ghi tên máy chủ, và cổng nếu cần, dạng https://máy-chủ; không kèm đường dẫn, tài khoản."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingError(
            f"PUBLIC_URL = “{url}” không dùng được: ngoài máy này thì phải là https://, "
            "vì mật khẩu và phiên làm việc không được đi qua mạng mà không mã hóa."
        )
    return url


def _whole_number(environ: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    text = environ.get(name, "") or str(default)
    if not (text.isascii() and text.isdecimal() and int(text[:6]) in allowed):
        raise SettingError(f"{name} = “{text}” không hợp lệ. Dùng số từ {allowed.start} đến {allowed.stop - 1}.")
    return int(text)


def _flag(environ: Mapping[str, str], name: str, default: str) -> bool:
    text = environ.get(name, default)
    if text not in ("0", "1"):
        raise SettingError(f"{name} = “{text}” không hợp lệ. Dùng 0 hoặc 1.")
    return text == "1"
