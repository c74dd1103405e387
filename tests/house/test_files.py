"""Every file that leaves the house: equal for equal content, whatever the clock says, and with the program's version in its properties."""

import ast
import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import time_machine
from bs4 import BeautifulSoup
from PIL import Image
from pypdf import PdfReader

from exports.figures.render import _pictures
from portal.clock import HANOI
from portal.version import VERSION, stamp

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "exports", "surveys")
FILES = [
    ("canbo", "/surveys/14/form.xlsx"),
    ("canbo", "/briefs/all.docx.zip"),
    ("canbo", "/briefs/all.pdf.zip"),
    ("canbo", "/briefs/files/wards/00082.docx"),
    ("thamdinh", "/rounds/1/board.xlsx"),
    ("thamdinh", "/rounds/1/city-answers.xlsx"),
    ("thamdinh", "/rounds/1/discipline.xlsx"),
    ("taichinh", "/inventory/items/A01/table.xlsx"),
    ("taichinh", "/prices/1/list.xlsx"),
    ("taichinh", "/plans/1/letter.docx"),
    ("taichinh", "/plans/1/wards/00070/workbook.xlsx"),
    ("lanhdao", "/actions/list.xlsx"),
    ("lanhdao", "/briefs/files/city.pdf"),
    ("lanhdao", "/briefs/files/districts/huyen-ba-vi.docx"),
    ("lanhdao", "/exports/readiness-map.png"),
    ("lanhdao", "/exports/figures/missing.svg"),
    ("lanhdao", "/exports/figures/missing.pdf"),
    ("lanhdao", "/exports/figures/missing/preview.png"),
    ("quantri", "/users/table.xlsx"),
]
OTHER_ENDPOINTS = {
    # Files of the layout, files that people handed in, and text, which has no properties.
    "portal.font",
    "scoring.map_json",
    "standards.text",
    "questionnaires.text",
    "prices.download",
    "evidence.download",
    "plan_decisions.download",
    "plan_requests.download",
    "plan_lines.table",
    # Written as the workbook of a ward is, and slowly.
    "plan_files.workbook",
    "plan_parts.workbooks_by_ward",
    "plan_parts.workbooks_by_source",
    # These logs hold their own downloads, so that each is another.
    "accounts.personal_data_export",
    "accounts.audit_workbook",
    "history.changes_workbook",
}
MORNING = datetime(2026, 3, 2, 8, 0, 1, tzinfo=HANOI)


@pytest.mark.parametrize(("username", "path"), FILES)
def test_a_file_is_the_same_at_any_hour_and_names_the_version(demo_sign_in, username, path):
    with time_machine.travel(MORNING):
        client = demo_sign_in(username)
        answer = client.get(path)
        content = answer.data
        assert answer.status_code == 200
    # Drawn anew, not kept from the first time.
    _pictures.clear()
    with time_machine.travel(MORNING + timedelta(minutes=9, seconds=7)):
        assert client.get(path).data == content
    assert names_version(content, path.rpartition(".")[2])


def test_each_page_names_the_version_at_its_foot(client):
    assert f"Phiên bản {VERSION}" in BeautifulSoup(client.get("/sign-in").text, "html.parser").find("footer").get_text()


# What writes an archive, or any file of a library, and the files that may: archives and documents by one function each.
WRITERS = {
    "ZipFile": {"portal/archives.py"},
    "ZipInfo": {"portal/archives.py"},
    "make_archive": set(),
    "save_workbook": set(),
    "save": {
        "portal/office_files.py",
        # A PDF, a drawing, an uploaded picture and a font, each without the clock.
        "exports/brief/pdf.py",
        "exports/figures/style.py",
        "portal/checked_files.py",
        "portal/font_subset.py",
    },
    "savefig": {"exports/figures/style.py"},
}


def writers(text):
    """The names of writers that are called in a source, whatever the file is called there; an archive opened for reading is none."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module in ("zipfile", "tarfile", "openpyxl.writer.excel"):
            yield from (alias.name for alias in node.names if alias.asname or alias.name == "save_workbook")
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            is_method = isinstance(node.func, ast.Attribute)
            is_reader = name == "ZipFile" and len(node.args) == 1 and not node.keywords
            is_local_function = name in ("save", "save_workbook") and not is_method
            if name in WRITERS and not is_reader and not is_local_function:
                yield name


def test_archives_and_documents_are_written_by_one_function_each():
    """A writer of a library stamps the clock of the day into what it writes."""
    sources = {
        str(path.relative_to(ROOT)): path.read_text("utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    }
    calls = {(name, path) for path, text in sources.items() for name in writers(text)}
    allowed_calls = {(name, path) for name, paths in WRITERS.items() for path in paths}
    assert calls - allowed_calls == set(), "write it by portal.archives or portal.office_files"
    assert allowed_calls - calls <= {("ZipFile", "portal/archives.py")}, "nothing is written there any more"


@pytest.mark.parametrize(
    "text",
    [
        'ZipFile(BytesIO(), "w")',
        "zipfile.ZipFile(target, mode=mode)",
        "sheets.save(path)",
        "shutil.make_archive(a, b)",
        "from zipfile import ZipFile as Archive",
        "from openpyxl.writer.excel import save_workbook",
    ],
)
def test_each_way_around_it_is_seen(text):
    assert list(writers(text))
    assert not list(writers("with ZipFile(BytesIO(data)) as archive: save(data)"))


def names_version(content, kind):
    if kind == "zip":
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            assert names
            return archive.comment == stamp().encode() and all(
                names_version(archive.read(name), name.rpartition(".")[2]) for name in names
            )
    if kind in ("xlsx", "docx"):
        with ZipFile(BytesIO(content)) as archive:
            return stamp() in archive.read("docProps/app.xml").decode() and VERSION in archive.read("docProps/core.xml").decode()
    if kind == "pdf":
        return PdfReader(BytesIO(content)).metadata.creator == stamp()
    if kind == "png":
        return Image.open(BytesIO(content)).text["Software"] == stamp()
    return stamp() in content.decode()


def test_no_way_to_a_file_is_left_out(app):
    url_adapter = app.url_map.bind("localhost")
    tried_endpoints = {url_adapter.match(path)[0] for _username, path in FILES}
    file_endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if re.search(r"\.(<[^>]+>|[a-z0-9]+)$", rule.rule)}
    assert file_endpoints - tried_endpoints - OTHER_ENDPOINTS == set(), "put a file of each into FILES"
    assert file_endpoints >= OTHER_ENDPOINTS
