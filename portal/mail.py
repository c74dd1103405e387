"""E-mail: by SMTP where that is set, else into a folder, so that nobody outside is written to by accident."""

import os
import smtplib
import ssl
from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from portal.errors import WardReadinessError
from portal.settings import Settings

TIMEOUT_SECONDS = 20
# A watchdog asks often, and waits for nobody.
CHECK_SECONDS = 2


class MailError(WardReadinessError):
    """An e-mail could not be handed over; the message says to whom and why."""


def send_mail(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send one plain e-mail. Raises MailError."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Date"], message["Message-ID"] = formatdate(localtime=False), make_msgid(domain="ward-readiness.invalid")
    message.set_content(text)
    if not settings.smtp_url:
        name = message["Message-ID"].strip("<>").partition("@")[0]
        try:
            settings.mail_folder.mkdir(parents=True, exist_ok=True)
            (settings.mail_folder / f"{name}.eml").write_bytes(message.as_bytes())
        except OSError as error:
            raise MailError(f"Chưa ghi được thư tới {to} vào {settings.mail_folder}: {error}. Kiểm tra MAIL_FOLDER.") from error
        return
    try:
        _send_by_smtp(settings.smtp_url, message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"Chưa gửi được thư tới {to}: {error}. Kiểm tra SMTP_URL và máy chủ thư rồi gửi lại.") from error


def check_mail(settings: Settings) -> None:
    """Raise MailError unless the mail server answers, or the folder that letters go to could be written."""
    try:
        if settings.smtp_url:
            _connect(settings.smtp_url, CHECK_SECONDS).close()
        elif settings.mail_folder.exists() and not os.access(settings.mail_folder, os.W_OK):
            raise PermissionError(settings.mail_folder)
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"Máy chủ thư hoặc thư mục thư không dùng được: {error}. Kiểm tra SMTP_URL, MAIL_FOLDER.") from error


def is_address(text: str) -> bool:
    """Whether a text may be an e-mail address: one sign at, something on both sides, nothing that a header could be broken with."""
    name, _, host = text.rpartition("@")
    is_plain = len(text) <= 254 and text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>()[]\\"')
    return is_plain and bool(name) and "@" not in name and "." in host.strip(".") and ".." not in host


def _send_by_smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    with _connect(url, TIMEOUT_SECONDS) as server:
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        refused = server.send_message(message)
    _raise_if_refused(refused)


def _connect(url: str, seconds: float) -> smtplib.SMTP:
    parts = urlsplit(url)
    assert parts.hostname
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=seconds, context=ssl.create_default_context())
    return smtplib.SMTP(parts.hostname, parts.port or 25, timeout=seconds)


def _raise_if_refused(refused: Iterable[str]) -> None:
    if refused:
        raise smtplib.SMTPException(f"máy chủ thư từ chối {', '.join(refused)}")
