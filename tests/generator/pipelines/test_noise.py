"""Noise between that of two seeds."""

import pytest
import torch

from generator.pipelines.noise import noise_of
from generator.protocol import GenerationRequest
from tests.generator.plain_worker import PLAIN


def request(strength: float, variation_seed: int | None = 8) -> GenerationRequest:
    return PLAIN.request(
        id="a",
        prompt="a",
        seed=7,
        output_path="a.mp4",
        variation_seed=variation_seed,
        variation_strength=strength,
    )


def drawn(strength: float, variation_seed: int | None = 8) -> list[torch.Tensor]:
    """Return two draws in a row, of 16-bit numbers the second."""
    with noise_of(request(strength, variation_seed)) as generator:
        return [
            torch.randn((1, 4, 8, 32, 32), generator=generator),
            torch.randn((1, 4000), generator=generator, dtype=torch.float32).bfloat16(),
        ]


def test_it_goes_the_way_from_one_seed_to_the_other_and_stays_noise() -> None:
    here, there = drawn(0.0), drawn(1.0)
    ways: list[float] = []
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        between = drawn(share)
        ways.append(float(torch.cosine_similarity(between[0].ravel(), there[0].ravel(), dim=0)))
        for noise in between:
            assert noise.float().std() == pytest.approx(1, abs=0.05), "a mean would be weaker"
    assert ways == sorted(ways)
    assert not torch.equal(here[0], there[0])


def test_both_ends_and_the_same_seed_twice_are_the_noise_of_one_seed() -> None:
    for plain, varied in zip(drawn(0.0, None), drawn(0.0), strict=True):
        assert torch.equal(plain, varied)
    for plain, varied in zip(drawn(0.0, None), drawn(0.4, 7), strict=True):
        assert torch.equal(plain, varied)
    generator = torch.Generator().manual_seed(8)
    assert torch.equal(torch.randn((1, 4, 8, 32, 32), generator=generator), drawn(1.0)[0])


def test_what_is_asked_for_on_another_device_is_drawn_on_the_cpu_and_brought_there() -> None:
    """As Helios asks for how much noise lies over a picture; torch alone refuses."""
    generator = torch.Generator().manual_seed(7)
    expected = [torch.rand(3, generator=generator) for _ in range(2)]
    with noise_of(request(0.0, None)) as generator:
        elsewhere = torch.rand(3, device="meta", generator=generator)
        here = torch.rand(3, generator=generator)
    assert elsewhere.device.type == "meta"
    assert torch.equal(here, expected[1]), "the numbers before it were drawn"


def test_others_noise_is_left_alone_and_all_is_undone_whatever_happens() -> None:
    own = torch.randn, torch.rand
    alone = torch.randn(9, generator=torch.Generator().manual_seed(3))

    def fail() -> None:
        with noise_of(request(0.5)):
            beside = torch.randn(9, generator=torch.Generator().manual_seed(3))
            assert torch.equal(alone, beside)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert (torch.randn, torch.rand) == own
