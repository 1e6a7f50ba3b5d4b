"""Forward diffusion: how clips are buried in noise."""

from bot.explainer.sources import COSINE, DDPM, FLOW_MATCHING, RECTIFIED_FLOW, THERMODYNAMICS
from bot.explainer.topic import Topic
from bot.i18n import N_

_SHORT = N_(
    "**Making a mess on purpose.** To teach a network to clean up, one first needs a mess of "
    "which one knows how it came about. So a real clip gets a little fainter and a little noise "
    "is mixed in, again and again, a thousand times, until only noise is left. Nobody has to "
    "learn anything for that: it is simple arithmetic. But now the network can be shown any stage "
    "of it and asked: what here is noise? And since we mixed the noise in ourselves, we know the "
    "right answer."
)
_FULL = N_(
    "One step makes the clip a little weaker and adds a little noise:\n"
    "```\n"
    "xₜ = √(1 − βₜ) · xₜ₋₁ + √βₜ · ηₜ\n"
    "```\n"
    "**x₀** the clip, **xₜ** what is left of it after t steps\n"
    "**βₜ** how much noise step t adds: small, for instance 0.0001 at first, 0.02 at last\n"
    "**ηₜ** fresh noise: independent standard normal numbers, one for each value of the clip\n\n"
    "All steps up to t can be taken at once:\n"
    "```\n"
    "xₜ = √ᾱₜ · x₀ + √(1 − ᾱₜ) · ε\n"
    "ᾱₜ = (1 − β₁)(1 − β₂) ⋯ (1 − βₜ)\n"
    "```\n"
    "**ᾱₜ** falls from 1 to nearly 0, **ε** is again standard normal noise. So training need not "
    "walk: it draws any t and jumps there.\n\n"
    "The two roots are chosen so that the squares sum to 1: a clip of variance 1 keeps variance 1. "
    "**Flow matching** does it even more simply, on a straight line, with t from 0 to 1:\n"
    "```\n"
    "xₜ = (1 − t) · x₀ + t · ε\n"
    "```\n"
    "Papers on flows often let the time run the other way, from noise at 0 to the clip at 1."
)
_CLASS = N_(
    "**Claim:** t steps of the chain are one step with the product ᾱₜ. Write αₜ = 1 − βₜ.\n"
    "1. Put the first step into the second:\n"
    "```\n"
    "x₂ = √(α₂α₁) x₀ + √(α₂β₁) η₁ + √β₂ η₂\n"
    "```\n"
    "2. η₁ and η₂ are independent and normal, so their sum is normal and the variances add:\n"
    "```\n"
    "α₂β₁ + β₂ = α₂(1 − α₁) + 1 − α₂\n"
    "          = 1 − α₁α₂ = 1 − ᾱ₂\n"
    "```\n"
    "3. So both are one noise ε of factor √(1 − ᾱ₂). The same step again, and by induction:\n"
    "```\n"
    "xₜ = √ᾱₜ x₀ + √(1 − ᾱₜ) ε\n"
    "```\n"
    "**Variance:** if x₀ has variance 1 and is independent of ε, then\n"
    "```\n"
    "Var xₜ = ᾱₜ · 1 + (1 − ᾱₜ) · 1 = 1\n"
    "```\n"
    "*Variance preserving* is the name for that. On the straight line of flow matching it is "
    "(1 − t)² + t², which is ½ in the middle.\n\n"
    "**Numbers** for β from 0.0001 to 0.02 in T = 1000 even steps, as in the picture: √ᾱₜ is 0.98 "
    "at t = 60, 0.87 at 160, 0.59 at 320 and 0.006 at 1000.\n\n"
    "**Try:** press *How it works* below a clip. The first picture of its filmstrip is noise, the "
    "later ones are what the network takes the noise to hide.\n\n"
    "**Question:** at t = 500, ᾱₜ is 0.079. What are the factors of x₀ and of the noise?\n"
    "||√0.079 = 0.28 and √0.921 = 0.96: the noise is more than three times as strong, and yet the "
    "clip is still in there.||"
)

TOPIC = Topic(
    name="forward",
    title=N_("Forward diffusion: from clip to noise"),
    summary=N_("xₜ = √(1−βₜ)·xₜ₋₁ + √βₜ·ηₜ, and what it comes to"),
    texts={"short": _SHORT, "full": _FULL, "class": _CLASS},
    alt_text=N_(
        "A red heart in a blue sky at steps 0, 60, 160, 320 and 1000 of forward diffusion: sharp "
        "at first, then under more and more noise, in the end noise alone. The formula: x_t is "
        "the root of alpha-bar_t times x_0 plus the root of one minus alpha-bar_t times noise. "
        "Below, a chart of the factor of x_0 against t for three schedules, all of which fall from "
        "1 to about 0: linear beta, an S that falls early, with the five steps marked on it; "
        "cosine, which keeps more of the clip for longer; flow matching, a straight line."
    ),
    words={
        "linear": N_("linear β"),
        "cosine": N_("cosine"),
        "flow": N_("flow matching"),
        "share": N_("the factor of x₀"),
        "axis": N_("step t"),
    },
    sources=(THERMODYNAMICS, DDPM, COSINE, FLOW_MATCHING, RECTIFIED_FLOW),
)
