"""Everything that needs torch and diffusers."""
