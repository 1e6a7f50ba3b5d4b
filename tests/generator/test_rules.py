"""Sizes and frame counts: what comes out is legal, near, and stable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.rules import Chunks, FieldError, FrameRule, SizeRule

ANY_INT = st.integers(-(10**9), 10**9)


@st.composite
def size_rules(draw: st.DrawFn) -> SizeRule:
    multiple = draw(st.sampled_from([1, 2, 8, 16, 32]))
    least = multiple * draw(st.integers(1, 20))
    most = least + multiple * draw(st.integers(0, 40))
    return SizeRule(multiple, least, most, draw(st.integers(least * most, most * most)))


@st.composite
def frame_rules(draw: st.DrawFn) -> FrameRule:
    multiple = draw(st.integers(1, 20))
    offset = draw(st.integers(0, multiple))
    low = draw(st.integers(1, 30))
    high = draw(st.integers(low, 60))
    return FrameRule(multiple, offset, low * multiple + offset, high * multiple + offset)


def is_legal(rule: SizeRule, width: int, height: int) -> bool:
    edges_are_legal = all(
        edge % rule.multiple == 0 and rule.min <= edge <= rule.max for edge in (width, height)
    )
    return edges_are_legal and width * height <= rule.max_pixels


@given(size_rules(), ANY_INT, ANY_INT)
def test_any_size_becomes_a_legal_one_that_stays(rule: SizeRule, width: int, height: int) -> None:
    size = rule.fit(width, height)
    assert is_legal(rule, *size)
    assert rule.fit(*size) == size


@given(size_rules(), ANY_INT, ANY_INT)
def test_turning_the_picture_turns_the_size(rule: SizeRule, width: int, height: int) -> None:
    assert rule.fit(height, width) == rule.fit(width, height)[::-1]


@given(size_rules(), ANY_INT, ANY_INT)
def test_a_smaller_size_is_legal_down_to_the_smallest(
    rule: SizeRule, width: int, height: int
) -> None:
    size = rule.fit(width, height)
    while smaller := rule.smaller(*size):
        assert is_legal(rule, *smaller)
        assert smaller[0] * smaller[1] < size[0] * size[1]
        size = smaller
    assert size == (rule.min, rule.min)


@given(size_rules(), st.data())
def test_a_legal_edge_is_never_further_than_half_a_multiple(
    rule: SizeRule, data: st.DataObject
) -> None:
    width = data.draw(st.integers(rule.min, rule.max))
    fitted, _ = rule.fit(width, rule.min)
    assert abs(fitted - width) <= rule.multiple / 2


def test_too_large_an_area_keeps_its_shape() -> None:
    rule = SizeRule(multiple=8, min=128, max=1024, max_pixels=576 * 320)
    assert rule.fit(1024, 512) == (600, 296)


def test_where_there_are_few_sizes_the_nearest_is_taken() -> None:
    rule = SizeRule(multiple=8, min=64, max=128, max_pixels=2**14, only=((128, 72), (64, 128)))
    assert rule.fit(128, 128) == (128, 72)
    assert rule.fit(8, 80) == (64, 128)
    with pytest.raises(FieldError, match="has 65x64"):
        SizeRule(multiple=8, min=64, max=128, max_pixels=2**14, only=((65, 64),))


@given(st.integers(1, 400), st.integers(1, 50), st.integers(1, 4))
def test_a_clip_in_chunks_takes_the_steps_of_each(frames: int, steps: int, factor: int) -> None:
    chunks = Chunks(frames=33, first_factor=factor)
    assert chunks.total_steps(min(frames, 33), steps) == factor * steps
    assert chunks.total_steps(frames + 33, steps) == chunks.total_steps(frames, steps) + steps


@given(frame_rules(), ANY_INT)
def test_any_count_becomes_a_legal_one_that_stays(rule: FrameRule, num_frames: int) -> None:
    fitted = rule.fit(num_frames)
    assert rule.min <= fitted <= rule.max
    assert (fitted - rule.offset) % rule.multiple == 0
    assert rule.fit(fitted) == fitted


@given(frame_rules(), st.data())
def test_no_legal_count_is_nearer(rule: FrameRule, data: st.DataObject) -> None:
    num_frames = data.draw(st.integers(rule.min, rule.max))
    legal = range(rule.min, rule.max + 1, rule.multiple)
    assert abs(rule.fit(num_frames) - num_frames) == min(abs(n - num_frames) for n in legal)


@given(frame_rules(), ANY_INT, ANY_INT)
def test_more_frames_asked_are_never_fewer_given(rule: FrameRule, one: int, other: int) -> None:
    assert rule.fit(min(one, other)) <= rule.fit(max(one, other))


@given(frame_rules(), ANY_INT)
def test_fewer_frames_are_legal_down_to_the_fewest(rule: FrameRule, num_frames: int) -> None:
    count = rule.fit(num_frames)
    while fewer := rule.fewer(count):
        assert rule.fit(fewer) == fewer < count
        count = fewer
    assert rule.min <= count < 2 * rule.min + rule.multiple


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ((0, 8, 16, 256), "multiple"),
        ((8, 12, 16, 256), "min"),
        ((8, 8, 12, 256), "max"),
        ((8, 0, 16, 256), "min"),
        ((8, 24, 16, 999), "min"),
        ((8, 8, 16, 127), "max_pixels"),
    ],
)
def test_a_size_rule_that_contradicts_itself_says_where(
    numbers: tuple[int, int, int, int], field: str
) -> None:
    with pytest.raises(FieldError) as caught:
        SizeRule(*numbers)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ((0, 0, 1, 9), "multiple"),
        ((4, 1, 4, 9), "min"),
        ((4, 1, 5, 8), "max"),
        ((4, 1, 9, 5), "min"),
    ],
)
def test_a_frame_rule_that_contradicts_itself_says_where(
    numbers: tuple[int, int, int, int], field: str
) -> None:
    with pytest.raises(FieldError) as caught:
        FrameRule(*numbers)
    assert caught.value.field == field


def test_a_step_belongs_to_the_chunk_whose_frames_it_makes() -> None:
    chunks = Chunks(frames=33, first_factor=2)
    assert chunks.total_steps(num_frames=65, num_inference_steps=6) == 18
    begins = [chunks.begin(step, num_inference_steps=6) for step in (1, 12, 13, 18, 19)]
    assert begins == [0, 0, 33, 33, 66]
