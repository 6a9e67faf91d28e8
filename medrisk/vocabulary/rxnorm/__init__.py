"""An RxNorm release: downloaded or handed in, checked, built into one file, and read from there."""
