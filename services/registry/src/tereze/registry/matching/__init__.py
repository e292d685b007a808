"""Who is the child: folding, keys, comparison, decision. Values in, values out; nothing here looks anything up."""

from tereze.registry.matching.decision import Decision, Kind, Known, MatchedBy, decide
from tereze.registry.matching.description import Description, describe
from tereze.registry.matching.keys import keys
from tereze.registry.matching.model import Model, model_at, shipped_model

__all__ = [
    "Decision",
    "Description",
    "Kind",
    "Known",
    "MatchedBy",
    "Model",
    "decide",
    "describe",
    "keys",
    "model_at",
    "shipped_model",
]
