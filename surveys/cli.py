"""Commands of the survey; each calls the same function as the page."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from accounts.audit import record
from portal.database import session_scope
from portal.errors import WardReadinessError
from surveys.city_workbook import import_city_answers
from surveys.rounds import get_round

surveys = AppGroup("surveys", help="Khảo sát.")


@surveys.command("import-city")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--round", "round_id", required=True, type=int, help="Số của đợt khảo sát.")
def import_city(file: Path, round_id: int) -> None:
    """Nạp câu trả lời của thành phố cho 126 đơn vị từ FILE (.xlsx)."""
    try:
        with session_scope(current_app.extensions["engine"], writes=True) as session:
            count = import_city_answers(session, get_round(session, round_id), file.read_bytes(), "thành phố")
            record(session, None, "city-answers:import", f"round {round_id}", after={"fields": count})
    except WardReadinessError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"Đã nạp {count} câu trả lời.")
