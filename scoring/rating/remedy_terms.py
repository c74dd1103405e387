"""The terms of remedies on pages that show no plan: whoever has plans hands them in."""

from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy.orm import Session

from scoring.rating.remedies import RemedyTerms

Loader = Callable[[Session], RemedyTerms]


def hand_in_remedy_terms(app: Flask, loader: Loader) -> None:
    """Choose remedies by what ``loader`` reads, where no plan is asked."""
    app.extensions["remedy_terms"] = loader


def current_remedy_terms(session: Session) -> RemedyTerms:
    """The terms that were handed in; the usual ones where nobody did, or no application runs."""
    loader: Loader | None = current_app.extensions.get("remedy_terms") if current_app else None
    return loader(session) if loader else RemedyTerms()
