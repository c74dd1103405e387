"""What every answer tells the browser about safety. Own code: ready packages loosen the policy for inline styles."""

import logging
import secrets

from flask import Flask, Request, Response, g
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from itsdangerous import BadSignature
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.settings import Settings

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TWO_YEARS = 63_072_000
log = logging.getLogger("ward_readiness")


class CookieWithoutAge(SecureCookieSessionInterface):
    """The signed cookie of Flask, but for its age: a session ends in the database, and a clock that is set back signs nobody out."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The content of the cookie, or nothing where it is not ours."""
        serializer = self.get_signing_serializer(app)
        try:
            return self.session_class(serializer.loads(request.cookies.get(self.get_cookie_name(app), "")) if serializer else None)
        except BadSignature:
            return self.session_class()


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
        SESSION_COOKIE_SECURE=settings.is_encrypted,
        TRUSTED_HOSTS=list(settings.hosts) if settings.is_production else None,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.is_production and not settings.is_encrypted:
        log.warning("PUBLIC_URL là http:// trên máy này: cookie không bắt buộc HTTPS. Chỉ dùng như vậy để thử.")
    app.session_interface = CookieWithoutAge()
    if settings.trusted_proxies:
        # Only so many are believed; what stands before them in the header, anybody may have written.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
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
        if settings.is_encrypted:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains")
        return response
