"""`python -m mlnb` is `mlnb`."""

from mlnb.cli import main

if __name__ == "__main__":
    main()
