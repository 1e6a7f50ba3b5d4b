"""A server's own model and its limits; and sentences on it that other topics use."""

from typing import Final, Literal

from bot.explainer.topic import Topic
from bot.i18n import N_, ngettext

Prediction = Literal["noise", "velocity", "flow", "clip"]

_SHORT = N_(
    "**Who draws here?** On this server it is **{title}**: {description}. A clip has {frames} "
    "frames of {width}×{height} pixels as a rule, shown at {fps} a second, and takes {steps} "
    "steps. It knows what its training data showed it and nothing else: it does not know how the "
    "world works, and what it shows did not happen. {world_sentence}"
)
_FULL = N_(
    "**{title}** · {description}\n"
    "```\n"
    "clip      {clip_size}\n"
    "latents   {latents_size_or_unknown}\n"
    "steps     {steps}  ({min_steps} to {max_steps})\n"
    "guidance  {guidance}  (1 to {max_guidance})\n"
    "shown at  {fps} frames a second\n"
    "```\n"
    "{latents_sentence}\n"
    "**What it predicts:** {prediction_sentence}\n"
    "**Licence:** {licence}\n"
    "**Limits:** {world_sentence} {negative_sentence} {sound_sentence} A clip is as long as the "
    "model was trained for; beyond that it repeats itself or falls apart. It has no memory of the "
    "clip before.\n"
    "{card_sentence}"
)
_CLASS = N_(
    "**{title}** · {description}\n"
    "```\n"
    "clip     {clip_size}\n"
    "latents  {latents_size_or_unknown}\n"
    "```\n"
    "{latents_sentence}\n"
    "**What it predicts:** {prediction_sentence}\n"
    "**Count the work:** {passes_sentence}\n\n"
    "**Where the limits come from**\n"
    "1. *Data.* The model draws from what it was shown. What is rare there is hard for it, and "
    "what is common creeps in unasked.\n"
    "2. *Words.* The text encoder decides what can be told apart. {world_sentence}\n"
    "3. *Latents.* What the VAE cannot keep, such as small letters or faces far away, no number of "
    "steps brings back.\n"
    "4. *Length.* All frames are made together, and the work grows faster than their number.\n\n"
    "**Try:** ask for something the model cannot know, and for two things it knows in a "
    "combination that is unlikely. Which fails how?\n\n"
    "**Licence:** {licence}\n"
    "{card_sentence}\n\n"
    "**Question:** two people ask for the same prompt, seed, size, steps and guidance on this "
    "server. What do they get, and why?\n"
    "||The same clip: the seed fixes the noise, and all that follows is arithmetic. (Another "
    "device or another version of the program may round differently.)||"
)

TOPIC: Final = Topic(
    name="model",
    title=N_("This server's model and its limits"),
    summary=N_("What makes clips here, in numbers"),
    texts={"short": _SHORT, "full": _FULL, "class": _CLASS},
    alt_text=N_(
        "A clip as a stack of frames, with its size as frames × height × width × channels: "
        "{clip_size}. {sizes_words}"
    ),
    words={
        "clip": N_("clip"),
        "clip_size": "{clip_size}",
        "latents": N_("latents"),
        "latents_size": "{latents_size}",
        "order": N_("frames × height × width × channels"),
        "clip_numbers": N_("{clip_numbers} numbers"),
        "latents_numbers": N_("{latents_numbers} numbers, {fewer} times fewer"),
    },
)


def steps_words(steps: int) -> str:
    return ngettext("{steps} time", "{steps} times", steps)


PREDICTIONS: Final[dict[Prediction | None, str]] = {
    "noise": N_("it predicts the noise ε."),
    "velocity": N_("it predicts the velocity v."),
    "flow": N_("it predicts the flow u = ε − x₀."),
    "clip": N_("it predicts the clip itself, x̂₀, from which noise and flow follow."),
    None: N_("its entry does not say what it predicts."),
}
LATENTS_KNOWN: Final = N_(
    "Here a clip of {clip_size} numbers (frames × height × width × channels) becomes latents of "
    "{latents_size}: {fewer} times fewer."
)
LATENTS_UNKNOWN: Final = N_(
    "How large the latents of this server's model are, its entry does not say; 8 pixels to a cell "
    "across and down is usual."
)
SIZES_KNOWN: Final = N_(
    "Sizes are frames × height × width × channels: latents {latents_size}, clip {clip_size}. The "
    "latents have {fewer} times fewer numbers."
)
SIZES_UNKNOWN: Final = N_("How large the latents are is not known of this model.")
NOT_KNOWN: Final = N_("not known")
STEPS_FIXED: Final = N_(
    "This server's model was distilled and always takes {steps} steps, so there is nothing to "
    "choose here; compare two seeds instead."
)
STEPS_FREE: Final = N_(
    "`/video prompt:a red circle moving right seed:1` with `steps:{few_steps}`, with "
    "`steps:{steps}` and with `steps:{many_steps}`: the same noise, cut into other pieces."
)
GUIDANCE_ON: Final = N_("This server's model uses {guidance} as a rule.")
GUIDANCE_OFF: Final = N_("This server's model runs without it as a rule: one pass a step.")
GUIDANCE_INSIDE: Final = N_(
    "This server's model has learned to do in one pass what others do in two: w, here {guidance} "
    "as a rule, is told to the network as a number."
)
GUIDANCE_FREE: Final = N_(
    "`/video prompt:a red circle moving right seed:1` with `guidance:1`, with "
    "`guidance:{middle_guidance}` and with `guidance:{max_guidance}`. Which one obeys, which one "
    "looks best?"
)
GUIDANCE_FIXED: Final = N_(
    "this server's model takes no guidance, so compare prompts instead: the same seed with one "
    "word changed."
)
PASSES_ONE: Final = N_(
    "{steps} steps of one pass each, which is {steps} times through the denoiser; a GAN's "
    "generator runs once."
)
PASSES_TWO: Final = N_(
    "{steps} steps of two passes each (guidance), which is {passes} times through the denoiser; a "
    "GAN's generator runs once."
)
SMALL_WORLD: Final = N_(
    "It was trained on a small world of coloured shapes in motion; other words it does not know."
)
WIDE_WORLD: Final = N_("It takes any words, and is better at what is common in its training data.")
NEGATIVE: Final = N_("It takes a negative prompt.")
NO_NEGATIVE: Final = N_("It takes no negative prompt.")
SOUND: Final = N_("It makes sound as well.")
NO_SOUND: Final = N_("It makes no sound.")
CARD_PAGE: Final = N_("Its [model card]({card}) says what it was trained on.")
CARD_FILE: Final = N_("Its model card, which says what it was trained on, is attached.")
NO_CARD: Final = N_("It has no model card here.")
