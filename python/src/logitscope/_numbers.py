from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

#: What a label of each unit looks like, in TransformerLens and here.
_LABELS = {
    "head": re.compile(r"L\d+H\d+"),
    "component": re.compile(r"\d+_(attn|mlp)_out|(pos_)?embed"),
    "layer": re.compile(r"\d+_(pre|mid)|final_post"),
}
_PLACE = re.compile(r"L?(\d+)(?:H(\d+)|_(pre|attn_out|mid|mlp_out))")


def attribution(
    dla: Any,
    labels: Any = None,
    *,
    unit: str | None = None,
    tokens: Sequence[str] | None = None,
    position: int | None = None,
    batch: int | None = None,
    answer: str | None = None,
    incorrect: str | Sequence[str] | None = None,
    logit: float | None = None,
    bias: float = 0.0,
) -> dict[str, Any]:
    """Numbers and their labels as Logitscope's JSON; `show` says what may be given."""
    numbers, names, said = _parts(dla, labels)
    names = _texts("labels", names)
    texts = None if tokens is None else _texts("tokens", tokens)
    rows = _plain(numbers)
    if len(rows) != len(names):
        raise ValueError(f"show: the attribution has {len(rows)} rows, and there are {len(names)} labels: each row needs one")
    unit = _unit(said if unit is None else unit, names)
    at, values = _one_position(rows, texts, position, batch)
    values = [_finite(f"the attribution of {name}", value) for name, value in zip(names, values)]
    # A table may have been sorted by its numbers.
    names, values = zip(*sorted(zip(names, values), key=lambda row: _place(row[0])))
    given: dict[str, Any] = {"unit": unit, "labels": names, "attribution": values, "positions": [at]}
    if texts is not None:
        given["tokens"] = [_token(text) for text in texts]
    if answer is None:
        given["title"] = "Direct logit attribution"
    else:
        given["answer"] = _token(*_texts("answer", [answer]))
    if incorrect is not None:
        given["incorrect"] = [_token(text) for text in _texts("incorrect", [incorrect] if isinstance(incorrect, str) else incorrect)]
    if logit is not None:
        # Of the running sum, the last state is what all parts come to.
        total = values[-1] if unit == "layer" else math.fsum(values)
        logit, bias = _finite("logit", logit), _finite("bias", bias)
        given.update(logit=[logit], bias=[bias], total=[total], error=[total - (logit - bias)])
    return given


def _parts(dla: Any, labels: Any) -> tuple[Any, Any, Any]:
    """The numbers, their labels, and the unit if that is said."""
    if labels is not None:
        return dla, labels, None
    if isinstance(dla, tuple) and len(dla) == 2:
        return (*dla, None)
    # A DataFrame gives its columns as attributes too.
    if hasattr(dla, "columns"):
        missing = [name for name in ("label", "attribution") if name not in dla.columns]
        if missing:
            raise ValueError(f"show: the table has no column {' and no column '.join(missing)}, but {', '.join(map(str, dla.columns))}")
        return dla["attribution"], dla["label"], None
    if hasattr(dla, "attribution") and hasattr(dla, "labels"):
        return dla.attribution, dla.labels, getattr(dla, "unit", None)
    raise TypeError(
        f"show: {type(dla).__name__} is none of what can be shown: TransformerLens's DirectLogitAttribution, a tensor with its labels, "
        "a DataFrame with columns label and attribution, or an answer of Logitscope as dict, JSON text or path"
    )


def _plain(numbers: Any) -> list[Any]:
    """Of a tensor, an array, a column or a list."""
    if hasattr(numbers, "detach"):
        numbers = numbers.detach()
    if hasattr(numbers, "tolist"):
        numbers = numbers.tolist()
    if not isinstance(numbers, (list, tuple)):
        raise TypeError(f"show: the attribution is a {type(numbers).__name__}, and not a tensor, an array or a list of numbers")
    return list(numbers)


def _texts(name: str, given: Any) -> list[str]:
    texts = list(given.tolist() if hasattr(given, "tolist") else given)
    wrong = next((text for text in texts if not isinstance(text, str)), None)
    if isinstance(given, str) or wrong is not None:
        raise TypeError(f"show: {name} has {given if wrong is None else wrong!r}; a list of texts is expected")
    return texts


def _unit(unit: Any, names: list[str]) -> str:
    if unit is None:
        unit = next((unit for unit, label in _LABELS.items() if any(map(label.fullmatch, names))), None)
        if unit is None:
            raise ValueError(
                f"show: the labels {', '.join(names[:3])}, … are not TransformerLens's of unit component (0_attn_out), head (L0H1) or layer (0_mid)"
            )
    if unit not in _LABELS:
        raise ValueError(f"show: unit={unit!r} is not component, head or layer")
    return unit


def _one_position(rows: list[Any], tokens: list[str] | None, position: int | None, batch: int | None) -> tuple[int, list[Any]]:
    """The position, and each row's number there; the rows are `[row, *batch_and_pos]`."""
    shape = _shape(rows)
    axes = len(shape) - 1
    if axes > 2:
        raise ValueError(f"show: the attribution has shape {shape}; at most [label, batch, position] is expected")
    has_batch = axes == 2 or axes == 1 and (batch is not None or shape[1] == 1)
    if axes == 1 and not has_batch and position is None and (tokens is None or len(tokens) != shape[1]):
        raise ValueError(f"show: the attribution has shape {shape}: say batch= if its columns are prompts, or position= if they are positions")
    if has_batch:
        if batch is None and shape[1] > 1:
            raise ValueError(f"show: the attribution is of {shape[1]} prompts: say by batch= which")
        rows = [row[_index("batch", batch or 0, shape[1])] for row in rows]
    shape = _shape(rows)
    if len(shape) == 2:
        if tokens is not None and len(tokens) != shape[1]:
            raise ValueError(f"show: the attribution is of {shape[1]} positions, and there are {len(tokens)} tokens")
        at = _index("position", -1 if position is None else position, shape[1])
        return at, [row[at] for row in rows]
    if tokens:
        return _index("position", -1 if position is None else position, len(tokens)), rows
    return max(position or 0, 0), rows


def _shape(rows: Any) -> list[int]:
    shape = []
    while isinstance(rows, (list, tuple)):
        shape.append(len(rows))
        if not rows:
            raise ValueError(f"show: the attribution has shape {shape}, and so no numbers")
        rows = rows[0]
    return shape


def _index(name: str, index: int, length: int) -> int:
    if isinstance(index, bool) or not hasattr(index, "__index__"):
        raise TypeError(f"show: {name}={index!r} is not a whole number")
    if not -length <= index < length:
        raise ValueError(f"show: {name}={index} is outside of {length}: from {-length} to {length - 1}")
    return int(index) % length


def _finite(name: str, number: Any) -> float:
    try:
        value = float(number)
    except (TypeError, ValueError):
        raise TypeError(f"show: {name} is {number!r}, and not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"show: {name} is {value}, which is not finite")
    return value


def _place(label: str) -> tuple[float, int]:
    """Where a part stands in the model."""
    if label in ("embed", "pos_embed"):
        return (-1, label == "pos_embed")
    match = _PLACE.fullmatch(label)
    if not match:
        return (math.inf, 0)
    layer, head, state = match.groups()
    return (int(layer), int(head) if head else state in ("mid", "mlp_out"))


def _token(text: str) -> dict[str, str]:
    return {"text": text}
