"""Reverse diffusion: what the network predicts, and what a step does with it."""

from bot.explainer.sources import DDIM, DDPM, FLOW_MATCHING, RECTIFIED_FLOW, VELOCITY
from bot.explainer.topic import Topic
from bot.i18n import N_

_SHORT = N_(
    "**Cleaning up, a little at a time.** The network never draws the clip itself. It looks at the "
    "noisy thing before it and guesses what the clip beneath might be, or, which is the same, "
    "what is noise. The first guess is blurred, because so many clips could be hidden in that "
    "noise. So only a small step is taken towards it. In what is left there is a bit less noise, "
    "the next guess is a bit sharper, and so on. The last guess is your clip."
)
_FULL = N_(
    "The network gets the noisy clip xₜ, the time t and the prompt c. What it answers depends on "
    "how it was trained, and each answer can be worked out from any other:\n"
    "```\n"
    "noise     ε̂              x̂₀ = (xₜ − σ·ε̂) / a\n"
    "velocity  v = a·ε−σ·x₀   x̂₀ = a·xₜ − σ·v̂\n"
    "flow      u = ε − x₀     x̂₀ = xₜ − t·û\n"
    "```\n"
    "**a** = √ᾱₜ and **σ** = √(1 − ᾱₜ), the factors of clip and noise in xₜ; for a flow these are "
    "1 − t and t\n"
    "**x̂₀** the clip that this answer means; some models predict it directly\n\n"
    "**A step** mixes the predicted clip and the predicted noise anew, for an earlier time s:\n"
    "```\n"
    "diffusion  xₛ = √ᾱₛ·x̂₀ + √(1−ᾱₛ)·ε̂\n"
    "flow       xₛ = xₜ − (t − s)·û\n"
    "```\n"
    "The first is DDIM's: nothing random in it, so the seed's noise alone decides. DDPM's step "
    "takes out noise, too, but adds a little fresh noise each time.\n\n"
    "This server's model: {prediction_sentence}"
)
_CLASS = N_(
    "**Training** is one line: draw a clip x₀, a time t, a noise ε, and lower\n"
    "```\n"
    "E ‖ ε − ε_θ(√ᾱₜ x₀ + √(1−ᾱₜ) ε, t, c) ‖²\n"
    "```\n"
    "**What is learned:** the best answer to a squared error is the mean. So x̂₀ is the average "
    "of *all* clips that might be hidden in xₜ: grey and blurred while t is large.\n\n"
    "**Check the three answers** (a² + σ² = 1 for the first two):\n"
    "```\n"
    "(xₜ − σε)/a = (a x₀ + σε − σε)/a    = x₀\n"
    "a xₜ − σv = a²x₀ + aσε − aσε + σ²x₀ = x₀\n"
    "xₜ − t u = (1−t)x₀ + tε − tε + t x₀ = x₀\n"
    "```\n"
    "**Why v or u?** Where nearly all is noise, a is close to 0, and dividing by it blows up the "
    "slightest error of ε̂. v and u never divide.\n\n"
    "**DDPM's step**, with fresh noise z and σₜ² = βₜ, for instance:\n"
    "```\n"
    "xₜ₋₁ = (xₜ − βₜ/√(1−ᾱₜ) · ε̂)/√αₜ + σₜ z\n"
    "```\n"
    "**A flow's step** is Euler's for dx/dt = û. On a path that really were straight, one step "
    "would do; but û is an average, so paths bend (see the picture: first towards the middle of "
    "all clips, then to one of them).\n\n"
    "**Try:** the same prompt with `seed:1` and `seed:2`. Other noise at the start, another path, "
    "another clip; and `seed:1` twice gives the same one.\n\n"
    "**Question:** in the picture the predicted clip at xₜ lies where there is no clip. Is the "
    "network wrong?\n"
    "||No: it is the mean of those that are still possible. Later, when fewer are, it moves onto "
    "one of them.||"
)

TOPIC = Topic(
    name="reverse",
    title=N_("Reverse diffusion: what the network predicts"),
    summary=N_("Noise, velocity or flow, and what a step does with it"),
    texts={"short": _SHORT, "full": _FULL, "class": _CLASS},
    alt_text=N_(
        "A plane in which every point is a clip; those that exist lie in three groups. From the "
        "noise of the seed, at the right, eight arrows lead to one group, one arrow a step; their "
        "path first heads for the middle of all groups and then bends to one. At one point, x_t, a "
        "dashed line shows what the network says there: at one end the predicted clip, at the "
        "other the predicted noise, and x_t lies between them. Formulas: the flow u is the "
        "predicted noise minus the predicted clip, and the predicted clip is x_t minus t times u."
    ),
    words={
        "step": N_("Each arrow is one step and one look of the network."),
        "clips": N_("clips that exist"),
        "start": N_("noise (seed)"),
        "here": N_("xₜ: here now"),
        "clip": N_("predicted clip"),
        "eps": N_("predicted noise"),
    },
    sources=(DDPM, DDIM, VELOCITY, FLOW_MATCHING, RECTIFIED_FLOW),
)
