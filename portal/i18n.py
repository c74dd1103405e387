"""Languages: Vietnamese is the source, English the second; catalogues are read from .po files, nothing is compiled."""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, session
from flask_babel import Babel, Domain, get_locale

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
SOURCE_LANGUAGE = "vi"
FOLDER = Path(__file__).parent / "translations"


class PoDomain(Domain):
    """The catalogues of the house, read once per process from their .po files."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of this request's language. The source language needs none."""
        locale = get_locale()
        language = locale.language if locale else SOURCE_LANGUAGE
        if language not in self.cache:
            self.cache[language] = load_catalogue(language)
        found: NullTranslations = self.cache[language]
        return found


def load_catalogue(language: str) -> NullTranslations:
    """The translations of one language, empty where there is no .po file."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def current_language() -> str:
    """The language that the person chose, kept in the session."""
    chosen = session.get("language") if has_request_context() else None
    return chosen if chosen in LANGUAGES else SOURCE_LANGUAGE


def init_app(app: Flask) -> None:
    """Give every page ``_()`` and every request its language."""
    babel = Babel()
    babel.init_app(
        app,
        default_locale=SOURCE_LANGUAGE,
        default_timezone="Asia/Ho_Chi_Minh",
        locale_selector=current_language,
    )
    app.extensions["babel"].instance.domain_instance = PoDomain()
    app.jinja_env.globals["current_language"] = current_language
    app.jinja_env.globals["languages"] = LANGUAGES
