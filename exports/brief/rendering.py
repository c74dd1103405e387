"""Briefs as files. What writes a kind is loaded with the first file of that kind."""

from exports.brief.brief import Area, Brief, Scope
from portal.late_imports import ONE_AT_A_TIME
from portal.vietnamese import fold

MIMETYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def build_brief(brief: Brief, kind: str, agency: str) -> bytes:
    """One brief as a file of a kind of MIMETYPES."""
    # The libraries behind both take a while to load, and most processes write neither.
    if kind == "docx":
        with ONE_AT_A_TIME:
            from exports.brief.docx import build_brief_document  # noqa: PLC0415

        return build_brief_document(brief, agency)
    with ONE_AT_A_TIME:
        from exports.brief.pdf import build_brief_pdf  # noqa: PLC0415

    return build_brief_pdf(brief, agency)


def name_brief(scope: Scope, kind: str) -> str:
    """``tom-tat-00082-phuong-cua-nam.pdf``, ``tom-tat-thanh-pho-ha-noi.pdf``."""
    slug = fold(scope.name).replace(" - ", " ").replace(" ", "-")
    code = f"{scope.wards[0].code}-" if scope.area is Area.WARD else ""
    return f"tom-tat-{code}{slug}.{kind}"
