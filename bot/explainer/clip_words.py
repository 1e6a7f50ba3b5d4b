"""The words of one clip's lesson; `{names}` stand for its numbers."""

from typing import Final

from bot.explainer.topics.model import Prediction

TITLE: Final = "How #{id} was made"
BEGINNING: Final = (
    "It began as pure noise, drawn from seed **{seed}**. In **{steps} steps** the network said "
    "what was noise, and that was taken out, until {frames} frames were left."
)

FILMSTRIP_TITLE: Final = "The filmstrip"
FILMSTRIP: Final = (
    "One frame of this very clip. The first picture is the noise it began with; each later one is "
    "what the network, at that step, took the noise to hide. *t* is the schedule's number for how "
    "much noise it was looking at. Most is decided early; the last steps sharpen it."
)

STEPS_TITLE: Final = "What a step did"
PREDICTED: Final[dict[Prediction | None, str]] = {
    "noise": "The network predicted the noise ε; the clip it means is (xₜ − √(1−ᾱₜ)·ε̂) / √ᾱₜ.",
    "velocity": "The network predicted the velocity v; the clip it means is √ᾱₜ·xₜ − √(1−ᾱₜ)·v̂.",
    "flow": "The network predicted the flow u = ε − x₀; the clip it means is xₜ − t·û.",
    "clip": "The network predicted the clip itself, x̂₀; noise and direction follow from it.",
    None: "The network predicted what was noise, and so what the clip beneath might be.",
}
SCHEDULE_TITLE: Final = "Its schedule"
SCHEDULE: Final = (
    "`{scheduler}` chose the {steps} amounts of noise at which the network looked, and turned each "
    "prediction into the next, less noisy clip."
)
SCHEDULE_SHIFTED: Final = (
    "`{scheduler}` chose the {steps} times at which the network looked, and turned each prediction "
    "into the next, less noisy clip. The way was a flow's straight line, xₜ = (1 − t)·x₀ + t·ε, "
    "with shift {shift}: the larger that is, the more of the steps fall where it is noisy."
)

GUIDANCE_TITLE: Final = "Your prompt at work"
GUIDANCE: Final = (
    "At each step the network ran with your prompt and without it, and the difference was "
    "exaggerated {guidance} times (*guidance {guidance}*). More guidance is more obedient and less "
    "varied."
)
GUIDANCE_INSIDE: Final = (
    "*Guidance {guidance}* was told to the network as a number: it has learned to do in one pass "
    "what others do in two. More guidance is more obedient and less varied."
)
GUIDANCE_OFF: Final = "Guidance was off: the network simply followed the caption at each step."

LATENTS_TITLE: Final = "Where it happened"
LATENTS: Final = (
    "In latents of {latents_size} (frames × height × width × channels), {fewer} times fewer "
    "numbers than the clip's {clip_size}. The VAE decoder drew the frames from them at the end."
)

GAN_TITLE: Final = "A GAN instead"
GAN: Final = (
    "This clip took {passes} passes through the network in {steps} steps, and each step could mend "
    "the one before. A GAN's generator would have drawn it in one pass, from one random vector, "
    "without steps in which to correct itself."
)
GAN_ONCE: Final = (
    "This clip took a single pass through the network, as with a GAN; what differs is how the "
    "network was trained."
)

AGAIN_TITLE: Final = "The same again"
AGAIN: Final = (
    "Seed {seed} with the same settings gives the same clip; another seed is other noise, so "
    "another clip."
)
TIMES_TITLE: Final = "Where the time went"
MODEL_TITLE: Final = "Model"
MODEL: Final = "**{title}**: {description}. Licence: {licence}."
FOOTER: Final = "/explain tells the whole story, with pictures and a quiz"
