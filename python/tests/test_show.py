"""What `show` makes of what it is given. The charts are tested in a browser, by `www/e2e/notebook/`."""

import json
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

from logitscope import Answer, Model, show


class Tensor:
    """As much of torch's as is asked for; one that has a gradient gives no list."""

    def __init__(self, values, grad=True):
        self.values, self.grad = values, grad

    def detach(self):
        return Tensor(self.values, False)

    def tolist(self):
        if self.grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return self.values


@dataclass
class DirectLogitAttribution:
    """TransformerLens's, by its fields."""

    attribution: Tensor
    labels: list
    unit: str


class Table:
    """As much of pandas's DataFrame as is asked for."""

    def __init__(self, **columns):
        self.values, self.columns = columns, list(columns)

    def __getitem__(self, name):
        return Tensor(self.values[name], False)


COMPONENTS = ["embed", "pos_embed", "0_attn_out", "0_mlp_out", "1_attn_out", "1_mlp_out"]
VALUES = [0.5, -0.25, 1.0, 2.0, -4.0, 8.0]


def shown(*args, **options):
    return json.loads(show(*args, **options).answer)


class Numbers(unittest.TestCase):
    def test_direct_logit_attribution_of_one_position(self):
        dla = DirectLogitAttribution(Tensor([[value] for value in VALUES]), COMPONENTS, "component")
        tokens = ["<|endoftext|>", "When", " Mary"]
        self.assertEqual(
            shown(dla, tokens=tokens, answer=" Mary", incorrect=[" John", " Ann"], model="gpt2"),
            {
                "unit": "component",
                "labels": COMPONENTS,
                "attribution": VALUES,
                "positions": [2],
                "tokens": [{"text": text} for text in tokens],
                "answer": {"text": " Mary"},
                "incorrect": [{"text": " John"}, {"text": " Ann"}],
                "model": "gpt2",
            },
        )

    def test_direct_logit_attribution_of_every_position_of_several_prompts(self):
        rows = [[[value, value + 100], [value + 1000, value + 1100]] for value in VALUES]
        dla = DirectLogitAttribution(Tensor(rows), COMPONENTS, "component")
        self.assertEqual(shown(dla, batch=1)["attribution"], [value + 1100 for value in VALUES])
        first = shown(dla, batch=0, position=0)
        self.assertEqual((first["attribution"], first["positions"]), (VALUES, [0]))
        with self.assertRaisesRegex(ValueError, "of 2 prompts: say by batch= which"):
            show(dla)
        with self.assertRaisesRegex(ValueError, "position=2 is outside of 2"):
            show(dla, batch=0, position=2)

    def test_two_axes_are_prompts_or_positions(self):
        rows = [[value, -value] for value in VALUES]
        self.assertEqual(shown(rows, COMPONENTS, position=-2)["attribution"], VALUES)
        self.assertEqual(shown(rows, COMPONENTS, batch=0)["attribution"], VALUES)
        self.assertEqual(shown(rows, COMPONENTS, tokens=["a", "b"])["positions"], [1])
        with self.assertRaisesRegex(ValueError, r"shape \[6, 2\]: say batch= .* or position="):
            show(rows, COMPONENTS)

    def test_a_pair_says_its_unit_by_its_labels(self):
        heads = ["L0H0", "L0H1", "L1H0", "L1H1", "remainder"]
        self.assertEqual(shown((VALUES[:5], heads))["unit"], "head")
        self.assertEqual(shown((VALUES[:3], ["0_pre", "0_mid", "final_post"]))["unit"], "layer")

    def test_a_table_may_be_sorted_by_its_numbers(self):
        by_size = sorted(zip(COMPONENTS, VALUES), key=lambda row: -abs(row[1]))
        labels, values = zip(*by_size)
        answer = shown(Table(label=list(labels), attribution=list(values)))
        self.assertEqual((answer["labels"], answer["attribution"]), (COMPONENTS, VALUES))
        with self.assertRaisesRegex(ValueError, "no column attribution, but label, value"):
            show(Table(label=["embed"], value=[1.0]))

    def test_a_logit_is_what_numbers_should_add_up_to(self):
        answer = shown(VALUES, COMPONENTS, logit=7.0, bias=-0.25)
        self.assertEqual([answer[name] for name in ("logit", "bias", "total", "error")], [[7.0], [-0.25], [7.25], [0.0]])
        states = shown([1.0, 3.0], ["0_pre", "final_post"], logit=3.5)
        self.assertEqual([states["total"], states["error"]], [[3.0], [-0.5]])

    def test_what_does_not_fit_is_said(self):
        for args, options, error, said in [
            ((3,), {}, TypeError, "int is none of what can be shown: TransformerLens's DirectLogitAttribution"),
            ((VALUES, COMPONENTS[:4]), {}, ValueError, "6 rows, and there are 4 labels"),
            ((VALUES, [*COMPONENTS[:5], 7]), {}, TypeError, "labels has 7; a list of texts"),
            (([1.0], ["blocks.0"]), {}, ValueError, "the labels blocks.0, … are not TransformerLens's"),
            ((VALUES, COMPONENTS), {"unit": "neurons"}, ValueError, "unit='neurons' is not component, head or layer"),
            (([*VALUES[:5], float("nan")], COMPONENTS), {}, ValueError, "of 1_mlp_out is nan, which is not finite"),
            ((VALUES, COMPONENTS), {"tokens": " Mary"}, TypeError, "tokens has ' Mary'"),
            ((VALUES, COMPONENTS), {"title": 3}, TypeError, "title=3 is not a text"),
        ]:
            with self.subTest(said=said), self.assertRaisesRegex(error, said):
                show(*args, **options)


class Answers(unittest.TestCase):
    def test_answers_are_shown_as_they_are(self):
        answer = {"unit": "component", "labels": COMPONENTS, "attribution": VALUES, "top": None}
        self.assertEqual(shown(answer), answer)
        self.assertEqual(shown(json.dumps(answer), title="A title"), {**answer, "title": "A title"})
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "answer.json")
            file.write_text(json.dumps(answer), encoding="utf-8")
            self.assertEqual(shown(file), answer)
            self.assertEqual(shown(str(file)), answer)
            self.assertIsInstance(show(file), Answer)

    def test_what_is_no_answer_is_said(self):
        with self.assertRaisesRegex(ValueError, "the text is not JSON: Expecting property name"):
            show("{broken")
        with self.assertRaisesRegex(ValueError, "the text is a JSON list"):
            show("[1]")
        with self.assertRaises(FileNotFoundError):
            show("no-such-answer.json")
        with self.assertRaisesRegex(ValueError, "not finite, which JSON writes as null"):
            show({"attribution": [float("inf")]})
        with self.assertRaisesRegex(TypeError, "tokens is of numbers alone"):
            show({"attribution": [1.0]}, tokens=["a"])


class Models(unittest.TestCase):
    def test_a_folder_is_read_as_far_as_it_is_a_model(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with self.assertRaisesRegex(FileNotFoundError, "has no config.json"):
                Model(folder)
            (folder / "config.json").write_text("{}")
            with self.assertRaisesRegex(FileNotFoundError, "has no weights: model.safetensors or"):
                Model(folder).attribute("When")
            index = {"weight_map": {"a": "model-2.safetensors", "b": "model-1.safetensors", "c": "../secret", "d": "./model-2.safetensors"}}
            (folder / "model.safetensors.index.json").write_text(json.dumps(index))
            for file in ("model-1.safetensors", "model-2.safetensors", "pytorch_model.bin", "notes.txt"):
                (folder / file).write_bytes(b"1234")
            answer = Model(folder).attribute("When", " Mary", " John")
            self.assertEqual(
                [file for file, _ in answer.files], ["config.json", "model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors"]
            )
            self.assertEqual(answer.incorrect, [" John"])

    def test_the_browser_gets_the_files_of_the_model_and_no_others(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name, "model")
            folder.mkdir()
            (folder / "config.json").write_text("{}")
            (folder / "model.safetensors").write_bytes(b"0123456789")
            Path(name, "secret").write_text("secret")
            answer = Model(folder).attribute("When")
            sent = []
            answer.send = lambda reply, buffers=(): sent.append((reply, list(buffers)))
            for asked in ({"file": "model.safetensors", "at": 2, "length": 4}, {"file": "model.safetensors"}, {"file": "../secret"}):
                answer._send_file(answer, {"id": 1, **asked}, [])
            self.assertEqual([buffers for _, buffers in sent], [[b"2345"], [b"0123456789"], []])
            self.assertIn("../secret is no file of", sent[2][0]["error"])

    def test_what_is_no_model_is_said(self):
        for source in ("./nowhere", "/nowhere", Path("nowhere")):
            with self.subTest(source=source), self.assertRaisesRegex(FileNotFoundError, "there is no folder"):
                Model(source)
        with self.assertRaisesRegex(ValueError, "no name of a model on the hub"):
            Model("a model of mine")
        for hub in ("gpt2", "openai-community/gpt2", "owner/name@refs/pr/1", "https://example.org/models/a/"):
            self.assertEqual(Model(hub).attribute("When").source, hub)
        with self.assertRaisesRegex(ValueError, "prompt='' is not a text"):
            Model("gpt2").attribute("")


if __name__ == "__main__":
    unittest.main()
