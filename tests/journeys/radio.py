"""A phone's only way to the site. Cut, it is dead for the whole browser: pages, service worker and restarts alike."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

CHUNK = 65_536


@dataclass
class Radio:
    """A relay to the site on 127.0.0.1:`port`, used as the browser's proxy. Playwright's own `set_offline` speaks to
    pages only: a service worker started anew goes on reaching the site."""

    port: int
    signal: bool = True
    _lines: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def arguments(self) -> list[str]:
        """What the browser is started with; without the second it would pass by a proxy on the way to this machine."""
        address = f"127.0.0.1:{self._door.getsockname()[1]}"
        return [f"--proxy-server={address}", "--proxy-bypass-list=<-loopback>"]

    def tune(self, *, signal: bool) -> None:
        """Lose the signal, with whatever is on its way, or find it again."""
        with self._lock:
            self.signal = signal
            if not signal:
                self._hang_up()

    def close(self) -> None:
        self.tune(signal=False)
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                phone, _ = self._door.accept()
            except OSError:
                return
            with self._lock:
                if not self.signal:
                    phone.close()
                    continue
                site = socket.create_connection(("127.0.0.1", self.port))
                self._lines += [phone, site]
            for pair in ((phone, site), (site, phone)):
                threading.Thread(target=_carry, args=pair, daemon=True).start()

    def _hang_up(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._lines.clear()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
