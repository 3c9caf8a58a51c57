# SPDX-License-Identifier: MIT
"""The parts of contracts/mutate."""
