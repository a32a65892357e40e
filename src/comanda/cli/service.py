"""`service`: a systemd unit for this installation, with as few rights as possible."""

import argparse
import getpass
import sys
from pathlib import Path

from comanda.cli.command import Refused
from comanda.config import Config, backup_folder

LOWEST_FREE_PORT = 1024

UNIT = """\
# Comanda as a service. To install it:
#   comanda service | sudo tee /etc/systemd/system/comanda.service
#   sudo systemctl daemon-reload && sudo systemctl enable --now comanda
[Unit]
Description=Comanda
After=network-online.target
Wants=network-online.target

[Service]
ExecStart={command}
WorkingDirectory={folder}
User={user}
Restart=always
RestartSec=2
TimeoutStopSec=60
LimitNOFILE=65536
MemoryMax=1G
# A proof's examination that takes too much memory ends by itself, and not the server.
OOMPolicy=continue
UMask=0077

# It writes beside its database and into the folder of the backups, and nowhere else: not into the
# program, wherever that lies.
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
{program}PrivateTmp=yes
PrivateDevices=yes
{capabilities}NoNewPrivileges=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""
ONLY_LOW_PORTS = (
    "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n"
)
NO_CAPABILITIES = "CapabilityBoundingSet=\n"


def print_service(options: argparse.Namespace, config: Config) -> None:
    """`service [--user NAME]`: the unit, on standard output."""
    print(unit(options, config), end="")


def unit(options: argparse.Namespace, config: Config) -> str:
    database = Path(config.database.path)
    backups = backup_folder(database, config.backup)
    command = [Path(sys.executable).absolute(), "-m", "comanda", "serve", "--database", database]
    if options.config is not None:
        command += ["--config", options.config.absolute()]
    is_low_port = config.server.port < LOWEST_FREE_PORT
    # With `-`, systemd ignores a backup folder that does not exist yet.
    writable = [_quoted(database.parent)]
    if not backups.is_relative_to(database.parent):
        writable.append(_quoted(f"-{backups}"))
    program = [
        _quoted(folder) for folder in _program_folders() if folder.is_relative_to(database.parent)
    ]
    return UNIT.format(
        command=" ".join(_argument(str(part)) for part in command),
        folder=str(database.parent).replace("%", "%%"),
        user=options.user or _current_user(),
        writable=" ".join(writable),
        program=f"ReadOnlyPaths={' '.join(program)}\n" if program else "",
        capabilities=ONLY_LOW_PORTS if is_low_port else NO_CAPABILITIES,
    )


def _program_folders() -> list[Path]:
    """Return the folders of the installation: the environment, and a checkout's own folder."""
    return sorted({Path(sys.prefix).resolve(), Path(__file__).resolve().parents[2]})


def _current_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise Refused("No se sabe con qué usuario debe correr; dilo con --user") from error


def _argument(text: str) -> str:
    """Quote a word of a command line, where `$` is special (systemd.service, «Command lines»)."""
    return _quoted(text).replace("$", "$$")


def _quoted(path: Path | str) -> str:
    """Quote a word for systemd (systemd.syntax, «Quoting»; systemd.unit, «Specifiers»)."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"' if any(character in text for character in " \t'\"\\;") else text
