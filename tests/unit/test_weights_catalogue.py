"""The packaged list of weights, and how it is read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import WeightsError
from index.weights import all_weights, default_embedder, default_generator, find
from index.weights import catalogue as catalogue_module
from index.weights.catalogue import parse_catalogue

SHA256 = re.compile(r"[0-9a-f]{64}")


def test_defaults_are_the_measured_best() -> None:
    assert default_generator().name == "qwen2.5-coder-1.5b-instruct"
    assert default_embedder().name == "all-minilm-l6-v2"


def test_fallback_order_goes_from_best_to_tiniest() -> None:
    names = []
    name: str | None = default_generator().name
    while name is not None:
        names.append(name)
        name = find(name).next_best
    assert names == ["qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct"]


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(WeightsError) as caught:
        find("gpt-9")
    message = str(caught.value)
    assert "'gpt-9'" in message
    assert all(weights.name in message for weights in all_weights())
    assert "\n" not in message


def test_every_fact_is_pinned() -> None:
    for weights in all_weights():
        assert SHA256.fullmatch(weights.upstream.sha256)
        assert re.fullmatch(r"[0-9a-f]{40}", weights.upstream.revision)
        assert weights.licence
        assert weights.summary.endswith(".")
        for wheel in weights.wheels:
            assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", wheel.requirement)
            assert SHA256.fullmatch(wheel.sha256)
        assert len({wheel.sha256 for wheel in weights.wheels}) == len(weights.wheels)


def test_the_upstream_file_is_required_with_the_upstream_hash() -> None:
    for weights in all_weights():
        (main,) = [file for file in weights.required_files if file.path == weights.upstream.file]
        assert main.sha256 == weights.upstream.sha256
        assert weights.bytes == sum(file.bytes for file in weights.files)


def test_what_an_embedder_computes_with_is_required() -> None:
    required = {file.path for file in default_embedder().required_files}
    assert {
        "model.safetensors", "config.json", "modules.json", "1_Pooling/config.json",
        "sentence_bert_config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt",
    } <= required  # fmt: skip


def entry_with_path(path: str) -> str:
    upstream = {"repo": "a/b", "revision": "0" * 40, "file": "w", "sha256": "0" * 64}
    entry = {
        "name": "w", "role": "embedder", "licence": "MIT", "summary": "S.", "default": False, "next_best": None,
        "bytes": 1, "upstream": upstream, "wheels": [], "files": [{"path": path, "bytes": 1, "sha256": "0" * 64}],
    }  # fmt: skip
    return json.dumps({"weights": [entry]})


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "..\\x", "C:/x", "C:x", "", ".."])
def test_a_path_out_of_the_folder_is_refused(path: str) -> None:
    with pytest.raises(WeightsError, match="unsafe path"):
        parse_catalogue(entry_with_path(path))


@given(st.text(alphabet="ab./\\:", min_size=1, max_size=12))
def test_an_accepted_path_stays_inside(path: str) -> None:
    try:
        parse_catalogue(entry_with_path(path))
    except WeightsError:
        return
    root = Path("/root/of/model")
    assert (root / path).resolve().is_relative_to(root)


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ["torch", "transformers", "sentence_transformers", "huggingface_hub", "requests", "httpx"]
    code = f"import sys, index.weights; print([m for m in {heavy} if m in sys.modules])"
    root = Path(catalogue_module.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
