"""The store: journals that lose nothing, and an index that answers questions about them.

`Store` is the folder. Writers append to journals (`journal`, `points`, `flusher`); folding takes them into
DuckDB (`reading` → `fold`, `summary` → `rows` → `ingest`, with `archive`, `wide`); queries read it
(`tokens` → `syntax` → `naming` → `select` → `query`, with `live` for what isn't folded yet). Nothing here knows IPython.
"""

from mlnb.store.layout import Store

__all__ = ["Store"]
