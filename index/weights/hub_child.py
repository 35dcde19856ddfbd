"""The hub download, run as a script in a process of its own (``python -P hub_child.py``).

pincite keeps ``huggingface_hub`` offline in its own process, a switch that is read once at import; so going online
takes another process. It imports nothing of pincite. The request is one line of JSON on stdin; the answer goes to the
file named in it. When stdin closes, the parent is gone and so is this process.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

# Weights in a format that cannot carry code, and what tokenisers and configurations need; scripts stay out.
MODEL_PATTERNS = ["*.safetensors", "*.json", "*.txt", "*.model", "*.jinja", "tokenizer*"]
IGNORED_PATTERNS = [
    "*.py", "*.bin", "*.pkl", "*.pickle", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.msgpack",
    "*.onnx", "*.gguf", "onnx/*", "openvino/*", "original/*", ".*",
]  # fmt: skip


def fetch_files(request: dict[str, Any]) -> dict[str, Any]:
    """Download single files of a pinned revision. No token: what the catalogue names is public."""
    from huggingface_hub import HfApi, hf_hub_download

    # Asking about the model first fails at once without a network; a download would retry for half a minute.
    HfApi().model_info(request["repo"], revision=request["revision"], token=False)
    for name in request["files"]:
        hf_hub_download(request["repo"], name, revision=request["revision"], local_dir=request["folder"], token=False)
    return {}


def fetch_model(request: dict[str, Any]) -> dict[str, Any]:
    """Download a model at its newest revision.

    Returns:
        The revision, the names of all files in it, and the sha256 the hub states of the large ones.
    """
    from huggingface_hub import HfApi, snapshot_download

    info = HfApi().model_info(request["repo"], files_metadata=True)
    snapshot_download(
        request["repo"],
        revision=info.sha,
        local_dir=request["folder"],
        allow_patterns=MODEL_PATTERNS,
        ignore_patterns=IGNORED_PATTERNS,
    )
    files = info.siblings or []
    stated = {file.rfilename: file.lfs.sha256 for file in files if file.lfs}
    return {"revision": info.sha, "files": [file.rfilename for file in files], "sha256": stated}


def main() -> int:
    """Do what the request says; on failure, the last line of the output is the reason."""
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer = fetch_files(request) if "files" in request else fetch_model(request)
    except Exception as error:  # the parent only needs a line; anything may come out of a network stack
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", flush=True)
        return 1
    Path(request["answer"]).write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
