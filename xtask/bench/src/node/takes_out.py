"""What `run.effects` does, by TransformerLens: every head and component of a GPT-2 checkpoint taken out, one forward pass each.

Usage: python takes_out.py FOLDER THREADS TOKENS     TOKENS: JSON [id, ...]

Prints the milliseconds as JSON: {"last": [...], "everywhere": [...]}. Wants `pip install transformer-lens`.
"""
import json, os, sys, time, warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
import torch
from transformers import GPT2LMHeadModel
from transformer_lens import TransformerBridge

folder, threads, tokens = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
torch.set_num_threads(threads)
hf = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()
model = TransformerBridge.boot_transformers(folder, hf_model=hf, device="cpu")
model.enable_compatibility_mode(disable_warnings=True)
model.eval()
x, answer, incorrect = torch.tensor([tokens]), 7, 12


def without(hook, where, head=None):
    def take_out(activation, hook):
        activation = activation.clone()
        if head is None:
            activation[:, where] = 0.0
        else:
            activation[:, where, head] = 0.0
        return activation

    logits = model.run_with_hooks(x, fwd_hooks=[(hook, take_out)])[0, -1]
    return (logits[answer] - logits[incorrect]).item()


def sweep(where):
    layers = range(model.cfg.n_layers)
    for layer in layers:
        for head in range(model.cfg.n_heads):
            without(f"blocks.{layer}.attn.hook_z", where, head)
        for part in ("attn_out", "mlp_out"):
            without(f"blocks.{layer}.hook_{part}", where)


def milliseconds(where):
    start = time.perf_counter()
    sweep(where)
    return 1000 * (time.perf_counter() - start)


with torch.no_grad():
    without("blocks.0.hook_mlp_out", slice(None))
    places = {"last": slice(len(tokens) - 1, len(tokens)), "everywhere": slice(None)}
    print(json.dumps({name: [milliseconds(where)] for name, where in places.items()}))
