"""The places of the installed files that are not Python."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def static_folder() -> Path:
    """Return the pages' folder: inside an installed package, or at the top of a checkout."""
    return _first(_PACKAGE / "static", _CHECKOUT / "static")


def default_config() -> Path:
    """Return the path of the commented `config.toml` with the defaults."""
    return _first(_PACKAGE / "defaults" / "config.toml", _CHECKOUT / "config.toml")


def _first(*candidates: Path) -> Path:
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"none of these exists: {', '.join(map(str, candidates))}")
