"""The composition root: what the entry points start is put together here, and nowhere else."""
