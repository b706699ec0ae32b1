"""What capture costs.

`python -m benchmarks.capture`: some cells, the fingerprints of data, and a whole notebook.
`python -m benchmarks.capture.cost`: some fifty kinds of work, each measured in processes of its own.
"""
