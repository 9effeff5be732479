"""Writes these files, of tiny-a's weights, as PyTorch does: python make.py (torch 2.15, safetensors 0.8)."""

import os
from collections import OrderedDict

import torch
from safetensors.torch import load_file, save_file

weights = OrderedDict(load_file("../tiny-a/model.safetensors"))


def save(name, tensors, **options):
    torch.save(tensors, name, **options)


save("state_dict.bin", weights)
save("protocol_4.bin", weights, pickle_protocol=4)
save("old.bin", weights, _use_new_zipfile_serialization=False)

# Of a training: parameters by the names of a wrapper, among other things.
parameters = OrderedDict(("module." + name, torch.nn.Parameter(tensor)) for name, tensor in weights.items())
moments = {i: {"exp_avg": torch.zeros_like(tensor)} for i, tensor in enumerate(weights.values())}
optimizer = {"state": moments, "param_groups": [{"lr": 0.5, "betas": (0.9, 0.99)}]}
save("wrapped.bin", {"step": 7, "optimizer": optimizer, "state_dict": parameters})

# Vectors that are parts of one storage, matrices that are stored transposed, masks, a tied head.
flat = torch.cat([tensor for tensor in weights.values() if tensor.dim() == 1])
views, at = OrderedDict(), 0
for name, tensor in weights.items():
    if tensor.dim() == 1:
        views[name] = flat[at : at + tensor.numel()]
        at += tensor.numel()
    else:
        views[name] = tensor.t().contiguous().t()
views["transformer.h.0.attn.bias"] = torch.ones(1, 1, 24, 24, dtype=torch.bool).tril()
views["transformer.h.0.attn.masked_bias"] = torch.tensor(-1e4)
views["transformer.h.1.attn.bias"] = torch.ones(1, 1, 1, 1, dtype=torch.uint8).expand(1, 1, 24, 24)
views["lm_head.weight"] = views["transformer.wte.weight"]
save("views.bin", views)

for name, dtype in [("half", torch.half), ("bfloat16", torch.bfloat16)]:
    tensors = OrderedDict((key, tensor.to(dtype)) for key, tensor in weights.items())
    save(f"{name}.bin", tensors)
    save_file(tensors, f"{name}.safetensors")


class Evil:
    def __reduce__(self):
        return (os.system, ("echo this was executed",))


save("evil.bin", {"a": Evil(), **weights})
