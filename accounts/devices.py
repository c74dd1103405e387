"""Devices that have signed in before, by a cookie that says with which names: strangers who guess at a name do not shut its owner out there.

The idea is that of OWASP's device cookies. The cookie lets nobody in; it only gives the tries from this browser a count of their own.
"""

import secrets
from typing import Any

from flask import Flask, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

COOKIE = "ward_readiness_device"
MAX_AGE_SECONDS = 180 * 24 * 3600
# So many persons share a machine.
MAX_NAMES = 10


def find_device(name: str) -> str | None:
    """The number of this browser where the name (folded) has signed in here before."""
    device = _read()
    return device["id"] if name in device["names"] else None


def remember_device(response: Response, name: str) -> None:
    """Let this browser remember that the name has signed in here."""
    device = _read()
    names = [name, *(other for other in device["names"] if other != name)][:MAX_NAMES]
    response.set_cookie(
        COOKIE,
        _serializer(current_app).dumps({"id": device["id"], "names": names}),
        max_age=MAX_AGE_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _read() -> dict[str, Any]:
    try:
        device: dict[str, Any] = _serializer(current_app).loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return {"id": secrets.token_hex(12), "names": []}
    return device


def _serializer(app: Flask) -> URLSafeSerializer:
    return URLSafeSerializer([*(app.config.get("SECRET_KEY_FALLBACKS") or []), app.config["SECRET_KEY"]], salt="device")
