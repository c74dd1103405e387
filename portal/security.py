"""What every answer tells the browser about safety. Own code: ready packages loosen the policy for inline styles."""

import secrets

from flask import Flask, Response, g
from flask_wtf import CSRFProtect

from portal.settings import Settings

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TWO_YEARS = 63_072_000


def csp_nonce() -> str:
    """The nonce of this request, for ``<script nonce="...">``."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def init_app(app: Flask, settings: Settings) -> None:
    """Protect every form against cross-site posts, every cookie against theft, every page against foreign content."""
    app.config.update(
        SESSION_COOKIE_NAME="ward_readiness",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        WTF_CSRF_TIME_LIMIT=None,
    )
    CSRFProtect(app)
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if settings.https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains")
        return response
