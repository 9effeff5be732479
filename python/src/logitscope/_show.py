from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from ._numbers import attribution
from ._static import script


class Answer(anywidget.AnyWidget):
    """An answer's charts and numbers. Shown where it is a cell's last expression, or by `display`."""

    _esm = script("answer.js")
    answer = traitlets.Unicode(help="The answer, as JSON.").tag(sync=True)
    selected = traitlets.Unicode(None, allow_none=True, help="The selected part's label.").tag(sync=True)


def show(dla: Any, labels: Any = None, *, title: str | None = None, model: str | None = None, **of_numbers: Any) -> Answer:
    """Draws an answer that is there already. No model is needed, and no network.

    `dla` is one of

    - TransformerLens's `DirectLogitAttribution`, or anything that has `attribution` and `labels`,
    - a tensor and its `labels`, also as a pair, as `decompose_resid(..., return_labels=True)` gives them,
    - a pandas DataFrame with columns `label` and `attribution`,
    - an answer of Logitscope: a `dict`, a JSON text, or the path of a JSON file, as the page downloads it and
      `logitscope ... --format json` prints it: an attribution, a lens, effects, patching, a set of prompts.

    `title` is shown in place of the question, and `model` is named beneath. All but an answer of Logitscope, which says it itself, may come with

    - `unit`: "component", "head" or "layer" (default: what the labels are of),
    - `tokens`: the prompt's tokens as texts, as `model.to_str_tokens(prompt)` has them,
    - `position`: after which of them, counted from the end if negative (default: the last). Of a tensor with several positions, that one is shown,
    - `batch`: which prompt, of a tensor with several,
    - `answer`, `incorrect`: the token that is explained and the one, or those, that it is compared with, as texts,
    - `logit`, `bias`: the answer's logit, less the incorrect token's if there is one, and the same of `b_U` (default: 0). The numbers are
      then checked to add up to `logit - bias`.

    Raises:
        TypeError: `dla` or an option is none of these.
        ValueError: what is in it does not fit together, or is no JSON.
        OSError: the file cannot be read.
    """
    given = _answer(dla) if labels is None else None
    if given is None:
        given = attribution(dla, labels, **of_numbers)
    elif of_numbers:
        raise TypeError(f"show: {', '.join(of_numbers)} is of numbers alone; an answer of Logitscope says it itself. It takes title and model.")
    said = {name: value for name, value in (("title", title), ("model", model)) if value is not None}
    for name, value in said.items():
        if not isinstance(value, str):
            raise TypeError(f"show: {name}={value!r} is not a text")
    return Answer(answer=_text({**given, **said}))


def _answer(dla: Any) -> Mapping[str, Any] | None:
    """An answer of Logitscope, if `dla` is one, or where one is."""
    if isinstance(dla, Mapping):
        return dla
    if isinstance(dla, str) and dla.lstrip()[:1] in ("{", "["):
        name, text = "the text", dla
    elif isinstance(dla, (str, os.PathLike)):
        name = os.fspath(dla)
        with open(name, encoding="utf-8") as file:
            text = file.read()
    else:
        return None
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"show: {name} is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise ValueError(f"show: {name} is a JSON {type(given).__name__}, and not an answer of Logitscope, which is an object")
    return given


def _text(answer: Mapping[str, Any]) -> str:
    try:
        return json.dumps(answer, allow_nan=False)
    except TypeError as error:
        raise TypeError(f"show: the answer is not JSON: {error}") from None
    except ValueError as error:
        raise ValueError(f"show: the answer has a number that is not finite, which JSON writes as null: {error}") from None
