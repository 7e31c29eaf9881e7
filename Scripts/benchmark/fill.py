"""Gives a ledger that martlet has made the rows of a node that has been at work for long.

    fill.py LEDGER LEASES BLOCKS RESERVATIONS [--worn]

The blocks are the last ones of the ledger's only pool, so that all reservations, which are single addresses spread over
the pool, are lower than the addresses that are given out: a look-up that goes through them shows. Each block has leases;
what else they gave out is in the queue of the freed, in no order. Of the last block, which starts with a lease,
everything else was never given out, unless --worn: then that, too, is in the queue.
"""
import ipaddress
import random
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

NODE, NETWORK, BLOCK = "n1", "pods", 64


@dataclass(frozen=True)
class Size:
    """What a ledger holds."""

    leases: int = 1
    blocks: int = 1
    reservations: int = 0

    @property
    def name(self):
        return f"{self.leases}-{self.blocks}-{self.reservations}"


def spread(size: Size):
    """Positions of the leased addresses, from the first block's start: in each block the first, the others anywhere."""
    heads = [index * BLOCK for index in range(size.blocks)]
    others = [position for position in range(max(1, size.blocks - 1) * BLOCK) if is_spare(position)]
    if not 0 <= size.leases - size.blocks <= len(others):
        sys.exit(f"{size.leases} leases do not fill {size.blocks} blocks")
    return {*heads, *random.Random(1).sample(others, size.leases - size.blocks)}


def is_spare(position):
    """Whether an address is neither its block's first nor its second, which may be reserved."""
    return position % BLOCK > 1


def fill(path: Path, size: Size, worn: bool):
    ledger = sqlite3.connect(path)
    with ledger:
        boot, = ledger.execute("SELECT boot_id FROM ledger").fetchone()
        pool, cidr = ledger.execute("SELECT id, cidr FROM pool").fetchone()
        end = int(ipaddress.ip_network(cidr).broadcast_address) + 1
        for table in ("lease", "freed", "journal", "block", "reservation"):
            ledger.execute(f"DELETE FROM {table}")
        start = end - size.blocks * BLOCK
        leased = spread(size)
        blocks = range(size.blocks)
        used_up = blocks if worn else blocks[:-1]

        ledger.executemany(
            "INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, unixepoch())",
            [
                (
                    index + 1, f"{address(start + index * BLOCK)}/26", start + index * BLOCK,
                    start + (index + 1) * BLOCK - 1, pool, NODE, BLOCK, BLOCK if index in used_up else 1,
                )
                for index in blocks
            ])
        ledger.executemany(
            "INSERT INTO lease VALUES (?, ?, 4, ?, ?, 'eth0', 'default', ?, NULL, ?, ?, 1450, ?, 4, ?, ?, unixepoch())",
            [
                (
                    address(start + position), position // BLOCK + 1, NETWORK, container(position), f"pod-{position}",
                    f"cali{position:011x}", f"02:00:00:00:{position >> 8:02x}:{position & 255:02x}",
                    f"/run/netns/cni-{position}", 4026531840 + position, boot,
                )
                for position in leased
            ])
        freed = [position for position in range(len(used_up) * BLOCK) if position not in leased and position % BLOCK != 1]
        random.Random(2).shuffle(freed)
        ledger.executemany(
            "INSERT INTO freed VALUES (?, ?, 1, ?, ?, ?, 0, ?, NULL)",
            [
                (NODE, pool, sequence + 1, position // BLOCK + 1, address(start + position), boot)
                for sequence, position in enumerate(freed)
            ])
        ledger.executemany(
            "INSERT INTO journal VALUES (NULL, ?, ?, ?, ?, 'eth0', 'default', 'pod', unixepoch(), unixepoch())",
            [(address(start + position), NODE, NETWORK, container(position)) for position in freed[-20_000:]])
        lowest = int(ipaddress.ip_network(cidr).network_address)
        ledger.executemany(
            "INSERT INTO reservation VALUES (?1, ?1, 'spread', ?2, '')",
            [
                (place, f"{address(place)}/32")
                for place in (lowest + index * BLOCK + 1 for index in range(size.reservations))
            ])
    ledger.close()


def address(number):
    return str(ipaddress.IPv4Address(number))


def container(position):
    """As runtimes name them: 64 digits, in no order."""
    return f"{random.Random(position).getrandbits(256):064x}"


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--worn"]
    fill(Path(words[0]), Size(*map(int, words[1:])), "--worn" in sys.argv)
