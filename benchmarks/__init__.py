"""Measurements of mlnb, beside its peers and beside the raw limits of the machine."""
