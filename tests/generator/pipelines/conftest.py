"""One tiny model on disk and one runtime for all tests here."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import close_session
from safetensors.numpy import save

from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.runtime import TorchRuntime
from generator.sources import Lora
from generator.spec import ModelSpec
from tests.generator.pipelines.hub_server import LARGE, MODEL, HubServer, Repository, serving
from tests.generator.pipelines.tiny.unet import save_tiny, tiny_spec


@pytest.fixture(scope="session")
def runtime() -> TorchRuntime:
    return TorchRuntime("cpu", threads=1)  # more would only wait for each other


@pytest.fixture(scope="session")
def spec(runtime: TorchRuntime, tmp_path_factory: pytest.TempPathFactory) -> ModelSpec:
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny(folder)
    return tiny_spec(folder)


@pytest.fixture(scope="session")
def pipeline(runtime: TorchRuntime, spec: ModelSpec) -> DiffusersPipeline:
    return runtime.load(spec)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tiny models of all classes lie, each made once."""
    return tmp_path_factory.mktemp("weights")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[HubServer]:
    """A Hub for this test alone, with an empty cache."""
    with serving() as server:
        constants = "huggingface_hub.constants"
        monkeypatch.setattr(f"{constants}.ENDPOINT", server.url)
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(f"{constants}.HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(f"{constants}.HF_HUB_CACHE", str(tmp_path / "cache"))
        yield server
        close_session()


@pytest.fixture
def hub_model(hub: HubServer, spec: ModelSpec) -> ModelSpec:
    """The tiny model on the Hub, among files that nobody needs."""
    hub.repositories[MODEL] = repository = Repository.of(Path(spec.source))
    others = ["README.md", "sample.gif", "modeling.py", "unet/modeling.py", "safety/model.bin"]
    others += ["unet/diffusion_pytorch_model.bin", "unet/diffusion_pytorch_model.safetensors"]
    repository.files |= dict.fromkeys(others, b"not needed")
    return replace(spec, source=MODEL)


@pytest.fixture
def hub_lora(hub: HubServer, spec: ModelSpec) -> ModelSpec:
    """The tiny model in its folder, with a LoRA of two megabytes on the Hub."""
    content = save({"weight": np.random.default_rng(0).random(250_000)})
    hub.repositories[MODEL] = Repository({LARGE: content})
    return replace(spec, loras=(Lora(source=MODEL, file=LARGE),), lora=True)
