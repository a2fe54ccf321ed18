"""`python3 -m tests.prove NAME [options]`: a long proof, set up from nothing; it prints one line and fails if its law is broken."""

from __future__ import annotations

import os
import runpy
import sys

from fieldapp import bootstrap

PROOFS = {
    "kills": "tests.store.kill_proof",
    "laptop-kills": "tests.journeys.kill_proof",
    "power-cuts": "tests.store.power_proof",
    "full-disk": "tests.store.full_proof",
    "flips": "tests.store.flip_proof",
    "mending": "tests.store.mend_proof",
    "chaos": "tests.sync.chaos_proof",
    "store-fuzz": "tests.store.fuzz",
    "form-fuzz": "tests.fuzz",
    "convergence": "tests.sync.convergence",
    "mutants": "tests.sync.mutants",
    "sync-fuzz": "tests.sync.fuzz",
    "scans": "tests.usecases.scan_proof",
}
"""What is proved → where."""


def main(arguments: list[str]) -> None:
    """Run the named proof with the options that follow."""
    if not arguments or arguments[0] not in PROOFS:
        sys.exit(f"python3 -m tests.prove {{{' '.join(PROOFS)}}} [options]")
    if bootstrap.needs_environment(bootstrap.TESTING):
        bootstrap.start("tests.prove", arguments, bootstrap.TESTING)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.argv = arguments
    runpy.run_module(PROOFS[arguments[0]], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
