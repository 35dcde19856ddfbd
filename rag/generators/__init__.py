"""Language models behind one protocol, chosen by one setting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import WeightsError
from index.progress import Progress, silent

if TYPE_CHECKING:
    from rag.types import Generator


def load_generator(model: str = "", *, api_key: str = "", progress: Progress = silent) -> tuple[Generator, str | None]:
    """Load the language model that a setting names.

    Args:
        model: a name of ``pincite models list``, the path of a GGUF file, a Hugging Face folder or id, or the URL of an
            OpenAI-compatible endpoint (``http://host:port/v1``, with ``#name`` for one model of several). Empty: the
            default weights, or the next best that can be had.
        api_key: for a URL.
        progress: told about fetching.

    Returns:
        The generator, and a notice for the user (None in the usual case).

    Raises:
        WeightsError: the name is unknown, or the weights cannot be had.
        GenerationError: they cannot be loaded, or the endpoint does not answer.
    """
    if model.startswith(("http://", "https://")):
        from rag.generators.openai import OpenAIGenerator

        return OpenAIGenerator(model, api_key=api_key), None
    path = Path(model).expanduser()
    if model and path.is_dir():
        from rag.generators.transformers import TransformersGenerator

        return TransformersGenerator(path), None
    if model.lower().endswith(".gguf"):
        from rag.generators.llama_cpp import LlamaCppGenerator

        return LlamaCppGenerator(path), None
    if "/" in model:
        return _from_hub(model), None
    return _from_catalogue(model, progress)


def _from_hub(repository: str) -> Generator:
    from index.weights import locate_hub_model
    from rag.generators.transformers import TransformersGenerator

    folder = locate_hub_model(repository)
    if folder is None:
        raise WeightsError(f"{repository}: not on this machine; fetch it with 'pincite models pull {repository}'")
    return TransformersGenerator(folder, name=repository)


def _from_catalogue(name: str, progress: Progress) -> tuple[Generator, str | None]:
    from index.weights import default_generator, ensure, ensure_generator, find
    from rag.generators.llama_cpp import LlamaCppGenerator

    notice = None
    if name:
        weights = find(name)
        if weights.role != "generator":
            raise WeightsError(f"{name}: is no language model; 'pincite models list' names those")
        path = ensure(name, progress)
    else:
        path, weights, notice = ensure_generator(default_generator().name, progress)
    return LlamaCppGenerator(path, name=weights.name, sha256=weights.upstream.sha256), notice


__all__ = ["load_generator"]
