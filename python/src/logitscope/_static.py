from pathlib import Path

_FOLDER = Path(__file__).parent / "static"


def script(name: str) -> str:
    """A widget's script. Of a checkout, the build of `www/` makes it."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def path(name: str) -> Path:
    """A file that is sent to a widget."""
    return _FOLDER / name
