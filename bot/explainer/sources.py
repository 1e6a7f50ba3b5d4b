"""The papers the lesson rests on; docs/explainer.md says which sentence rests on which."""

from bot.explainer.topic import Source

GAN = Source("Goodfellow et al. 2014", "1406.2661")
THERMODYNAMICS = Source("Sohl-Dickstein et al. 2015", "1503.03585")
DDPM = Source("Ho et al. 2020", "2006.11239")
DDIM = Source("Song et al. 2020", "2010.02502")
COSINE = Source("Nichol & Dhariwal 2021", "2102.09672")
LATENT = Source("Rombach et al. 2022", "2112.10752")
VELOCITY = Source("Salimans & Ho 2022", "2202.00512")
GUIDANCE = Source("Ho & Salimans 2022", "2207.12598")
RECTIFIED_FLOW = Source("Liu et al. 2022", "2209.03003")
FLOW_MATCHING = Source("Lipman et al. 2022", "2210.02747")
VIDEO = Source("Blattmann et al. 2023", "2304.08818")
SHIFT = Source("Esser et al. 2024", "2403.03206")
