"""Which models stay in memory, and what is given up when it runs out."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from generator.memory import Memory, Mode
from generator.protocol import Ready
from generator.residents import Residents
from generator.spec import ModelSpec
from tests.generator.plain_worker import PLAIN, PlainPipeline, PlainRuntime, paint

GIB = 2**30
WEIGHTS = {"a": 4, "b": 4, "c": 4, "huge": 30}
"""GiB by model."""


class Scales(PlainRuntime):
    """A device that weighs its models and writes down what it loads."""

    def __init__(self, device: str, gib: int, weights: Mapping[str, int] = WEIGHTS) -> None:
        self.ready = Ready(device, "scales", gib * GIB)
        self.loads: list[tuple[str, Mode]] = []
        self.releases = 0
        self._weights = weights

    def load(self, spec: ModelSpec, mode: Mode) -> PlainPipeline:
        self.loads.append((spec.name, mode))
        return PlainPipeline(paint, weight_bytes=self._weights[spec.name] * GIB)

    def release_memory(self) -> None:
        self.releases += 1


def model(name: str, **memory: float) -> ModelSpec:
    return replace(PLAIN, name=name, memory=Memory(**memory))


A, B, C, HUGE = (
    model(name, resident=resident, model_offload=resident / 2)
    for name, resident in {"a": 6.0, "b": 6.0, "c": 6.0, "huge": 36.0}.items()
)


def use(residents: Residents, *specs: ModelSpec) -> None:
    for spec in specs:
        residents.pipeline(spec)


def test_models_that_fit_together_are_loaded_once() -> None:
    gpu = Scales("cuda", 10)  # the weights of one, and what the other needs to run
    use(Residents(gpu), A, B, A, B)
    assert gpu.loads == [("a", "resident"), ("b", "resident")]


def test_the_one_unused_for_longest_goes_first() -> None:
    gpu = Scales("cuda", 13)
    residents = Residents(gpu)
    use(residents, A, B, A, C)
    assert (A in residents, B in residents, C in residents) == (True, False, True)


def test_models_that_do_not_fit_together_take_turns() -> None:
    gpu = Scales("cuda", 9)
    use(Residents(gpu), A, B, A)
    assert [name for name, _ in gpu.loads] == ["a", "b", "a"]


@pytest.mark.parametrize("order", [(A, HUGE, A), (HUGE, A, HUGE)])
def test_an_offloaded_model_is_alone(order: tuple[ModelSpec, ...]) -> None:
    gpu = Scales("cuda", 20)
    use(Residents(gpu), *order)
    assert gpu.loads == [
        (spec.name, "model_offload" if spec is HUGE else "resident") for spec in order
    ]


def test_without_a_gpu_half_of_the_machines_memory_is_the_limit() -> None:
    unknown = [model(name) for name in ("a", "b", "c")]
    cpu = Scales("cpu", 17)
    residents = Residents(cpu)
    use(residents, *unknown)
    assert [spec in residents for spec in unknown] == [False, True, True]


def test_an_unknown_models_weights_are_known_from_its_first_time() -> None:
    first, second = model("a"), model("b")
    cpu = Scales("cpu", 12)
    residents = Residents(cpu)
    use(residents, first, second)
    assert first not in residents
    released = cpu.releases
    use(residents, first)
    assert cpu.releases == released + 1, "before it was loaded"


def test_who_runs_out_of_memory_is_alone_from_then_on() -> None:
    gpu = Scales("cuda", 10)
    residents = Residents(gpu)
    use(residents, A, B)
    assert residents.give_way(B)
    use(residents, B)
    assert A not in residents
    use(residents, A)
    assert B in residents, "A fits beside it"
    use(residents, B)
    assert A not in residents
    assert gpu.loads[-1] == ("a", "resident")


def test_who_runs_out_of_memory_alone_is_loaded_in_smaller_modes() -> None:
    gpu = Scales("cuda", 10)
    residents = Residents(gpu)
    use(residents, A)
    while residents.give_way(A):
        use(residents, A)
    modes = [mode for _, mode in gpu.loads]
    assert modes == ["resident", "model_offload", "group_offload"]
    use(residents, B, A)
    assert gpu.loads[-1] == ("a", "group_offload")


def test_without_a_gpu_no_mode_is_smaller() -> None:
    residents = Residents(Scales("cpu", 10))
    use(residents, A)
    assert not residents.give_way(A)
