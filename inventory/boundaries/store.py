"""The boundaries in their table: stored, read and removed as a whole."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, defer

from accounts import audit
from accounts.identity import Identity
from inventory.boundaries.boundaries import Boundaries, Shape
from inventory.boundaries.geojson import BoundaryError
from inventory.models import BoundarySetRecord
from inventory.wards.wards import load_wards
from portal.caches import Cache
from portal.clock import now
from portal.late_imports import ONE_AT_A_TIME

MAX_SOURCE = 200
# The boundaries by the hash of their file: reading all shapes from their table takes longer than drawing them.
_boundaries: Cache[str, Boundaries] = Cache("boundaries")


@dataclass(frozen=True)
class BoundarySource:
    """Where the boundaries that the map draws come from: the file, whose data it is, who loaded it and when."""

    sha256: str
    filename: str
    source: str
    by: str
    at: datetime
    warnings: tuple[str, ...]
    points_given: int
    points_kept: int


@dataclass(frozen=True)
class BoundaryFile:
    """A file of boundaries, drawn: its name, whose data it is, and the hash of its bytes."""

    filename: str
    source: str
    sha256: str
    boundaries: Boundaries


def read_boundary_file(data: bytes, filename: str, source: str) -> BoundaryFile:
    """Check and draw a file. It takes seconds and no database. Raises BoundaryError."""
    # Checking needs a library of geometry that no other page needs: it is loaded with the first file only.
    with ONE_AT_A_TIME:
        from inventory.boundaries.simplification import draw_boundaries  # noqa: PLC0415

    if not source.strip():
        raise BoundaryError("Chưa ghi nguồn số liệu. Ghi cơ quan và năm của ranh giới, ví dụ “Sở Nông nghiệp và Môi trường, 2026”.")
    if len(source.strip()) > MAX_SOURCE:
        raise BoundaryError(f"Nguồn số liệu dài {len(source.strip())} ký tự; viết gọn trong {MAX_SOURCE} ký tự.")
    drawn = draw_boundaries(data, load_wards())
    return BoundaryFile(filename[:200], source.strip(), hashlib.sha256(data).hexdigest(), drawn)


def load_boundaries(session: Session, file: BoundaryFile, identity: Identity | None) -> BoundarySource:
    """Replace the stored boundaries by those of a file."""
    before, boundaries = find_source(session), file.boundaries
    session.execute(delete(BoundarySetRecord))
    record = BoundarySetRecord(
        filename=file.filename,
        source=file.source,
        sha256=file.sha256,
        by=identity.full_name if identity else "hệ thống",
        at=now(),
        width=boundaries.width,
        height=boundaries.height,
        inner=list(boundaries.inner),
        shapes={
            shape.ward_code: {
                "rings": [list(map(list, ring)) for ring in shape.rings],
                "label": list(shape.label),
                "room": shape.room,
            }
            for shape in boundaries.shapes
        },
        warnings=list(boundaries.warnings),
        points_given=boundaries.points[0],
        points_kept=boundaries.points[1],
    )
    session.add(record)
    session.flush()
    after = {"filename": record.filename, "source": record.source, "sha256": record.sha256}
    audit.log(session, identity, "boundary:load", "city", before=_audit_value(before), after=after)
    return _to_source(record)


def remove_boundaries(session: Session, identity: Identity | None) -> bool:
    """Remove the boundaries; the map keeps its hexagons. False where there were none."""
    before = find_source(session)
    if before is None:
        return False
    session.execute(delete(BoundarySetRecord))
    audit.log(session, identity, "boundary:remove", "city", before=_audit_value(before))
    return True


def find_source(session: Session) -> BoundarySource | None:
    """The source of the boundaries, without reading them; None while none are loaded."""
    without_shapes = defer(BoundarySetRecord.shapes, raiseload=True)
    newest = select(BoundarySetRecord).options(without_shapes).order_by(BoundarySetRecord.id.desc()).limit(1)
    record = session.scalars(newest).first()
    return _to_source(record) if record else None


def get_boundaries(session: Session, source: BoundarySource) -> Boundaries:
    """The boundaries of a source that ``find_source`` gave."""
    newest = select(BoundarySetRecord).where(BoundarySetRecord.sha256 == source.sha256).order_by(BoundarySetRecord.id.desc())
    return _boundaries.get(source.sha256, lambda: _to_boundaries(session.scalars(newest.limit(1)).one()))


def _to_boundaries(row: BoundarySetRecord) -> Boundaries:
    left, top, width, height = row.inner
    return Boundaries(
        shapes=tuple(
            Shape(code, tuple(tuple((x, y) for x, y in ring) for ring in shape["rings"]), tuple(shape["label"]), shape["room"])
            for code, shape in row.shapes.items()
        ),
        width=row.width,
        height=row.height,
        inner=(left, top, width, height),
        warnings=tuple(row.warnings),
        points=(row.points_given, row.points_kept),
    )


def _to_source(row: BoundarySetRecord) -> BoundarySource:
    return BoundarySource(
        row.sha256, row.filename, row.source, row.by, row.at, tuple(row.warnings), row.points_given, row.points_kept
    )


def _audit_value(source: BoundarySource | None) -> dict[str, str] | None:
    return {"filename": source.filename, "source": source.source} if source else None
