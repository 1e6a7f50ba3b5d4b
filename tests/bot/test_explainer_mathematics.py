"""What the pictures compute is what the papers say."""

import numpy as np
import pytest

from bot.explainer.diffusion import (
    STEPS,
    Array,
    alpha_bars,
    clip_from_flow,
    clip_from_noise,
    clip_from_velocity,
    cosine_betas,
    euler_path,
    flow_point,
    guided,
    linear_betas,
    merged_noise,
    noise_from_clip,
    noised,
    noised_by_steps,
    shifted,
)
from bot.explainer.drawing.denoising import plane
from bot.explainer.drawing.steps import run, world


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("betas", [linear_betas(), cosine_betas()], ids=["linear", "cosine"])
@pytest.mark.parametrize("steps", [1, 2, 37, STEPS])
def test_the_closed_form_is_the_composition_of_its_steps(betas: Array, steps: int) -> None:
    x0 = normal(64)
    etas = list(normal(steps, 64, seed=1))
    eps = merged_noise(etas, betas)
    walked = noised_by_steps(x0, etas, betas)
    jumped = noised(x0, eps, float(alpha_bars(betas)[steps]))
    np.testing.assert_allclose(walked, jumped, atol=1e-9)


def test_the_merged_noise_is_standard_normal() -> None:
    eps = merged_noise(list(normal(200, 20_000)), linear_betas())
    assert abs(eps.mean()) < 0.03
    assert abs(eps.var() - 1) < 0.03


@pytest.mark.parametrize("t", [0, 60, 500, STEPS])
def test_the_variance_is_preserved(t: int) -> None:
    kept = float(alpha_bars(linear_betas())[t])
    x = noised(normal(40_000), normal(40_000, seed=1), kept)
    assert abs(x.var() - 1) < 0.03


def test_the_variance_on_a_straight_line_is_half_in_the_middle() -> None:
    x = flow_point(normal(40_000), normal(40_000, seed=1), 0.5)
    assert abs(x.var() - 0.5) < 0.02


def test_the_schedules_run_from_the_clip_to_noise() -> None:
    linear, cosine = alpha_bars(linear_betas()), alpha_bars(cosine_betas())
    for kept in (linear, cosine):
        assert kept[0] == 1
        assert np.all(np.diff(kept) < 0)
    assert linear[STEPS] == pytest.approx(4.04e-5, rel=0.01)
    assert cosine[STEPS] < 1e-8
    middle = np.cos((0.5 + 0.008) / 1.008 * np.pi / 2) ** 2 / np.cos(0.008 / 1.008 * np.pi / 2) ** 2
    assert cosine[STEPS // 2] == pytest.approx(middle)
    assert cosine_betas().max() == 0.999


def test_the_figures_in_the_words_are_those_of_the_schedule() -> None:
    kept = alpha_bars(linear_betas())
    shares = [round(float(np.sqrt(kept[t])), 2) for t in (60, 160, 320)]
    assert shares == [0.98, 0.87, 0.59]
    assert round(float(np.sqrt(kept[1000])), 3) == 0.006
    assert round(float(kept[500]), 3) == 0.079
    assert round(float(np.sqrt(kept[500])), 2) == 0.28
    assert round(float(np.sqrt(1 - kept[500])), 2) == 0.96
    ends = [round(float(run(0.05, count)[1][-1]), 2) for count in (2000, 4, 10, 50)]
    assert ends == [0.91, 0.48, 0.94, 0.92]


def test_noise_velocity_and_flow_mean_the_same_clip() -> None:
    x0, eps = normal(32), normal(32, seed=1)
    signal, noise = np.sqrt(0.3), np.sqrt(0.7)
    x = noised(x0, eps, 0.3)
    np.testing.assert_allclose(clip_from_noise(x, eps, signal, noise), x0)
    np.testing.assert_allclose(noise_from_clip(x, x0, signal, noise), eps)
    velocity = signal * eps - noise * x0
    np.testing.assert_allclose(clip_from_velocity(x, velocity, signal, noise), x0)
    np.testing.assert_allclose(clip_from_flow(flow_point(x0, eps, 0.6), eps - x0, 0.6), x0)


def test_a_shift_multiplies_the_ratio_of_noise_to_clip() -> None:
    assert shifted(0, 9) == 0
    assert shifted(1, 9) == 1
    before, after = 0.3 / 0.7, shifted(0.3, 9) / (1 - shifted(0.3, 9))
    assert after == pytest.approx(9 * before)


def test_guidance_extrapolates_along_the_line_of_the_two_predictions() -> None:
    without, with_prompt = normal(8), normal(8, seed=1)
    np.testing.assert_allclose(guided(without, with_prompt, 0), without)
    np.testing.assert_allclose(guided(without, with_prompt, 1), with_prompt)
    in_the_paper = (1 + 2) * with_prompt - 2 * without
    np.testing.assert_allclose(guided(without, with_prompt, 3), in_the_paper)


def test_the_expected_clip_is_the_mean_of_those_that_may_be_hidden() -> None:
    clusters = plane()
    x = np.array([0.4, 0.1])
    draws = np.random.default_rng(0)
    chosen = draws.integers(len(clusters.centres), size=400_000)
    clips = clusters.centres[chosen] + draws.normal(0, clusters.spread, (len(chosen), 2))
    misfit = np.sum((x - 0.4 * clips) ** 2, axis=1) / (2 * 0.6**2)
    weights = np.exp(-misfit)
    np.testing.assert_allclose(
        clusters.expected_clip(x, 0.4, 0.6), weights @ clips / weights.sum(), atol=0.02
    )


def test_a_straight_path_needs_one_step_and_a_bent_one_gets_better_with_more() -> None:
    start, u = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    for steps in (1, 10):
        path = euler_path(lambda _x, _time: u, start, np.linspace(1, 0, steps + 1))
        np.testing.assert_allclose(path[-1], start - u)
    exact = run(0.05, 4000)[1][-1]
    errors = [abs(run(0.05, steps)[1][-1] - exact) for steps in (4, 40, 400)]
    assert errors[0] > errors[1] > errors[2]


def test_at_pure_noise_the_best_guess_is_the_mean_of_all_clips() -> None:
    np.testing.assert_allclose(world().expected_clip(np.array([1.3]), 0, 1), [0], atol=1e-12)
