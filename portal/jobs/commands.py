"""The command of a worker."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from portal.commands import in_a_sentence
from portal.jobs.worker import end_with_parent, work
from portal.request_log import write_json
from portal.settings import current_settings
from portal.start import check_start

jobs = AppGroup("jobs", help="Yêu cầu xử lý lâu.")


@jobs.command("work")
@click.option("--beside-server", is_flag=True, help="Dừng khi chương trình đã gọi lệnh này dừng.")
@in_a_sentence()
def jobs_work(beside_server: bool) -> None:
    """Làm lần lượt các yêu cầu xử lý lâu (tệp lớn, tạo nhiều tài khoản, gửi thư) cho đến khi được dừng."""
    if beside_server:
        end_with_parent()
    check_start(current_app)
    if current_settings().is_production:
        write_json(sys.stderr)
    work()
