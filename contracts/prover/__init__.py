# SPDX-License-Identifier: MIT
"""The parts of contracts/prove."""
