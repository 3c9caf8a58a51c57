# SPDX-License-Identifier: MIT
"""What ci/report is made of: reading the evidence, judging it, and showing it on one page."""
