"""The noise schedule and the number of steps."""

from bot.explainer.sources import COSINE, DDIM, DDPM, RECTIFIED_FLOW, SHIFT
from bot.explainer.topic import Topic
from bot.i18n import N_

_SHORT = N_(
    "**How big is a step?** From noise to clip there is a way, and the number of steps says into "
    "how many pieces it is cut. After each piece the network looks again and corrects the "
    "direction. With few steps it is fast, but it cuts corners, like walking a winding path with "
    "your eyes closed for ten metres at a time. With many steps it follows every bend. At some "
    "point more steps change nothing that you can see: here {steps} are usual."
)
_FULL = N_(
    "The **schedule** says how much noise there is at each time:\n"
    "```\n"
    "linear  βₜ from 0.0001 to 0.02, T = 1000\n"
    "cosine  ᾱₜ = f(t) / f(0),\n"
    "        f(t) = cos²((t/T + s)/(1 + s) · π/2)\n"
    "flow    xₜ = (1 − t)·x₀ + t·ε\n"
    "```\n"
    "**s** = 0.008, so that the first steps are not too small; no β above 0.999. Linear buries "
    "clips early and spends many steps on what is almost noise; cosine spreads them better.\n\n"
    "The **number of steps** is how many of those times a run visits. Training knows all 1000 (or "
    "any t between 0 and 1); a run jumps from one to the next of N, often 20 to 50, with a "
    "*sampler* such as DDIM, Euler or DPM-Solver++. Better samplers remember earlier steps to "
    "bend with the path.\n\n"
    "**Shift:** large clips need more time among the noise, since neighbouring pixels let the "
    "network see through it:\n"
    "```\n"
    "t′ = s·t / (1 + (s − 1)·t)\n"
    "```\n"
    "with s > 1 (another s than the cosine's) more of the N steps fall where it is noisy. "
    "*Distilled* models were trained to get along with 4 to 8 steps.\n\n"
    "{try_steps}"
)
_CLASS = N_(
    "**One measure for all schedules** is the signal-to-noise ratio:\n"
    "```\n"
    "SNR(t) = ᾱₜ / (1 − ᾱₜ)\n"
    "flow:    (1 − t)² / t²\n"
    "```\n"
    "**What a shift does:** put t′ = s·t/(1 + (s − 1)t) into t/(1 − t):\n"
    "```\n"
    "1 − t′ = (1 − t) / (1 + (s − 1) t)\n"
    "t′/(1 − t′) = s · t/(1 − t)\n"
    "```\n"
    "so every SNR is divided by s², and the ends 0 and 1 stay where they are.\n\n"
    "**What few steps cost:** a run follows dx/dt = u(x, t), and Euler's step takes u as constant "
    "for a while. By Taylor it is wrong by about ½ h² |d²x/dt²| for a step of size h; N = 1/h of "
    "them add up to an error that falls as 1/N. A *straight* path has no second derivative, so "
    "one step would be exact: this is what rectified flow straightens paths for.\n\n"
    "**The picture** is no sketch: clips here are numbers near −1 and +1, the best u is known as a "
    "formula, and the program walks it. The middle path should end at 0.91. With 4 steps it ends "
    "at 0.48, where there are no clips; with 10 at 0.94; with 50 at 0.92.\n\n"
    "**Why DDIM may skip:** its training loss only knows x₀, xₜ and ε, not the chain between. So "
    "any falling series of times will do.\n\n"
    "**Try:** {try_steps}\n\n"
    "**Question:** why do all runs of the picture agree at the left, and differ only later?\n"
    "||At the start the best guess is nearly the mean of all clips whatever x is, so the path is "
    "nearly straight. It bends where it is decided which clip it will be.||"
)

TOPIC = Topic(
    name="schedule",
    title=N_("Noise schedule and number of steps"),
    summary=N_("Linear, cosine, flow; and what 4, 10 or 50 steps change"),
    texts={"short": _SHORT, "full": _FULL, "class": _CLASS},
    alt_text=N_(
        "Three charts of the same three paths from noise, at the left, to clip, at the right, "
        "walked in 4, in 10 and in 50 steps. Thin lines are the paths walked exactly, dotted ones "
        "the places of the two clips that exist. With 4 steps the walk cuts corners, and the "
        "middle path ends between the two clips, where there is none. With 10 it comes close, with "
        "50 the lines coincide. More steps follow the bends better, up to a point."
    ),
    words={
        "steps_4": N_("4 steps"),
        "steps_10": N_("10 steps"),
        "steps_50": N_("50 steps"),
        "noise": N_("noise"),
        "clip": N_("clip"),
        "walked": N_("violet: the steps, a dot after each"),
        "exact": N_("grey: the same path, walked exactly"),
        "clips": N_("dotted: clips that exist"),
    },
    sources=(DDPM, COSINE, DDIM, RECTIFIED_FLOW, SHIFT),
)
