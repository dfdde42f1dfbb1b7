"""SI constants, and the only place where other units become SI and back."""

from __future__ import annotations

# Exact by definition (SI 2019, CGPM) unless a source is named.
SPEED_OF_LIGHT_MPS = 299_792_458.0
BOLTZMANN_J_PER_K = 1.380_649e-23
STANDARD_GRAVITY_MPS2 = 9.806_65
REFERENCE_TEMPERATURE_K = 290.0  # IEEE Std 686: standard noise temperature
