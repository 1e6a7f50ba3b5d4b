"""The small text-to-video model that ships with the project, and the code that made it."""

SIZE = 144
"""Width and height of its clips in pixels; it was trained at this size and length only."""
NUM_FRAMES = 16
FPS = 8
HELD_FRAMES = 4
"""Of another clip, from which one goes on: so many show which way things go, and how fast."""
NUM_INFERENCE_STEPS = 16
GUIDANCE_SCALE = 3.0

STAGES = ("decoder", "encoder", "text", "denoiser")
"""The training's parts, in order."""
