"""Runs of other trackers: what MLflow, W&B and TensorBoard recorded becomes runs of this store.

A reader (`mlflow_store`, `wandb_offline`, `tensorboard_logs`) turns a tracker's files into `foreign.Run`s; `taking` writes what the store
lacks of them. A run's id follows from what identifies it there, so that importing again adds nothing twice and brings
what has come since.
"""

from __future__ import annotations

from mlnb.integrations.taking import Imported, take

__all__ = ["Imported", "take"]
