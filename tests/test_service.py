"""`comanda service`: a unit that systemd understands, with the paths of this installation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from comanda.cli.parser import main
from comanda.store.connection import connect
from tests.flow.program import comanda


def lines(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and line[0] != "#")


def test_the_unit_has_the_paths_of_this_installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "casa.toml"
    config.write_text('[server]\nport = 80\n[backup]\nfolder = "/mnt/usb/copias"\n')
    database = tmp_path / "comanda.db"
    options = ("--config", str(config), "--database", str(database), "--user", "comanda")
    assert main(["service", *options]) == 0
    unit = lines(capsys.readouterr().out)
    assert unit["ExecStart"] == (
        f"{sys.executable} -m comanda serve --database {database} --config {config}"
    )
    assert unit["User"] == "comanda"
    assert unit["WorkingDirectory"] == str(tmp_path)
    assert unit["ReadWritePaths"] == f"{tmp_path} -/mnt/usb/copias"
    assert unit["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"
    assert unit["ProtectSystem"] == "strict"
    assert not database.exists()


def test_an_ordinary_port_needs_no_capability(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["service", "--database", str(tmp_path / "comanda.db")]) == 0
    unit = lines(capsys.readouterr().out)
    assert unit["CapabilityBoundingSet"] == ""
    assert "AmbientCapabilities" not in unit
    assert unit["ReadWritePaths"] == str(tmp_path)


def test_the_program_cannot_be_written_though_it_lies_beside_the_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert main(["service", "--database", str(tmp_path / "comanda.db")]) == 0
    assert lines(capsys.readouterr().out)["ReadOnlyPaths"] == str(tmp_path / ".venv")
    assert main(["service", "--database", str(tmp_path / "datos" / "comanda.db")]) == 0
    assert "ReadOnlyPaths" not in lines(capsys.readouterr().out)


def test_the_service_cannot_take_all_of_the_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["service", "--database", str(tmp_path / "comanda.db")]) == 0
    assert lines(capsys.readouterr().out)["MemoryMax"] == "1G"


@pytest.mark.parametrize("folder", ["comanda", "la fonda de Rosa", '50% "más" $HOME'])
def test_systemd_finds_nothing_wrong(tmp_path: Path, folder: str) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here")
    house = tmp_path / folder
    house.mkdir()
    status, unit, told = comanda("service", "--database", "comanda.db", cwd=house)
    assert (status, told) == (0, "")
    file = tmp_path / "comanda.service"
    file.write_text(unit)
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "comanda.service" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


def test_the_command_of_the_unit_serves(tmp_path: Path) -> None:
    """Nothing but the line itself, as systemd would run it: absolute paths, no shell."""
    _, unit, _ = comanda("service", cwd=tmp_path)
    command = lines(unit)["ExecStart"].split()
    assert command[3] == "serve"
    check = [*command[:3], "staff", "list", *command[4:]]
    done = subprocess.run(check, capture_output=True, timeout=60, cwd="/", check=False)
    assert done.returncode == 0
    with connect(tmp_path / "comanda.db") as connection:
        assert connection.execute("SELECT COUNT(*) FROM staff").fetchone()[0] == 0
    connection.close()


def test_links_are_followed_and_a_tilde_is_a_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, copies = tmp_path / "un disco", tmp_path / "otro"
    real.mkdir()
    copies.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "comanda.db").symlink_to(real / "comanda.db")
    (tmp_path / "copias").symlink_to(copies)
    config = tmp_path / "casa.toml"
    config.write_text('[database]\npath = "~/comanda.db"\n[backup]\nfolder = "~/copias"\n')
    assert main(["service", "--config", str(config), "--user", "comanda"]) == 0
    unit = lines(capsys.readouterr().out)
    assert unit["ReadWritePaths"] == f'"{real}" -{copies}'
    assert unit["WorkingDirectory"] == str(real)
    assert f'--database "{real}/comanda.db"' in unit["ExecStart"]
    assert main(["service", "--database", "~/comanda.db", "--user", "comanda"]) == 0
    assert lines(capsys.readouterr().out)["ReadWritePaths"] == f'"{real}"'
