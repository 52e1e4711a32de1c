"""A master, its replica and three Sentinels, each a process of its own on a port of the loopback.

`redis-server --sentinel` is what Debian's package `redis-sentinel` starts: the same program by
another name.
"""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.processes.running import eventually

HOST = "127.0.0.1"
SERVICE = "promos"
SENTINELS = 3
# A master that is silent for so long is down; production takes seconds (see docs/scale.md).
DOWN_AFTER_MS = 400
SENTINEL = f"""
bind {HOST}
sentinel monitor {SERVICE} {HOST} {{master}} 2
sentinel down-after-milliseconds {SERVICE} {DOWN_AFTER_MS}
sentinel failover-timeout {SERVICE} 4000
sentinel known-replica {SERVICE} {HOST} {{replica}}
"""
# As a Sentinel writes it down itself once it has met the others, which takes it seconds.
MET = f"sentinel known-sentinel {SERVICE} {HOST} {{port}} {{port:040}}\n"


@dataclass
class WatchedRedis:
    """The address for the service, and the processes, by their ports."""

    folder: Path
    ports: list[int]
    processes: dict[int, subprocess.Popen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        hosts = ",".join(f"{HOST}:{port}" for port in self.sentinels)
        return f"redis+sentinel://{hosts}/{SERVICE}/0"

    @property
    def sentinels(self) -> list[int]:
        return self.ports[2:]

    def start(self) -> None:
        """All of them, until every Sentinel knows the others and the replica is ready."""
        master, replica = self.ports[:2]
        self._serve(master)
        self._serve(replica, "--replicaof", HOST, str(master))
        for port in self.sentinels:
            conf = self.folder / f"sentinel-{port}.conf"
            others = [MET.format(port=other) for other in self.sentinels if other != port]
            own = f"port {port}\nsentinel myid {port:040}\n"
            conf.write_text(own + SENTINEL.format(master=master, replica=replica) + "".join(others))
            self._start(port, str(conf), "--sentinel")
        eventually(lambda: "up" in str(info(replica).get("master_link_status")), 10, "replica")
        eventually(self._know_each_other, 10, "Sentinels know each other")

    def master(self) -> int:
        """The port of the master, as most Sentinels have it."""
        told = [self._told(port) for port in self.sentinels]
        return max(told, key=told.count)

    def connection(self) -> Redis:
        return Redis(host=HOST, port=self.master())

    def kill_master(self) -> int:
        """By SIGKILL; the port that it had."""
        port = self.master()
        process = self.processes.pop(port)
        process.kill()
        process.wait()
        return port

    def come_back(self, port: int) -> None:
        """One that was killed starts again, believing that it is still the master."""
        self._serve(port)
        eventually(lambda: info(port), 10, f"port {port} answers")

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()

    def _serve(self, port: int, *options: str) -> None:
        quiet = ["--bind", HOST, "--save", "", "--dir", str(self.folder), "--port", str(port)]
        self._start(port, *quiet, "--repl-diskless-sync-delay", "0", *options)

    def _start(self, port: int, *arguments: str) -> None:
        with (self.folder / f"{port}.log").open("wb") as log:
            self.processes[port] = subprocess.Popen(["redis-server", *arguments], stdout=log)

    def _know_each_other(self) -> bool:
        wanted = {"slaves=1", f"sentinels={SENTINELS}", "status=ok"}
        return all(info(port) and wanted <= set(told(port)) for port in self.sentinels)

    def _told(self, port: int) -> int:
        with Redis(host=HOST, port=port) as sentinel:
            address = sentinel.sentinel_get_master_addr_by_name(SERVICE)
        return int(address[1])


def info(port: int) -> dict:
    """What the server tells of itself; empty while it does not answer."""
    try:
        with Redis(host=HOST, port=port) as redis:
            return redis.info()
    except RedisError:
        return {}


def told(port: int) -> list[str]:
    """What a Sentinel tells of our master: `name=promos`, `status=ok`, `slaves=1` and so on."""
    with Redis(host=HOST, port=port) as sentinel:
        line = sentinel.info("sentinel")["master0"]
    return [f"{name}={value}" for name, value in line.items()]


@contextmanager
def watched_redis(folder: Path) -> Iterator[WatchedRedis]:
    """All of it, as long as it is wanted."""
    watched = WatchedRedis(folder, free_ports(2 + SENTINELS))
    try:
        watched.start()
        yield watched
    finally:
        watched.stop()


def free_ports(count: int) -> list[int]:
    """Ports that nobody has just now, all different."""
    held = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports
