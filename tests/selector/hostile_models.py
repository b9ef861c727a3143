"""Folders of models that want more than to be read: to run code, to have other files read, or to take all memory."""

import json
import os
import pickle
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG, WEIGHTS, TOKENIZER, SETTINGS = "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"
INDEX = "model.safetensors.index.json"


@dataclass(frozen=True, slots=True)
class Trap:
    """A good folder that is made hostile, one outside that must not be read, and a file that only code would write."""

    folder: Path
    outside: Path
    ran: Path

    @property
    def code(self) -> str:
        return f"open({str(self.ran)!r}, 'w').close()\n"

    def change(self, name: str, **fields: Any) -> None:
        """Other values in one of its JSON files."""
        path = self.folder / name
        known = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(known | fields))

    def put(self, name: str, content: bytes | str) -> None:
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def link(self, name: str, to: Path) -> None:
        """In the place of a file."""
        (self.folder / name).unlink(missing_ok=True)
        (self.folder / name).symlink_to(to)

    def drop(self, *names: str) -> None:
        for name in names:
            (self.folder / name).unlink()

    def pickled(self) -> bytes:
        return pickle.dumps(Runs(self.ran))

    def header(self, header: bytes, length: int | None = None, body: bytes = b"") -> None:
        """Weights with this head."""
        self.put(WEIGHTS, struct.pack("<Q", len(header) if length is None else length) + header + body)


