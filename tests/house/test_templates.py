import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(path for path in ROOT.glob("*/templates/**/*.html") if ".venv" not in path.parts)
# What every page of one room stands on is no page itself.
PAGES = [
    path for path in TEMPLATES if path.name != "base.html" and re.search(r'{% extends "\w+/base.html" %}', path.read_text("utf-8"))
]

# An input that is typed into, or an area of text, with the expressions and statements among its attributes.
TEXT_FIELD = re.compile(
    r"""<textarea\b(?:[^>"{]|"[^"]*"|\{\{.*?\}\}|\{%.*?%\})*>"""
    r"""|<input\b(?![^>]*type="(?!text|search|password|email|\{\{))(?:[^>"{]|"[^"]*"|\{\{.*?\}\}|\{%.*?%\})*>""",
    re.DOTALL,
)


def relative_path(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_a_template_compiles(app, path):
    name = str(path.relative_to(next(parent for parent in path.parents if parent.name == "templates")))
    app.jinja_env.get_template(name.replace("\\", "/"))


@pytest.mark.parametrize("path", PAGES, ids=relative_path)
def test_a_page_has_one_heading_and_a_title(path):
    text = path.read_text("utf-8")
    assert "{% block title %}" in text, f"{relative_path(path)}: add a title block that begins with the words of the h1"


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_nothing_inline_and_no_outside_host(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=\"|\son[a-z]+=\"|javascript:", text), (
        f"{relative_path(path)}: move styles and handlers into static"
    )
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), f"{relative_path(path)}: move the script into static"
    hosts = set(re.findall(r"(?:src|href)=\"(?:https?:)?//([^/\"]+)", text))
    assert not hosts, f"{relative_path(path)} asks {hosts}: serve it from here"


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_a_line_can_be_reviewed(path):
    """The formatter moves no line break into a sentence or an expression; a change in a line of a thousand letters shows nothing."""
    long_lines = [number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if len(line) > 160]
    assert not long_lines, (
        f"{relative_path(path)}: break lines {long_lines}; see “Templates” in CONTRIBUTING.md for where a break shows nowhere"
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_no_attribute_stands_behind_a_swallowed_line_break(path):
    """A statement swallows the line break after it: ``{% endif %}`` and ``name="x"`` on the next line would be one attribute."""
    glued_attributes = re.findall(r"""%\}\n[ \t]*((?:[\w:-]+=["']|[a-z-]+>).*)""", path.read_text("utf-8"))
    assert not glued_attributes, (
        f"{relative_path(path)}: {glued_attributes}; let an expression stand for the statement before, or put the attribute before it"
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=relative_path)
def test_a_person_is_told_how_much_a_field_takes(path):
    text = path.read_text("utf-8")
    unbounded_fields = [tag for tag in re.findall(TEXT_FIELD, text) if "maxlength" not in tag and "readonly" not in tag]
    # Attributes that are put together above the tag.
    if re.search(r'"maxlength":', text):
        unbounded_fields = [tag for tag in unbounded_fields if "attributes|xmlattr" not in tag]
    assert not unbounded_fields, f"{relative_path(path)}: give {unbounded_fields} the maxlength that the server refuses beyond"
