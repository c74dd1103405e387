import importlib
from pathlib import Path

from wtforms import StringField

from portal.forms import BaseForm

ROOT = Path(__file__).parents[2]


def all_forms(base=BaseForm):
    for form in base.__subclasses__():
        yield form
        yield from all_forms(form)


def test_every_field_of_text_says_how_much_it_takes(app):
    for path in ROOT.glob("[a-z]*/**/forms.py"):
        if ".venv" not in path.parts:
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    forms = [form for form in all_forms() if form.__module__.split(".")[0] != "tests"]
    assert len(forms) > 20
    with app.test_request_context():
        faults = [
            f"{form.__name__}.{field.name}"
            for form in forms
            for field in form(formdata=None, meta={"csrf": False})
            if isinstance(field, StringField) and not field.flags.maxlength
        ]
    assert not faults, f"give {', '.join(faults)} a Length that the person is told, or take a field of portal.forms"
