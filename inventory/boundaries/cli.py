"""Commands on boundaries; each calls the same function as the page."""

from pathlib import Path

import click
from flask import current_app

from inventory.boundaries.store import load_boundaries, read_boundary_file, remove_boundaries
from portal.commands import CommandGroup
from portal.database import session_scope
from portal.territory import TERRITORY

boundaries = CommandGroup("boundaries", help="Ranh giới xã, phường để vẽ bản đồ.")


@boundaries.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Nguồn số liệu: cơ quan và năm.")
def load(file: Path, source: str) -> None:
    """Nạp ranh giới mọi đơn vị từ FILE (GeoJSON hoặc TopoJSON, thuộc tính code); tệp sai thì không đổi gì."""
    drawn = read_boundary_file(file.read_bytes(), file.name, source)
    with session_scope(current_app.extensions["engine"], writes=True) as session:
        loaded = load_boundaries(session, drawn, None)
    for warning in loaded.warnings:
        click.echo(f"Lưu ý: {warning}")
    click.echo(f"Đã nạp ranh giới {TERRITORY.units} đơn vị: {loaded.points_kept} điểm, giản lược từ {loaded.points_given} điểm.")


@boundaries.command("remove")
def remove() -> None:
    """Gỡ ranh giới đã nạp; sơ đồ lục giác vẫn còn."""
    with session_scope(current_app.extensions["engine"], writes=True) as session:
        removed = remove_boundaries(session, None)
    click.echo("Đã gỡ ranh giới." if removed else "Chưa nạp ranh giới nào.")
