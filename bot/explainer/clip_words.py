"""The words of one clip's lesson; `{names}` stand for its numbers."""

from typing import Final

from bot.explainer.topics.model import Prediction
from bot.i18n import N_, ngettext
from generator import Stage

TITLE: Final = N_("How #{id} was made")


def beginning(steps: int) -> str:
    return ngettext(
        "It began as pure noise, drawn from seed **{seed}**. In **{steps} step** the network said "
        "what was noise, and that was taken out, until {frames} frames were left.",
        "It began as pure noise, drawn from seed **{seed}**. In **{steps} steps** the network said "
        "what was noise, and that was taken out, until {frames} frames were left.",
        steps,
    )


FILMSTRIP_TITLE: Final = N_("The filmstrip")
FILMSTRIP: Final = N_(
    "One frame of this very clip. The first picture is the noise it began with; each later one is "
    "what the network, at that step, took the noise to hide. *t* is the schedule's number for how "
    "much noise it was looking at. Most is decided early; the last steps sharpen it."
)

STEPS_TITLE: Final = N_("What a step did")
PREDICTED: Final[dict[Prediction | None, str]] = {
    "noise": N_("The network predicted the noise ε; the clip it means is (xₜ − √(1−ᾱₜ)·ε̂) / √ᾱₜ."),
    "velocity": N_(
        "The network predicted the velocity v; the clip it means is √ᾱₜ·xₜ − √(1−ᾱₜ)·v̂."
    ),
    "flow": N_("The network predicted the flow u = ε − x₀; the clip it means is xₜ − t·û."),
    "clip": N_("The network predicted the clip itself, x̂₀; noise and direction follow from it."),
    None: N_("The network predicted what was noise, and so what the clip beneath might be."),
}
SCHEDULE_TITLE: Final = N_("Its schedule")


def schedule(steps: int) -> str:
    return ngettext(
        "`{scheduler}` chose the {steps} amount of noise at which the network looked, and turned "
        "its prediction into the clip.",
        "`{scheduler}` chose the {steps} amounts of noise at which the network looked, and turned "
        "each prediction into the next, less noisy clip.",
        steps,
    )


def schedule_shifted(steps: int) -> str:
    return ngettext(
        "`{scheduler}` chose the {steps} time at which the network looked, and turned its "
        "prediction into the clip. The way was a flow's straight line, xₜ = (1 − t)·x₀ + t·ε, "
        "with shift {shift}: the larger that is, the more of the steps fall where it is noisy.",
        "`{scheduler}` chose the {steps} times at which the network looked, and turned each "
        "prediction into the next, less noisy clip. The way was a flow's straight line, "
        "xₜ = (1 − t)·x₀ + t·ε, with shift {shift}: the larger that is, the more of the steps fall "
        "where it is noisy.",
        steps,
    )


GUIDANCE_TITLE: Final = N_("Your prompt at work")
GUIDANCE: Final = N_(
    "At each step the network ran with your prompt and without it, and the difference was "
    "exaggerated {guidance} times (*guidance {guidance}*). More guidance is more obedient and less "
    "varied."
)
GUIDANCE_INSIDE: Final = N_(
    "*Guidance {guidance}* was told to the network as a number: it has learned to do in one pass "
    "what others do in two. More guidance is more obedient and less varied."
)
GUIDANCE_OFF: Final = N_("Guidance was off: the network simply followed the caption at each step.")

LATENTS_TITLE: Final = N_("Where it happened")
LATENTS: Final = N_(
    "In latents of {latents_size} (frames × height × width × channels), {fewer} times fewer "
    "numbers than the clip's {clip_size}. The VAE decoder drew the frames from them at the end."
)

GAN_TITLE: Final = N_("A GAN instead")


def gan(steps: int) -> str:
    return ngettext(
        "This clip took {passes} passes through the network in {steps} step, one with the prompt "
        "and one without. A GAN's generator would have drawn it in one pass, from one random "
        "vector.",
        "This clip took {passes} passes through the network in {steps} steps, and each step could "
        "mend the one before. A GAN's generator would have drawn it in one pass, from one random "
        "vector, without steps in which to correct itself.",
        steps,
    )


GAN_ONCE: Final = N_(
    "This clip took a single pass through the network, as with a GAN; what differs is how the "
    "network was trained."
)

AGAIN_TITLE: Final = N_("The same again")
AGAIN: Final = N_(
    "Seed {seed} with the same settings gives the same clip; another seed is other noise, so "
    "another clip."
)
TIMES_TITLE: Final = N_("Where the time went")
TIMES: Final[dict[Stage, str]] = {
    "loading": N_("loading {seconds} s"),
    "encoding_prompt": N_("reading the prompt {seconds} s"),
    "denoising": N_("denoising {seconds} s"),
    "decoding": N_("turning latents into pictures {seconds} s"),
    "encoding": N_("writing the video {seconds} s"),
}
MODEL_TITLE: Final = N_("Model")
MODEL: Final = N_("**{title}**: {description}. Licence: {licence}.")
FOOTER: Final = N_("/explain tells the whole story, with pictures and a quiz")
