"""Hears from many network namespaces when their kernels get and lose IPv4 routes: one reader, so that there is one clock."""
import select
import socket
import struct
import time
from dataclasses import dataclass

NEW_ROUTE, DELETED_ROUTE = 24, 25
ROUTE_GROUP = 0x40
# SO_RCVBUFFORCE: what is not read at once waits.
FORCE_BUFFER, BUFFER = 33, 32 << 20
HEADER, ROUTE, ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BBBBBBBBI"), struct.Struct("=HH")
DESTINATION = 1
MAIN_TABLE, BLACKHOLE = 254, 6


def enter(namespace):
    """Moves this thread to a network namespace by its open file."""
    import ctypes

    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0x4000_0000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@dataclass(frozen=True)
class RouteEvent:
    """A route has come or gone."""

    at: float
    node: int
    is_new: bool
    prefix: str
    is_blackhole: bool


class RouteReader:
    """Follows the main tables of nodes, which are numbered as their namespaces come."""

    def __init__(self, namespaces, home):
        self.poll = select.epoll()
        self.sockets = {}
        for number, namespace in enumerate(namespaces):
            enter(namespace)
            listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
            listener.setsockopt(socket.SOL_SOCKET, FORCE_BUFFER, BUFFER)
            listener.bind((0, ROUTE_GROUP))
            self.sockets[listener.fileno()] = (number, listener)
            self.poll.register(listener, select.EPOLLIN)
        enter(home)

    def events(self, deadline):
        """Yields events as they come; ends at the deadline."""
        while (left := deadline - time.monotonic()) > 0:
            for descriptor, _ in self.poll.poll(left):
                yield from self._read(descriptor)

    def forget(self):
        """Passes over what has come so far."""
        while ready := self.poll.poll(0):
            for descriptor, _ in ready:
                for _ in self._read(descriptor):
                    pass

    def _read(self, descriptor):
        number, listener = self.sockets[descriptor]
        now = time.monotonic()
        while True:
            try:
                data = listener.recv(1 << 16)
            except BlockingIOError:
                return
            yield from parse(data, now, number)


def parse(data, now, node):
    place = 0
    while place < len(data):
        length, kind, _, _, _ = HEADER.unpack_from(data, place)
        end, body = place + length, place + HEADER.size
        place += length + 3 & ~3
        if kind not in (NEW_ROUTE, DELETED_ROUTE):
            continue
        _, bits, _, _, table, _, _, type_, _ = ROUTE.unpack_from(data, body)
        if table != MAIN_TABLE:
            continue
        destination = attribute(data, body + ROUTE.size, end, DESTINATION)
        if destination is not None:
            prefix = f"{socket.inet_ntoa(destination)}/{bits}"
            yield RouteEvent(now, node, kind == NEW_ROUTE, prefix, type_ == BLACKHOLE)


def attribute(data, place, end, wanted):
    while place + ATTRIBUTE.size <= end:
        length, kind = ATTRIBUTE.unpack_from(data, place)
        if kind == wanted:
            return data[place + ATTRIBUTE.size:place + length]
        place += length + 3 & ~3
    return None
