"""Logitscope in a notebook: charts of direct logit attribution, and GPT-2 in the browser beside it."""

from ._model import LiveAnswer, Model
from ._show import Answer, show

__all__ = ["Answer", "LiveAnswer", "Model", "show"]
