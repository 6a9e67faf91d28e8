"""medrisk: medication lists in, cited risk notes for a pharmacist out."""

__version__ = "0.1.0"
