"""Any causal language model of Hugging Face ``transformers``, from a local folder (weights, or a GGUF file inside)."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.errors import GenerationError
from rag.text import as_content
from rag.types import GenerationRequest, Message, ModelInfo

_FALLBACK_CONTEXT = 2048
_MAX_CONTEXT = 4096


class TransformersGenerator:
    """A causal language model; on a GPU where torch sees one. Greedy decoding."""

    def __init__(self, folder: Path, *, name: str | None = None) -> None:
        """Load the model (seconds to minutes).

        Raises:
            GenerationError: the folder holds no causal language model that can be loaded.
        """
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        self._name = name or folder.name
        self._lock = threading.Lock()
        try:
            self._model, self._tokenizer = _load(folder)
        except Exception as error:
            raise GenerationError(
                f"{folder}: transformers cannot load a language model from it ({_reason(error)}); "
                "choose another with --model"
            ) from None
        length = getattr(self._model.config, "max_position_embeddings", None) or _FALLBACK_CONTEXT
        self._context_tokens = min(int(length), _MAX_CONTEXT)

    @property
    def info(self) -> ModelInfo:
        """Name and runtime; a folder has no single hash."""
        return ModelInfo(self._name, "transformers", None)

    @property
    def context_tokens(self) -> int:
        """What the model was made for, at most 4096."""
        return self._context_tokens

    @property
    def keeps_prompt(self) -> bool:
        """Each request starts afresh."""
        return False

    @property
    def continues(self) -> bool:
        """A reply that has been begun is left open at the end of the prompt."""
        return True

    def count_tokens(self, text: str) -> int:
        """Count with the model's own tokenizer."""
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield text as it is written. Closing the iterator stops the model after the token at hand.

        Raises:
            GenerationError: the prompt does not fit, or the model failed.
        """
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        inputs = self._inputs(request.messages, room=request.max_tokens)
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        cancelled = threading.Event()
        failure: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
        arguments = {
            **inputs,
            "streamer": streamer,
            "max_new_tokens": request.max_tokens,
            "do_sample": False,
            "stopping_criteria": StoppingCriteriaList([_stop_when(cancelled)]),
            "pad_token_id": self._tokenizer.pad_token_id or self._tokenizer.eos_token_id,
        }
        worker = threading.Thread(target=self._generate, args=(arguments, streamer, failure), daemon=True)
        worker.start()
        try:
            yield from until_stop(iter(streamer), request.stop)
            if not failure.empty():
                raise GenerationError(f"the model failed ({_reason(failure.get())}); try again or choose another")
        finally:
            cancelled.set()
            worker.join()

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing is kept."""

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> list[float] | None:
        """Return the probability of each option's first token, normalised over the options."""
        import torch

        inputs = self._inputs(messages, room=1)
        with self._lock, torch.inference_mode():
            logits = self._model(**inputs).logits[0, -1].float()
        return self._shares(torch.softmax(logits, dim=-1), options)

    def close(self) -> None:
        """Free the model."""
        with self._lock:
            self._model = None

    def _shares(self, probabilities: Any, options: Sequence[str]) -> list[float] | None:
        mass = []
        for option in options:
            forms = {form for word in (option, option.capitalize()) for form in (word, f" {word}")}
            encoded = [self._tokenizer(form, add_special_tokens=False)["input_ids"] for form in forms]
            mass.append(sum(float(probabilities[first]) for first in {ids[0] for ids in encoded if len(ids) == 1}))
        total = sum(mass)
        return [share / total for share in mass] if total > 0 else None

    def _inputs(self, messages: Sequence[Message], *, room: int) -> dict[str, Any]:
        if self._model is None:
            raise GenerationError("the model has been closed; open a new assistant")
        turns = [{"role": message.role, "content": as_content(message.text)} for message in messages]
        begun = bool(turns) and turns[-1]["role"] == "assistant"
        if self._tokenizer.chat_template:
            encoded = self._tokenizer.apply_chat_template(
                turns,
                add_generation_prompt=not begun,
                continue_final_message=begun,
                return_tensors="pt",
                return_dict=True,
            )
        else:
            prompt = "\n\n".join(turn["content"] for turn in turns) + ("" if begun else "\n\nAnswer:")
            encoded = self._tokenizer(prompt, return_tensors="pt")
        length = encoded["input_ids"].shape[1]
        if length + room > self._context_tokens:
            raise GenerationError(
                f"the prompt has {length} tokens, the model takes {self._context_tokens}; ask a shorter question"
            )
        return {key: value.to(self._model.device) for key, value in encoded.items() if key != "token_type_ids"}

    def _generate(self, arguments: dict[str, Any], streamer: Any, failure: queue.SimpleQueue[BaseException]) -> None:
        try:
            with self._lock:
                self._model.generate(**arguments)
        except BaseException as error:  # handed to the reader, who raises it
            failure.put(error)
            streamer.end()


def until_stop(pieces: Iterator[str], stops: Sequence[str]) -> Iterator[str]:
    """Yield pieces up to the first stop string, holding back what might be its beginning."""
    held = ""
    longest = max((len(stop) for stop in stops), default=0)
    for piece in pieces:
        held += piece
        cuts = [held.index(stop) for stop in stops if stop in held]
        if cuts:
            yield held[: min(cuts)]
            return
        safe = len(held) - longest + 1 if longest else len(held)
        if safe > 0:
            yield held[:safe]
            held = held[safe:]
    yield held


def _load(folder: Path) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    source: dict[str, Any] = {"local_files_only": True}
    ggufs = sorted(folder.glob("*.gguf"))
    if ggufs and not (folder / "config.json").exists():
        source["gguf_file"] = ggufs[0].name
    tokenizer = AutoTokenizer.from_pretrained(str(folder), **source)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.bfloat16, **source).to(device)
    model.eval()
    return model, tokenizer


def _stop_when(cancelled: threading.Event) -> Any:
    import torch
    from transformers import StoppingCriteria

    class Cancelled(StoppingCriteria):  # type: ignore[misc]
        """Ends generation when the reader has gone."""

        def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
            return torch.full((input_ids.shape[0],), cancelled.is_set(), device=input_ids.device, dtype=torch.bool)

    return Cancelled()


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
