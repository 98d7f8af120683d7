"""`manage.py serve`: from an empty folder to a running portal, or only what has changed since."""

from __future__ import annotations

import signal
import socket
import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.serving import preparation, running, server
from portal.serving.address import Address, AddressError
from portal.settings import environment, hosts


class Command(BaseCommand):
    """Prepares the portal and serves it with the production server."""

    help = (
        "Migrates, loads the initial content, collects static files where needed, and serves the portal at HOST:PORT."
    )

    has_worked = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch that leaves the serving out."""
        parser.add_argument("--prepare", action="store_true", help="prepare everything, but do not serve")

    def handle(self, *args: object, **options: object) -> None:
        """Prepare, then become the server."""
        # A wish for renewal that comes too early: what is begun here is new.
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        started = time.monotonic()
        address = Address(settings.HOST, settings.PORT)
        try:
            environment.check()
            running.check_whole()
            if not options["prepare"]:
                address.check()
            accounts = preparation.prepare(self._work)
        except (AddressError, environment.SettingError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("\nStopped.")
            sys.exit(130)
        if options["prepare"]:
            self._say("\n".join(filter(None, [f"Prepared in {time.monotonic() - started:.0f} s.", accounts])))
            return
        self._say("Starting the server …")
        here = f"http://{hosts.bracketed(address.probe_host)}:{address.port}"
        lines = [
            "",
            f"The portal is ready:  {settings.PORTAL_URL}/",
            f"Administration:       {settings.PORTAL_URL}/admin/",
            *([f"On this machine:      {here}/"] if settings.HOST in hosts.EVERYWHERE else []),
        ]
        ready_lines = "\n".join([*lines, *filter(None, [accounts]), "Ctrl-C ends it."])
        # Where there was nothing to do, what is loaded is what the server needs, and no more: it goes on from here.
        server.hold_signals()
        try:
            listeners = address.listen(server.workers())
        except AddressError as error:
            raise CommandError(str(error)) from error
        # Nor where a link leads to the code: who goes on from here would load the rest from wherever it leads by then.
        begun = 0 if self.has_worked or server.linked() else server.begin_here(listeners, self._serve)
        server.replace_process(address, [listener.fileno() for listener in listeners], ready_lines, begun)

    @staticmethod
    def _serve(listeners: list[socket.socket]) -> None:
        # It brings in granian, which needs no thread or loop of a process that only prepares.
        from portal.serving import workers

        workers.main(listeners)

    def _work(self, line: str) -> None:
        """Say what is being prepared."""
        self.has_worked = True
        self._say(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
