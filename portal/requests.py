"""A request as its views see it: no text holds what XML, and so no file of ours, cannot hold, and who sent it has one address, well spelt."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.datastructures.structures import iter_multi_items

from portal.vietnamese import BREAKS, to_xml_text


class CleanValues(ImmutableMultiDict[str, Any]):
    """Names and values of an address or a form; a value that is no text, such as a file, stays as it is."""

    def __init__(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        super().__init__([(_clean(name), _clean(value)) for name, value in iter_multi_items(values or ())])


class CleanRequest(Request):
    """The request of this application."""

    parameter_storage_class = CleanValues

    def __init__(self, environ: Mapping[str, Any], *args: Any, **options: Any) -> None:
        super().__init__(environ, *args, **options)  # type: ignore[arg-type]  # read only
        if self.remote_addr:
            # What a proxy writes into its header may be no address: then it is that of the proxy.
            peer = environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR")
            self.remote_addr = plain_address(self.remote_addr) or peer or self.remote_addr


def plain_address(text: str) -> str | None:
    """An address in its one spelling, by which tries are counted: no port, and no IPv4 address within an IPv6 one. None where it is none."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        ip = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return str((ip.ipv4_mapped if isinstance(ip, IPv6Address) else None) or ip)


def _clean(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # What has no line end may be of a field of one line, whose page would drop the one that a break of Word becomes.
    return to_xml_text(value if "\n" in value else BREAKS.sub(" ", value))
