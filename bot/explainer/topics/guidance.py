"""Guidance: two predictions, and what lies beyond them."""

from bot.explainer.sources import GUIDANCE
from bot.explainer.topic import Topic
from bot.i18n import N_

_SHORT = N_(
    "**Turning the prompt up.** At each step the network is asked twice: once with your words, and "
    "once without any. The difference between the two answers is what your words change. "
    "*Guidance* makes that difference larger, so that the clip obeys more clearly. Too little, and "
    "it does what it likes; too much, and colours get harsh and all clips look alike. On this "
    "server it is {guidance} as a rule."
)
_FULL = N_(
    "```\n"
    "ε̂ = ε_∅ + w · (ε_c − ε_∅)\n"
    "```\n"
    "`ε_c` the prediction with the prompt c\n"
    "`ε_∅` the one with an empty prompt, or with the negative prompt, which so becomes what the "
    "clip is pushed away from\n"
    "**w** the guidance scale, `guidance` in `/video`\n"
    "**ε̂** what the step uses\n\n"
    "w = 1 is the prediction with the prompt and nothing else, and then the second pass is left "
    "out. w = 3 goes three times as far from `ε_∅` as `ε_c` does: beyond both. The same is done "
    "with velocities and flows.\n\n"
    "To be able to answer without a prompt, the network had its prompt taken away now and then in "
    "training. Ho and Salimans call this *classifier-free guidance*; their own w counts from 0, so "
    "it is this one minus 1.\n\n"
    "**The price:** two passes a step instead of one, less variety, and with a large w harsh or "
    "burnt pictures. {guidance_sentence}"
)
_CLASS = N_(
    "**Where does the formula come from?** A network that predicts noise knows which way the noisy "
    "clips get more probable (the *score*):\n"
    "```\n"
    "ε_θ(xₜ)    ≈ −σₜ ∇ log p(xₜ)\n"
    "ε_θ(xₜ, c) ≈ −σₜ ∇ log p(xₜ | c)\n"
    "```\n"
    "1. Bayes: p(x | c) = p(x) p(c | x) / p(c). Take logarithms and gradients by x; p(c) has "
    "none:\n"
    "```\n"
    "∇ log p(x|c) − ∇ log p(x) = ∇ log p(c|x)\n"
    "```\n"
    "2. So `ε_c − ε_∅ ≈ −σₜ ∇ log p(c | xₜ)`: the way to where the prompt fits better, found "
    "without a classifier.\n"
    "3. Go w times as far:\n"
    "```\n"
    "ε̂ = ε_∅ + w (ε_c − ε_∅)\n"
    "  ≈ −σₜ ∇ log [ p(xₜ) · p(c | xₜ)ʷ ]\n"
    "```\n"
    "With w = 1 this is p(xₜ | c). With w > 1 clips that fit the prompt clearly are favoured over "
    "those that merely allow it. (That the result is exactly such a distribution at every noise "
    "level at once is not true; it is a good picture, not a theorem.)\n\n"
    "**Paper and program:** the paper writes `(1 + w′) ε_c − w′ ε_∅`. Set w′ = w − 1 and it is the "
    "formula above.\n\n"
    "**Try:** {try_guidance}\n\n"
    "**Question:** in the picture w is 3. Where would the arrow for w = 0 end, and what would the "
    "clip show?\n"
    "||At the end of *without the prompt*: the clip would take no notice of your words.||"
)

TOPIC = Topic(
    name="guidance",
    title=N_("Guidance: how strongly the prompt steers"),
    summary=N_("Two predictions at each step, and the one beyond them"),
    texts={"short": _SHORT, "full": _FULL, "class": _CLASS},
    alt_text=N_(
        "Three arrows from one point, the noisy clip x_t: the prediction without the prompt, the "
        "one with the prompt, and the one that is used. Their ends lie on one dashed line: the "
        "third is three times as far from the first as the second is, because the guidance w is 3. "
        "The formula: epsilon-hat is epsilon-empty plus w times epsilon-c minus epsilon-empty. So "
        "guidance goes beyond what the prompt alone would give."
    ),
    words={
        "without": N_("without the prompt"),
        "with": N_("with the prompt"),
        "used": N_("what is used"),
    },
    sources=(GUIDANCE,),
)
