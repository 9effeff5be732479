from pathlib import Path

_FOLDER = Path(__file__).parent / "static"


def script(name: str) -> str:
    """A widget's script.

    Raises:
        ImportError: the package was installed from a checkout, where the build of `www/` had not made it.
    """
    try:
        return path(name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ImportError(f"logitscope: {path(name)} is missing, as in a checkout. `cargo xtask wheel` makes it, and a wheel to install.") from None


def path(name: str) -> Path:
    """A file that is sent to a widget."""
    return _FOLDER / name
