"""What all tests share: a home of their own, no network, and small libraries that can be checked by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import WordCountEmbedder, make_assistant, make_library
from hypothesis import settings
from network import Guard, Policy

from index.library import Library
from index.types import Document, Embedder
from index.weights import cache_dir
from rag.assistant import Assistant
from rag.generators.scripted import Script

settings.register_profile("pincite", deadline=None, print_blob=True)  # a busy machine is no failure
settings.load_profile("pincite")

_GUARD = Guard()
sys.addaudithook(_GUARD)
_NO_SOCKETS = ("unit", "property")


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's settings, libraries and caches out of the tests; the weights stay where they are."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PINCITE_CACHE", str(cache_dir()))
        for name in ("LIBRARY", "CONFIG", "MODEL", "EMBEDDER", "API_KEY", "TOKEN"):
            patch.delenv(f"PINCITE_{name}", raising=False)
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(home))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.fixture(autouse=True)
def network(request: pytest.FixtureRequest) -> Iterator[Guard]:
    """Forbid connections: all of them in unit and property tests, those beyond this machine elsewhere."""
    folder = request.path.relative_to(Path(__file__).parent).parts[0]
    _GUARD.policy = Policy.NOTHING if folder in _NO_SOCKETS else Policy.LOOPBACK
    _GUARD.refused.clear()
    yield _GUARD
    assert not _GUARD.refused, f"the test tried to reach {_GUARD.refused}"


@pytest.fixture(scope="session")
def word_embedder() -> WordCountEmbedder:
    """Return an embedder whose cosines can be worked out by hand."""
    return WordCountEmbedder()


@pytest.fixture
def new_library(tmp_path: Path) -> Callable[..., Library]:
    """Return a function that makes a library in a folder of its own; see :func:`fakes.make_library`."""
    made: list[Library] = []

    def make(*documents: Document | str, embedder: Embedder | None = None) -> Library:
        made.append(make_library(tmp_path / f"library-{len(made)}", *documents, embedder=embedder))
        return made[-1]

    return make


@pytest.fixture
def new_assistant(new_library: Callable[..., Library]) -> Callable[..., Assistant]:
    """Return a function that makes an assistant with a script over documents; see :func:`fakes.make_assistant`."""

    def make(script: Script | str, *documents: Document | str, **settings: object) -> Assistant:
        return make_assistant(new_library(*documents), script, **settings)

    return make


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests last: Playwright keeps an event loop in this thread, and others want one of their own."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
