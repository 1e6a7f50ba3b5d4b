"""One tiny model on disk and one runtime for all tests here."""

import pytest

from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.runtime import TorchRuntime
from generator.spec import ModelSpec
from tests.generator.pipelines.tiny import save_tiny, tiny_spec


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
