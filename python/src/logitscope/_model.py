from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ._static import path, script

#: What is read of a folder beside its weights.
_SMALL = (
    "config.json",
    "adapter_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
    "encoder.json",
    "vocab.txt",
    "tokenizer.model",
)
#: Weights, or the list of their shards; the first that is there is read.
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
_ON_HUB = re.compile(r"(https?://\S+|[\w.-]+(/[\w.-]+)?(@\S+)?)")


class LiveAnswer(anywidget.AnyWidget):
    """What a model answers in the browser. A new value of `prompt`, `answer`, `incorrect`, `unit` or `position` asks again."""

    _esm = script("model.js")
    source = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    files = traitlets.List().tag(sync=True)
    prompt = traitlets.Unicode(help="The text that the model goes on from.").tag(sync=True)
    answer = traitlets.Unicode(help="The token to explain; empty for the likeliest.").tag(sync=True)
    incorrect = traitlets.List(traitlets.Unicode(), help="What it is compared with, if anything.").tag(sync=True)
    unit = traitlets.Enum(("component", "head", "layer"), "head").tag(sync=True)
    position = traitlets.Int(-1, help="After which token, counted from the end if negative.").tag(sync=True)
    selected = traitlets.Unicode(None, allow_none=True, help="The selected part's label.").tag(sync=True)
    attribution = traitlets.Dict(None, allow_none=True, help="What was answered, once it is, as Logitscope's JSON.").tag(sync=True)
    error = traitlets.Unicode(None, allow_none=True, help="Why nothing was.").tag(sync=True)

    def __init__(self, folder: Path | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self._folder = folder
        self.on_msg(self._send_file)

    def _send_file(self, _: Any, asked: dict[str, Any], __: Any) -> None:
        reply = {"id": asked.get("id")}
        try:
            name = asked["file"]
            if name == "model.wasm.gz":
                file = path(name)
            elif self._folder and any(name == listed for listed, _ in self.files):
                file = self._folder / name
            else:
                raise FileNotFoundError(f"{name} is no file of {self.source}")
            with open(file, "rb") as opened:
                opened.seek(asked.get("at", 0))
                self.send(reply, [opened.read(asked.get("length") or -1)])
        except OSError as error:
            self.send({**reply, "error": str(error)})


class Model:
    """A GPT-2 that runs in the browser, beside the notebook.

    `source` is the folder of a model, which lies where Python runs and is sent to the browser when it is first asked;
    or its name on the Hugging Face hub, or a folder's URL, which the browser fetches itself.

    Raises:
        FileNotFoundError: there is no such folder, or it has no model.
        ValueError: it is no name of a model.
    """

    def __init__(self, source: str | os.PathLike[str]) -> None:
        self.source = os.fspath(source)
        self._folder: Path | None = None
        local = Path(self.source).expanduser()
        if (local / "config.json").is_file():
            self._folder = local.resolve()
        elif local.exists():
            raise FileNotFoundError(f"Model: {self.source} has no config.json: the folder of a model is expected, as save_pretrained() writes it")
        elif not isinstance(source, str) or source.startswith((".", "~", "/", "\\")):
            raise FileNotFoundError(f"Model: there is no folder {self.source}")
        elif not _ON_HUB.fullmatch(source):
            raise ValueError(f"Model: {source!r} is no folder here, and no name of a model on the hub, as openai-community/gpt2 is")

    def attribute(
        self,
        prompt: str,
        answer: str = "",
        incorrect: str | list[str] | tuple[str, ...] = (),
        *,
        unit: str = "head",
        position: int = -1,
    ) -> LiveAnswer:
        """What each part of the model adds to the logit of `answer` (by default the likeliest token) after `prompt`, or to the difference
        to the logit of `incorrect`, or to the mean of several. A click on a head or an MLP takes it apart. It is asked where it is shown.
        """
        if not isinstance(prompt, str) or not prompt.strip():
            raise ValueError(f"attribute: prompt={prompt!r} is not a text that the model could go on from")
        if unit not in ("component", "head", "layer"):
            raise ValueError(f"attribute: unit={unit!r} is not component, head or layer")
        others = [incorrect] if isinstance(incorrect, str) else list(incorrect)
        asked = {"prompt": prompt, "answer": answer, "incorrect": [text for text in others if text], "unit": unit, "position": position}
        folder = self._folder
        if folder is None:
            return LiveAnswer(source=self.source, name=self.source, **asked)
        return LiveAnswer(folder, source=folder.as_uri(), name=folder.name, files=_files(folder), **asked)

    def __repr__(self) -> str:
        return f"Model({self.source!r})"


def _files(folder: Path) -> list[tuple[str, int]]:
    """Those that are read, with their bytes."""
    names = [*_SMALL, *_weights(folder)]
    return [(name, (folder / name).stat().st_size) for name in names if (folder / name).is_file()]


def _weights(folder: Path) -> list[str]:
    first = next((name for name in _WEIGHTS if (folder / name).is_file()), None)
    if first is None:
        raise FileNotFoundError(f"Model: {folder} has no weights: {' or '.join(_WEIGHTS)} is expected")
    if not first.endswith(".index.json"):
        return [first]
    with open(folder / first, encoding="utf-8") as index:
        try:
            shards = sorted({shard.removeprefix("./") for shard in json.load(index)["weight_map"].values()})
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(f"Model: {folder / first} is no list of shards: it has no weight_map") from None
    # What the index says is looked for in the folder, and nowhere else.
    return [first, *(shard for shard in shards if Path(shard).name == shard)]
