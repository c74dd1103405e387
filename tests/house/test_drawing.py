import pytest

from tests.house.drawing import PAGE, draw
from tests.support.docs import put_part


@pytest.fixture(scope="module")
def drawing():
    return draw()


def test_the_drawing_shows_the_code_as_it_stands(drawing):
    page = PAGE.read_text("utf-8")
    assert put_part("drawing", "", page) != page
    assert put_part("drawing", drawing, page) == page, "docs/architecture.md draws another house: run `make drawing` and commit it"


def test_no_arrow_of_the_drawing_leads_upwards(drawing):
    floors = ["portal", "accounts", "inventory", "scoring", "planning", "exports"]
    arrows = [line.split() for line in drawing.split("```")[1].splitlines() if "-->" in line]
    assert len(arrows) > 12
    for importer, _arrow, imported in arrows:
        if importer != "surveys":
            assert floors.index(importer) > floors.index(imported)


def test_a_page_without_a_drawing_is_left_as_it_is():
    assert put_part("drawing", "new\n", "# Another page\n") == "# Another page\n"