class Runs:
    """Writes the file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (open, (str(self.path), "w"))


# --- bases: what `bases.load` is given


def _code_of_model(trap: Trap) -> None:
    trap.put("modeling_evil.py", trap.code)
    trap.change(CONFIG, auto_map={"AutoConfig": "modeling_evil.Config", "AutoModelForCausalLM": "modeling_evil.Model"})


def _code_of_unknown_model(trap: Trap) -> None:
    _code_of_model(trap)
    trap.change(CONFIG, model_type="evil", architectures=["Evil"])


def _code_elsewhere(trap: Trap) -> None:
    trap.change(CONFIG, model_type="evil", auto_map={"AutoConfig": "evil/repo--modeling_evil.Config"})


def _code_of_tokenizer(trap: Trap) -> None:
    trap.put("tokenization_evil.py", trap.code)
    auto_map = {"AutoTokenizer": ["tokenization_evil.Tokenizer", "tokenization_evil.Tokenizer"]}
    trap.change(SETTINGS, tokenizer_class="EvilTokenizer", auto_map=auto_map)


def _code_beside(trap: Trap) -> None:
    """Named as what might be imported."""
    for name in ("__init__.py", "torch.py", "sitecustomize.py", "conftest.py", "setup.py", "generate.py"):
        trap.put(name, trap.code)
    (trap.folder / "custom_generate").mkdir()
    trap.put("custom_generate/generate.py", trap.code)
    trap.put("custom_generate/requirements.txt", "evil")


def _pickle_alone(trap: Trap) -> None:
    trap.drop(WEIGHTS)
    trap.put("pytorch_model.bin", trap.pickled())


def _pickle_beside(trap: Trap) -> None:
    for name in (
        "pytorch_model.bin",
        "model.pt",
        "training_args.bin",
        "optimizer.pt",
        "tf_model.h5",
        "flax_model.msgpack",
    ):
        trap.put(name, trap.pickled())


def _pickle_in_disguise(trap: Trap) -> None:
    trap.put(WEIGHTS, trap.pickled())


def _pickled_shards(trap: Trap) -> None:
    trap.drop(WEIGHTS)
    trap.put("part.bin", trap.pickled())
    trap.change("pytorch_model.bin.index.json", metadata={}, weight_map={"transformer.wte.weight": "part.bin"})


def _pickle_by_index(trap: Trap) -> None:
    trap.drop(WEIGHTS)
    trap.put("part.bin", trap.pickled())
    trap.change(INDEX, metadata={}, weight_map={"transformer.wte.weight": "part.bin"})


def _adapter_of_pickle(trap: Trap) -> None:
    trap.change(
        "adapter_config.json",
        peft_type="LORA",
        base_model_name_or_path=str(trap.outside),
        r=1,
        target_modules=["c_attn"],
    )
    trap.put("adapter_model.bin", trap.pickled())


def _adapter_of_others(trap: Trap) -> None:
    trap.drop(CONFIG, WEIGHTS)
    _adapter_of_pickle(trap)


def _link_of(name: str) -> Callable[[Trap], None]:
    return lambda trap: trap.link(name, trap.outside / name)


def _link_behind_link(trap: Trap) -> None:
    trap.link("second", trap.outside / WEIGHTS)
    trap.link(WEIGHTS, trap.folder / "second")


def _link_of_device(trap: Trap) -> None:
    trap.link(CONFIG, Path("/dev/zero"))


def _link_around(trap: Trap) -> None:
    trap.link(WEIGHTS, trap.folder / WEIGHTS)


def _link_of_folder(trap: Trap) -> None:
    trap.drop(WEIGHTS)
    (trap.folder / "parts").symlink_to(trap.outside)
    trap.change(INDEX, metadata={}, weight_map=dict.fromkeys(_names(trap), f"parts/{WEIGHTS}"))


def _index_of(path: Callable[[Trap], str]) -> Callable[[Trap], None]:
    def make(trap: Trap) -> None:
        trap.drop(WEIGHTS)
        trap.change(INDEX, metadata={}, weight_map=dict.fromkeys(_names(trap), path(trap)))

    return make


def _names(trap: Trap) -> list[str]:
    """What the tensors outside are called: an index that fits them."""
    content = (trap.outside / WEIGHTS).read_bytes()
    header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
    return [name for name in header if name != "__metadata__"]


def _vocabulary_of_others(trap: Trap) -> None:
    trap.change(SETTINGS, vocab_file=str(trap.outside / "secret.txt"), tokenizer_file=str(trap.outside / TOKENIZER),
                merges_file=str(trap.outside / "secret.txt"), name_or_path=str(trap.outside),
                special_tokens_map_file=str(trap.outside / "secret.txt"))  # fmt: skip


def _tokenizer_file_of_others(trap: Trap) -> None:
    trap.change(SETTINGS, fast_tokenizer_files=["../outside/tokenizer.json", "tokenizer.0.0.0.json"])


def _template_that_runs(trap: Trap) -> None:
    template = "{{ cycler.__init__.__globals__.os.system('touch " + str(trap.ran) + "') }}"
    trap.change(SETTINGS, chat_template=template)
    trap.put("chat_template.jinja", template)


def _kernel_of_others(trap: Trap) -> None:
    trap.change(CONFIG, attn_implementation="evil/kernel", _attn_implementation="evil/kernel")


def _pipe(trap: Trap) -> None:
    trap.drop(CONFIG)
    os.mkfifo(trap.folder / CONFIG)


def _pipe_of_weights(trap: Trap) -> None:
    trap.drop(WEIGHTS)
    os.mkfifo(trap.folder / WEIGHTS)


def _folder_for_file(trap: Trap) -> None:
    trap.drop(WEIGHTS)
    (trap.folder / WEIGHTS).mkdir()


def _sizes(**fields: int) -> Callable[[Trap], None]:
    return lambda trap: trap.change(CONFIG, **fields)


def _tensor(shape: list[int], start: int = 0, end: int = 4) -> bytes:
    return json.dumps(
        {"transformer.wte.weight": {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}}
    ).encode()


BASES: dict[str, Callable[[Trap], None]] = {
    "code of a model": _code_of_model,
    "code of a model that nobody knows": _code_of_unknown_model,
    "code of a model in another repository": _code_elsewhere,
    "code of a tokenizer": _code_of_tokenizer,
    "code beside": _code_beside,
    "pickled weights": _pickle_alone,
    "pickles beside": _pickle_beside,
    "a pickle in disguise": _pickle_in_disguise,
    "pickled shards": _pickled_shards,
    "pickled shards by the other index": _pickle_by_index,
    "an adapter that is a pickle": _adapter_of_pickle,
    "an adapter of others' weights": _adapter_of_others,
    "linked weights": _link_of(WEIGHTS),
    "a linked configuration": _link_of(CONFIG),
    "a linked tokenizer": _link_of(TOKENIZER),
    "a link behind a link": _link_behind_link,
    "a link to a device": _link_of_device,
    "a link to itself": _link_around,
    "a linked folder": _link_of_folder,
    "shards above": _index_of(lambda trap: f"../{trap.outside.name}/{WEIGHTS}"),
    "shards by their path": _index_of(lambda trap: str(trap.outside / WEIGHTS)),
    "a vocabulary of others": _vocabulary_of_others,
    "a tokenizer's file of others": _tokenizer_file_of_others,
    "a template that runs": _template_that_runs,
    "a kernel of others": _kernel_of_others,
    "a pipe for a configuration": _pipe,
    "a pipe for weights": _pipe_of_weights,
    "a folder for a file": _folder_for_file,
    "a head of an exabyte": lambda trap: trap.header(b"{}", length=1 << 60),
    "a head of 200 MB": lambda trap: trap.header(b"{" + b" " * 200_000_000 + b"}"),
    "a head nested deep": lambda trap: trap.header(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "a tensor larger than its file": lambda trap: trap.header(_tensor([1 << 40], end=1 << 42), body=b"1234"),
    "a tensor of too many numbers": lambda trap: trap.header(_tensor([1 << 62, 1 << 62]), body=b"1234"),
    "a tensor that ends before it begins": lambda trap: trap.header(_tensor([1], start=4, end=0), body=b"1234"),
    "a model of too many tokens": _sizes(vocab_size=1 << 40),
    "a model too wide": _sizes(n_embd=1 << 24, n_head=2),
    "a configuration nested deep": lambda trap: trap.put(CONFIG, '{"a":' * 100_000 + "1" + "}" * 100_000),
    "a number of a million digits": lambda trap: trap.put(
        CONFIG, '{"model_type": "gpt2", "n_embd": ' + "9" * 1_000_000 + "}"
    ),
    "a tokenizer nested deep": lambda trap: trap.put(TOKENIZER, '{"a":' * 100_000 + "1" + "}" * 100_000),
    "a tokenizer of other bytes": lambda trap: trap.put(TOKENIZER, b"\xff\xfe\x00{"),
    "nothing": lambda trap: shutil.rmtree(trap.folder),
}


# --- trained models: what `checkpoint.load` is given


def _manifest(**fields: Any) -> Callable[[Trap], None]:
    return lambda trap: trap.change("manifest.json", **fields)


def _config(**fields: Any) -> Callable[[Trap], None]:
    def make(trap: Trap) -> None:
        manifest = json.loads((trap.folder / "manifest.json").read_text())
        trap.change("manifest.json", config=manifest["config"] | fields)

    return make


def _files_of_others(name: Callable[[Trap], str]) -> Callable[[Trap], None]:
    def make(trap: Trap) -> None:
        manifest = json.loads((trap.folder / "manifest.json").read_text())
        trap.change("manifest.json", files=manifest["files"] | {name(trap): {"bytes": 6}})

    return make


MODELS: dict[str, Callable[[Trap], None]] = {
    "linked weights": _link_of(WEIGHTS),
    "a linked configuration": _link_of(CONFIG),
    "a pickle in disguise": _pickle_in_disguise,
    "files above": _files_of_others(lambda trap: f"../{trap.outside.name}/secret.txt"),
    "files by their path": _files_of_others(lambda trap: str(trap.outside / "secret.txt")),
    "a list of files": _manifest(files=["model.safetensors"]),
    "an unknown kind": _manifest(kind="evil"),
    "an unknown mode": _manifest(mode="evil"),
    "an unknown reduction": _manifest(reduction="evil"),
    "a base that is nowhere": _manifest(mode="head", base={"name": "../nowhere", "revision": "1"}),
    "a base that is a text": _manifest(base="tiny"),
    "no configuration": _manifest(config=None),
    "too many heads": _config(heads=1 << 40),
    "heads that are a text": _config(heads="3"),
    "heads below none": _config(heads=-1),
    "a manifest nested deep": lambda trap: trap.put("manifest.json", "[" * 100_000),
    "a manifest that is a list": lambda trap: trap.put("manifest.json", "[]"),
    "an adapter beside": lambda trap: trap.change("adapter_config.json", base_model_name_or_path=str(trap.outside)),
}
