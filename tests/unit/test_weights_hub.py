"""The hub as a source, asked through a fake: what is requested, what is believed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from index.errors import WeightsError
from index.weights import (
    LocalWeights,
    SourcesExhausted,
    Upstream,
    Weights,
    WeightsFile,
    locate_hub_model,
    pull_hub_model,
)
from index.weights import hub as hub_module
from index.weights.failures import SourceFailed
from index.weights.hub import REVISION_FILE, Hub

FILES = {"model.safetensors": b"tensors", "1_Pooling/config.json": b"{}"}
REVISION = "a" * 40


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class FakeHub:
    """Writes its files where the request says, and answers as the child process would."""

    files: dict[str, bytes]
    stated: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: dict[str, Any], work: Path, tick: Callable[[], None]) -> dict[str, Any]:
        self.requests.append(request)
        for name, data in self.files.items():
            path = Path(request["folder"]) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if self.reason:
            raise SourceFailed(self.reason)
        tick()
        return {"revision": REVISION, "files": [*self.files, "elsewhere.bin"], "sha256": self.stated}


def embedder() -> Weights:
    files = tuple(WeightsFile(path, len(data), sha(data)) for path, data in FILES.items())
    readme = WeightsFile("README.md", 5, sha(b"about"), optional=True)
    upstream = Upstream("org/emb", REVISION, "model.safetensors", sha(b"tensors"))
    return Weights("emb", "embedder", "MIT", 14, upstream, (), (*files, readme), "Embeds.")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the cache of these tests to themselves."""
    monkeypatch.setenv("PINCITE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_only_required_files_of_the_pinned_revision_are_asked_for(cache: Path) -> None:
    fake = FakeHub(FILES)
    folder = LocalWeights(cache, (embedder(),), (Hub(fake),)).ensure("emb")
    (request,) = fake.requests
    assert (request["repo"], request["revision"], request["files"]) == ("org/emb", REVISION, list(FILES))
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(FILES)


@pytest.mark.parametrize("name", list(FILES))
def test_every_required_file_must_have_its_hash(cache: Path, name: str) -> None:
    local = LocalWeights(cache, (embedder(),), (Hub(FakeHub({**FILES, name: b"other"})),))
    with pytest.raises(SourcesExhausted, match=r"upstream hub: .* another sha256"):
        local.ensure("emb")
    assert local.locate("emb") is None
    good = LocalWeights(cache, (embedder(),), (Hub(FakeHub(FILES)),))
    assert (good.ensure("emb") / name).read_bytes() == FILES[name]


def test_a_missing_client_is_said_with_the_remedy(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "find_spec", lambda name: None)
    local = LocalWeights(cache, (embedder(),), (Hub(),))
    with pytest.raises(SourcesExhausted, match="pip install huggingface_hub"):
        local.ensure("emb")


def test_a_pulled_model_is_found_again_and_not_pulled_again() -> None:
    fake = FakeHub(FILES, {"model.safetensors": sha(b"tensors")})
    assert locate_hub_model("org/model") is None
    folder = pull_hub_model("org/model", run=fake)
    assert (folder / "1_Pooling" / "config.json").read_bytes() == b"{}"
    assert (folder / REVISION_FILE).read_text() == REVISION
    assert locate_hub_model("org/model") == folder == pull_hub_model("org/model", run=fake)
    assert len(fake.requests) == 1


def test_a_changed_file_makes_a_pulled_model_unusable_until_it_is_pulled_again() -> None:
    folder = pull_hub_model("org/model", run=FakeHub(FILES))
    (folder / "model.safetensors").write_bytes(b"tensorz")
    assert locate_hub_model("org/model") is None
    assert (pull_hub_model("org/model", run=FakeHub(FILES)) / "model.safetensors").read_bytes() == b"tensors"


def test_a_missing_file_makes_a_pulled_model_unusable() -> None:
    folder = pull_hub_model("org/model", run=FakeHub(FILES))
    (folder / "1_Pooling" / "config.json").unlink()
    assert locate_hub_model("org/model") is None


def test_a_file_with_another_hash_than_the_hub_states_is_refused() -> None:
    with pytest.raises(WeightsError, match=r"org/model: model\.safetensors arrived with another sha256"):
        pull_hub_model("org/model", run=FakeHub(FILES, {"model.safetensors": sha(b"something else")}))
    assert locate_hub_model("org/model") is None


def test_a_model_without_safetensors_is_refused() -> None:
    with pytest.raises(WeightsError, match=r"no \.safetensors weights"):
        pull_hub_model("org/model", run=FakeHub({"config.json": b"{}"}))


def test_what_an_interrupted_pull_left_of_another_revision_goes() -> None:
    with pytest.raises(WeightsError, match="unreachable; check the name and the network"):
        pull_hub_model("org/model", run=FakeHub({**FILES, "old.json": b"{}"}, reason="unreachable"))
    folder = pull_hub_model("org/model", run=FakeHub(FILES))
    assert not (folder / "old.json").exists()


@pytest.mark.parametrize("name", ["", "model", "a/b/c", "../x", "a/..", "./a", "a/b\n", "https://x/y", "a b/c"])
def test_what_is_no_models_name_is_refused(name: str) -> None:
    with pytest.raises(WeightsError, match="org/name"):
        locate_hub_model(name)
    with pytest.raises(WeightsError, match="org/name"):
        pull_hub_model(name, run=FakeHub(FILES))
