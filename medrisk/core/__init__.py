"""The pure part of medrisk: values in, values out. No files, clock, network or logging."""
