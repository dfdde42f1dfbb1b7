"""Coverage: where the radars of a scenario see, and where its missiles reach, asked of the engine's own kernels."""
