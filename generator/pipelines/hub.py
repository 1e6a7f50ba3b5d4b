"""Files of the Hugging Face Hub in its cache of this machine: looked up, fetched, checked.

The cache is the one that all of Hugging Face's programs share: for each repository a blob for each
content, named by its digest, and for each commit a folder of links to blobs. What was fetched of a
file stays when a download stops, which huggingface_hub's own downloads do not do, and the next
download goes on there.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from huggingface_hub import HfApi, constants, hf_hub_url
from huggingface_hub.file_download import repo_folder_name

from generator.pipelines.transfer import SourceError, Transfer, is_sound, run_transfers
from generator.runtime import OnBytes

MODEL_INDEX = "model_index.json"

_TIMEOUT = 10.0
_SPARE_BYTES = 10**9
"""Left free on the disk for everybody else."""


class NoRoomError(OSError):
    """The disk has not enough room for the bytes that are missing."""

    def __init__(self, missing: int, free: int) -> None:
        super().__init__(f"{missing} bytes are missing and {free} are free")
        self.missing = missing
        self.free = free


@dataclass(frozen=True)
class HubFile:
    """A file of a repository: its path there, its bytes and the digest of its contents.

    That is SHA-256 for a large file, and git's SHA-1 for any other.
    """

    path: str
    size: int
    digest: str


@dataclass(frozen=True)
class Snapshot:
    """A repository at one commit. `files` are those that are wanted."""

    repository: str
    revision: str | None
    """What was asked for: a branch, a tag, a commit; None is the main branch."""
    commit: str
    files: tuple[HubFile, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(file.path for file in self.files)

    @property
    def folder(self) -> Path:
        """Where the files are once they are linked, under their names."""
        return _storage(self.repository) / "snapshots" / self.commit

    def only(self, names: Collection[str]) -> "Snapshot":
        """Return the snapshot with fewer files."""
        return replace(self, files=tuple(file for file in self.files if file.path in names))

    def find(self, name: str) -> Path:
        """Return where a file is that was fetched, linked or not yet."""
        link = self.folder / name
        file = next(file for file in self.files if file.path == name)
        return link if link.exists() else self.blob(file)

    def blob(self, file: HubFile) -> Path:
        return _storage(self.repository) / "blobs" / file.digest

    def link(self) -> None:
        """Give fetched files their names, and remember which commit the revision was."""
        for file in self.files:
            link = self.folder / file.path
            if not link.exists():
                link.unlink(missing_ok=True)  # one that leads nowhere
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(os.path.relpath(self.blob(file), link.parent))
        if self.revision != self.commit:
            reference = _reference(self.repository, self.revision)
            reference.parent.mkdir(parents=True, exist_ok=True)
            reference.write_text(self.commit)


def look_up(repository: str, revision: str | None) -> Snapshot:
    """Ask the Hub for all files of a repository; raises `SourceError`."""
    try:
        info = HfApi().model_info(
            repository, revision=revision, files_metadata=True, timeout=_TIMEOUT
        )
    except Exception as error:
        raise SourceError(repository, revision) from error
    assert info.sha is not None
    files: list[HubFile] = []
    for sibling in info.siblings or ():
        assert sibling.size is not None, "as asked for"
        assert sibling.blob_id is not None, "as asked for"
        digest = sibling.lfs.sha256 if sibling.lfs else sibling.blob_id
        files.append(HubFile(sibling.rfilename, sibling.size, digest))
    return Snapshot(repository, revision, info.sha, tuple(files))


def look_up_here(repository: str, revision: str | None) -> Snapshot | None:
    """Return what the cache has of a repository, asking nobody."""
    reference = _reference(repository, revision)
    commit = reference.read_text().strip() if reference.is_file() else revision or ""
    folder = _storage(repository) / "snapshots" / commit
    if not commit or not folder.is_dir():
        return None
    files = [
        HubFile(str(path.relative_to(folder)), path.stat().st_size, path.resolve().name)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    return Snapshot(repository, revision, commit, tuple(files))


def fetch(snapshots: Sequence[Snapshot], on_bytes: OnBytes) -> None:
    """Bring the files that are missing or broken onto this machine; `link` is still to be called.

    `on_bytes` is called about twice a second while there are such files; what it raises stops the
    download, and what is here stays. Raises `NoRoomError` before and `SourceError` on the way.
    """
    transfers, total = _transfers(snapshots)
    if not transfers:
        return
    missing = sum(transfer.size - transfer.bytes_here for transfer in transfers)
    _check_room(missing)
    others = total - sum(transfer.size for transfer in transfers)
    run_transfers(transfers, lambda bytes_here: on_bytes(others + bytes_here, total))


def _transfers(snapshots: Iterable[Snapshot]) -> tuple[list[Transfer], int]:
    """Return what to fetch, and the bytes of all files, each content once."""
    sizes: dict[Path, int] = {}
    transfers: dict[Path, Transfer] = {}
    for snapshot in snapshots:
        for file in snapshot.files:
            blob = snapshot.blob(file)
            sizes[blob] = file.size
            if not _is_here(snapshot, file):
                transfers[blob] = _transfer(snapshot, file)
    return list(transfers.values()), sum(sizes.values())


def _transfer(snapshot: Snapshot, file: HubFile) -> Transfer:
    return Transfer(
        name=file.path,
        repository=snapshot.repository,
        revision=snapshot.revision,
        url=hf_hub_url(snapshot.repository, file.path, revision=snapshot.commit),
        size=file.size,
        digest=file.digest,
        destination=snapshot.blob(file),
    )


def _is_here(snapshot: Snapshot, file: HubFile) -> bool:
    """Whether a file can be used as it is; a broken one is thrown away."""
    for path in (snapshot.folder / file.path, snapshot.blob(file)):
        if path.is_file():
            if path.stat().st_size == file.size and is_sound(path, file.path):
                return True
            path.unlink()
            snapshot.blob(file).unlink(missing_ok=True)
    return False


def _check_room(missing: int) -> None:
    cache = Path(constants.HF_HUB_CACHE)
    cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free
    if free < missing + _SPARE_BYTES:
        raise NoRoomError(missing, free)


def _storage(repository: str) -> Path:
    cache = Path(constants.HF_HUB_CACHE).expanduser().absolute()
    return cache / repo_folder_name(repo_id=repository, repo_type="model")


def _reference(repository: str, revision: str | None) -> Path:
    return _storage(repository) / "refs" / (revision or constants.DEFAULT_REVISION)
