"""Where back offices may be: the `allow` list of services.yaml. Decides on hosts and addresses; asks no network.

Two questions, both of which must be answered with yes before anything is sent:

1. May an address of a service, or a redirect, name this host? Only what `allow` lists.
2. May we connect to what the host resolved to? Addresses of the public internet, and others only where a network of
   `allow` holds them: a name of the outside world that points to our inside (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}
PUBLIC_V6 = IPv6Network("2000::/3")  # all that IANA has given out as global unicast
# Inside networks that `is_global` of Python 3.11 takes for the public internet.
NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # RFC 6890; Oracle's cloud has its metadata here
            "192.88.99.0/24",  # 6to4 relays, RFC 7526
            "168.63.129.16/32",  # Azure's hosts, as seen by their guests
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


@dataclass(frozen=True, slots=True)
class HostRule:
    """`name` in lower case; `*.example.com` stands for all names below example.com. `port` None: that of the scheme."""

    name: str
    port: int | None = None

    def holds(self, scheme: str, host: str, port: int) -> bool:
        if port != (self.port or DEFAULT_PORTS[scheme]):
            return False
        return host.endswith(self.name[1:]) if self.name.startswith("*.") else host == self.name


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """`port` None: any, where a name leads into the network; that of the scheme, where an address stands in a URL."""

    network: Network
    port: int | None = None

    def holds(self, address: Address, port: int) -> bool:
        return self.port in {None, port} and address in self.network


@dataclass(frozen=True, slots=True)
class Allow:
    hosts: tuple[HostRule, ...] = ()
    networks: tuple[NetworkRule, ...] = ()

    def names(self, scheme: str, host: str, port: int) -> bool:
        """Whether a URL may name `host` (in lower case; IPv6 without brackets)."""
        address = literal(host)
        if address is None:
            return any(rule.holds(scheme, host, port) for rule in self.hosts)
        default = DEFAULT_PORTS[scheme]
        return any(rule.holds(address, port) and port == (rule.port or default) for rule in self.networks)

    def reaches(self, address: Address, port: int) -> bool:
        """Whether we may connect to it. An IPv4 address inside an IPv6 one counts as what it stands for."""
        inner = embedded(address)
        return public(inner) or any(rule.holds(one, port) for rule in self.networks for one in (address, inner))


def literal(host: str) -> Address | None:
    """The address that `host` is in its only regular form; None when it is a name, or pretends to be one."""
    try:
        return ip_address(host) if "%" not in host else None
    except ValueError:
        return None


def embedded(address: Address) -> Address:
    """What is reached in the end: `::ffff:10.0.0.1`, `2002:a00:1::` and `64:ff9b::a00:1` all lead to 10.0.0.1."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in PUBLIC_V6:
        return False
    if address.is_multicast or not address.is_global:
        return False
    return not any(address in network for network in NOT_PUBLIC)
