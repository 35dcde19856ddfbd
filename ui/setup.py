"""Opening what a command needs. The default library begins with the article of ``seeds``; any other begins empty."""

from __future__ import annotations

from index.config import load_settings
from index.library import Library
from index.progress import Progress, silent
from index.weights import ensure
from rag import Assistant, AssistantConfig
from seeds import documents_dir


def open_library(
    path: str | None,
    *,
    progress: Progress = silent,
    create: bool = True,
    with_seeds: bool = False,
    seed_missing: bool = False,
) -> Library:
    """Open a library.

    Args:
        path: as given by ``--library``; None for what the settings say.
        progress: told about fetching weights and indexing.
        create: whether a missing library is made.
        with_seeds: if no library was chosen and the default one does not exist yet, make it of the seed documents.
        seed_missing: make whatever library the settings name of the seed documents if it does not exist yet.
    """
    settings = load_settings(library=path)
    missing = not settings.library_path.exists()
    ensure(settings.embedder, progress)
    library = Library.open(path, create=create)
    if missing and (seed_missing or (with_seeds and not settings.library)):
        library.add([documents_dir()], progress=progress)
    return library


def open_assistant(
    library: Library | str | None,
    model: str | None,
    *,
    caution: str | None = None,
    progress: Progress = silent,
) -> Assistant:
    """Open a library, unless it is open already, and load the language model, ready to read a question."""
    opened = library if isinstance(library, Library) else open_library(library, progress=progress, with_seeds=True)
    config = AssistantConfig.with_caution(load_settings(caution=caution).caution)
    assistant = Assistant.open(opened, model=model, config=config, progress=progress)
    assistant.warm_up()
    return assistant
