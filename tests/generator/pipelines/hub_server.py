"""A small Hugging Face Hub on loopback, with a second address for large files, as the real one has.

It answers what huggingface_hub 2 and our downloads ask: a model's files at a revision, and the
files themselves, whole or from an offset. It writes down each request, and misbehaves on request.
"""

import hashlib
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MODEL = "somebody/some-model"
LARGE = "large.safetensors"
"""The file of two megabytes in the repository of `hub_lora`."""


@dataclass(frozen=True)
class Asked:
    """A request for a file."""

    path: str
    offset: int = 0
    authorised: bool = False


@dataclass
class Repository:
    files: dict[str, bytes]
    gated: bool = False
    forbidden: bool = False
    claims: dict[str, int] = field(default_factory=dict[str, int])
    """Sizes that are listed instead of the real ones."""

    @classmethod
    def of(cls, folder: Path, **extra: bytes) -> "Repository":
        """Return a repository with a folder's files."""
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return cls({str(path.relative_to(folder)): path.read_bytes() for path in paths} | extra)

    def size(self, path: str) -> int:
        return self.claims.get(path, len(self.files[path]))


class HubServer:
    """The repositories, what was asked for, and what goes wrong."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.asked: list[Asked] = []
        """Requests for files at the Hub, and at the second address for what it redirects there."""
        self.from_store: list[Asked] = []
        self.cut_after: dict[str, list[int]] = {}
        """By path: the bytes after which the next connections are cut."""
        self.hold_after: dict[str, int] = {}
        """By path: the bytes after which a connection waits until `go_on`."""
        self.holding = threading.Event()
        self.go_on = threading.Event()
        self.broken: dict[str, int] = {}
        """By path: how many more times it arrives broken."""
        self.ignores_ranges = False
        self.down = False
        self.url = self.store_url = ""

    def find(self, digest: str) -> tuple[str, bytes]:
        """Return the large file with this digest, and its path."""
        for repository in self.repositories.values():
            for path, content in repository.files.items():
                if is_large(path) and digest_of(path, content) == digest:
                    return path, content
        raise KeyError(digest)


def is_large(path: str) -> bool:
    return path.endswith((".safetensors", ".bin", ".ckpt"))


def digest_of(path: str, content: bytes) -> str:
    """Return a file's digest as the Hub names it."""
    if is_large(path):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def cached_blob(hub: HubServer, path: str, folder: Path) -> Path:
    """Return where a test's cache keeps the contents of a file of `MODEL`."""
    blobs = folder / "cache" / "models--somebody--some-model" / "blobs"
    blobs.mkdir(parents=True, exist_ok=True)
    return blobs / digest_of(path, hub.repositories[MODEL].files[path])


@contextmanager
def serving() -> Generator[HubServer]:
    """Run the two addresses in threads."""
    hub = HubServer()
    front = _Server(("127.0.0.1", 0), type("Front", (_Front,), {"hub": hub}))
    store = _Server(("127.0.0.1", 0), type("Store", (_Store,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{front.server_port}"
    hub.store_url = f"http://127.0.0.1:{store.server_port}"
    servers = (front, store)
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,)) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        hub.go_on.set()
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients hang up here on purpose."""


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
        pass

    def note(self, path: str) -> Asked:
        offset = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        return Asked(path, int(offset), "Authorization" in self.headers)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_file(self, path: str, content: bytes, asked: Asked) -> None:
        hub = self.hub
        if hub.broken.get(path, 0) > 0:
            hub.broken[path] -= 1
            content = content[:-8] + b"nonsense"
        offset = 0 if hub.ignores_ranges else asked.offset
        self.send_response(206 if offset else 200)
        self.send_header("Content-Length", str(len(content) - offset))
        if offset:
            size = len(content)
            self.send_header("Content-Range", f"bytes {offset}-{size - 1}/{size}")
        self.end_headers()
        if cuts := hub.cut_after.get(path):
            self.wfile.write(content[offset : offset + cuts.pop(0)])
            self.close_connection = True
            return
        if path in hub.hold_after:
            hold = offset + hub.hold_after.pop(path)
            self.wfile.write(content[offset:hold])
            hub.holding.set()
            hub.go_on.wait()
            offset = hold
        self.wfile.write(content[offset:])


class _Front(_Handler):
    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path).lstrip("/")
        if self.hub.down:
            self.answer(500)
        elif path.startswith("api/models/"):
            self._list(path.removeprefix("api/models/"))
        else:
            name, _, rest = path.partition("/resolve/")
            self._resolve(self.hub.repositories[name], rest.partition("/")[2])

    def _list(self, path: str) -> None:
        name, _, revision = path.partition("/revision/")
        repository = self.hub.repositories.get(name)
        if repository is None:  # the Hub does not tell a private repository from none
            self.answer(401, X_Error_Code="RepoNotFound")
        elif revision not in ("", "main", "fast", COMMIT):
            self.answer(404, X_Error_Code="RevisionNotFound")
        else:
            siblings = [_sibling(repository, file) for file in repository.files]
            model = {"id": name, "sha": COMMIT, "siblings": siblings}
            self.answer(200, json.dumps(model).encode(), Content_Type="application/json")

    def _resolve(self, repository: Repository, path: str) -> None:
        asked = self.note(path)
        self.hub.asked.append(asked)
        content = repository.files[path]
        if repository.gated:
            self.answer(403, X_Error_Code="GatedRepo")
        elif repository.forbidden:
            self.answer(403)
        elif is_large(path):
            self.answer(302, Location=f"{self.hub.store_url}/{digest_of(path, content)}")
        else:
            self.send_file(path, content, asked)


class _Store(_Handler):
    def do_GET(self) -> None:
        path, content = self.hub.find(self.path.lstrip("/"))
        asked = self.note(path)
        self.hub.from_store.append(asked)
        self.send_file(path, content, asked)


def _sibling(repository: Repository, path: str) -> dict[str, Any]:
    content, size = repository.files[path], repository.size(path)
    sibling: dict[str, Any] = {"rfilename": path, "size": size, "blobId": "0" * 40}
    if is_large(path):
        sibling["lfs"] = {"sha256": digest_of(path, content), "size": size, "pointerSize": 134}
    else:
        sibling["blobId"] = digest_of(path, content)
    return sibling
