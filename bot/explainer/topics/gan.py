"""GANs: the contest of generator and discriminator."""

from bot.explainer.sources import GAN
from bot.explainer.topic import Topic
from bot.i18n import N_

_SHORT = N_(
    "**A forger and an inspector.** One network, the *generator*, makes pictures out of random "
    "numbers. Another one, the *discriminator*, is shown real pictures and made ones and has to "
    "say which is which. When it catches a fake, the generator learns what gave it away; when it "
    "is fooled, the discriminator learns to look closer. Both get better, until the fakes look "
    "real. Afterwards only the forger is needed, and it draws a picture in a single go."
)
_FULL = N_(
    "Two networks are trained against each other.\n"
    "```\n"
    "min  max  E[log D(x)] + E[log(1 − D(G(z)))]\n"
    " G    D\n"
    "```\n"
    "**x** a real clip, **z** a random vector, usually normal\n"
    "**G(z)** what the generator makes of it\n"
    "**D(x)** how probable the discriminator finds it that x is real, 0 to 1\n"
    "**E** the average over real clips, or over random vectors\n\n"
    "D wants the sum large: 1 for real clips, 0 for made ones. G wants it small: to be taken for "
    "real. In practice G maximises E[log D(G(z))] instead, as while D still wins easily, "
    "log(1 − D(G(z))) is nearly flat and teaches little.\n\n"
    "**Good:** one pass makes a clip, so it is fast.\n"
    "**Hard:** the contest has to stay in balance. It can swing without end, or G may find a few "
    "clips that always pass and make only those (*mode collapse*)."
)
_CLASS = N_(
    "**What does the contest lead to?** Write p for the density of real clips and q for that of "
    "made ones.\n"
    "```\n"
    "V(G, D) = ∫ p(x) log D(x)\n"
    "            + q(x) log(1 − D(x)) dx\n"
    "```\n"
    "1. For a fixed G, find the best D at each x by itself: the derivative p/D − q/(1 − D) is zero "
    "at\n"
    "```\n"
    "D*(x) = p(x) / (p(x) + q(x))\n"
    "```\n"
    "2. Put it in, and add and take away log 2 twice:\n"
    "```\n"
    "V(G, D*) = −log 4 + 2 · JSD(p ‖ q)\n"
    "```\n"
    "3. JSD, the Jensen-Shannon divergence, is never negative and is 0 only where p = q. So the "
    "best G makes clips just as probable as the real ones, and `D*` is ½ everywhere: it can only "
    "guess.\n\n"
    "**What theory leaves out:** networks are not free functions, and gradient steps taken in "
    "turns need not arrive at that point.\n\n"
    "**Try:** there is no GAN here to try, but few steps come closest to its single pass. "
    "{try_steps}\n\n"
    "**Question:** D says 0.9 about every real clip and 0.1 about every made one. Who learns "
    "little from the first loss, and why does the other loss of G help?\n"
    "||G: the slope of log(1 − D) by D is −1/(1 − D), about −1.1 at D = 0.1. That of log D is "
    "1/D = 10, so the worse the fake, the stronger it teaches.||"
)

TOPIC = Topic(
    name="gan",
    title=N_("GANs: a contest of two networks"),
    summary=N_("Generator against discriminator, Goodfellow 2014"),
    texts={"short": _SHORT, "full": _FULL, "class": _CLASS},
    alt_text=N_(
        "How a GAN is trained. A random vector z goes into the generator G, which makes a "
        "picture, here a blurred heart. The made picture and a real one, a sharp heart, both go "
        "into the discriminator D, which has to say: real or made? An arrow leads from D back to "
        "G: what D notices teaches G. Below, the goals. D maximises the mean of log D(x) over real "
        "pictures plus the mean of log(1 − D(G(z))); G maximises the mean of log D(G(z)). The "
        "pictures were drawn by the program, not by a GAN."
    ),
    words={
        "generator": N_("generator"),
        "discriminator": N_("discriminator"),
        "made": N_("made"),
        "real": N_("real"),
        "question": N_("real or made?"),
        "teaches": N_("what it notices\nteaches G"),
    },
    sources=(GAN,),
)
