"""What people do in cells: the rows of `benchmarks.capture.cost`.

Each row is a cell that is measured, and what ran before it in the session. `N` is its size; at 2 N and 4 N the cell does two
and four times as much, so that growth shows. Each takes some tenths of a second on a usual machine.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Row:
    """One kind of work. `before` runs untracked, `needs` is a module that may be missing; `warm` says that a tracked
    cell has run in the session before."""

    name: str
    what: str
    n: int
    cell: str
    before: str = ""
    needs: str = ""
    warm: bool = True

    def source(self) -> str:
        return textwrap.dedent(self.cell).strip("\n")

    def setup(self, scale: int) -> str:
        return f"N = {self.n * scale}\n{textwrap.dedent(self.before)}"


NUMBERS: Final = """
    import numpy as np
    rng = np.random.default_rng(0)
"""

CLASSES: Final = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 20))
    y = (X[:, 0] + rng.normal(size=4000) > 0).astype(int)
"""

TEXTS: Final = """
    import random
    random.seed(0)
    words = "the cat sat on a mat while some other dog ran off with all that bread and one red hat".split()
    texts = [" ".join(random.choices(words, k=12)) for _ in range(N)]
"""

TABLE: Final = """
    import numpy as np
    import pandas as pd
    rng = np.random.default_rng(0)
    df = pd.DataFrame({"a": rng.normal(size=N), "b": rng.normal(size=N), "c": rng.integers(0, 50, N)})
"""

ROWS: Final = [
    # ---- nothing at all ---------------------------------------------------------------------------------------
    Row("empty", "an empty cell", 1, "pass"),
    Row("first", "the first tracked cell of a session", 1, "x = 1", warm=False),
    # ---- loops that are known to be hard to watch -------------------------------------------------------------
    Row(
        "long_lists",
        "an own function returns 100,000 floats",
        300,
        """
        def curve(turn):
            return [turn * 0.5] * 100_000
        for turn in range(N):
            values = curve(turn)
        """,
    ),
    Row(
        "fib",
        "recursion: fib",
        2_000_000,
        """
        def fib(k):
            return k if k < 2 else fib(k - 1) + fib(k - 2)
        calls = 0
        while calls < N:
            found = fib(20)
            calls += 21_891
        """,
    ),
    Row(
        "one_line_function",
        "calls of a one-line function",
        300_000,
        """
        def half(x):
            return x / 2
        total = 0.0
        for i in range(N):
            total += half(i)
        """,
    ),
    Row(
        "word_count",
        "counting words under an f-string",
        20_000,
        """
        counts = {}
        for text in texts:
            for word in text.split():
                key = f"{word.lower()}:{len(word)}"
                counts[key] = counts.get(key, 0) + 1
        """,
        TEXTS,
    ),
    Row(
        "tokenise",
        "tokenising texts",
        40_000,
        """
        import re
        pattern = re.compile(r"[a-z]+")
        def tokens(text):
            found = pattern.findall(text.lower())
            return [word for word in found if len(word) > 2]
        lengths = []
        for text in texts:
            lengths.append(len(tokens(text)))
        mean_length = sum(lengths) / len(lengths)
        """,
        TEXTS,
    ),
    Row(
        "minibatch_sgd",
        "mini-batch SGD in NumPy",
        60,
        """
        w, lr, losses = np.zeros(20), 0.1, []
        for epoch in range(N):
            order = rng.permutation(len(X))
            for start in range(0, len(X), 64):
                rows = order[start : start + 64]
                xb, yb = X[rows], y[rows]
                p = 1 / (1 + np.exp(-(xb @ w)))
                loss = -np.mean(yb * np.log(p + 1e-9) + (1 - yb) * np.log(1 - p + 1e-9))
                grad = xb.T @ (p - yb) / len(yb)
                w -= lr * grad
            losses.append(loss)
        """,
        CLASSES,
    ),
    Row(
        "comprehensions",
        "list comprehensions in a loop",
        30_000,
        """
        total = 0
        for i in range(N):
            squares = [k * k for k in range(20)]
            even = [k for k in squares if k % 2 == 0]
            total += len(even)
        """,
    ),
    Row(
        "method_in_a_loop",
        "a class's method in a loop",
        300_000,
        """
        class Counter:
            def __init__(self):
                self.value = 0.0
            def add(self, x):
                self.value = self.value * 0.99 + x
                return self.value
        counter = Counter()
        for i in range(N):
            level = counter.add(i)
        """,
    ),
    Row(
        "rows_of_dicts",
        "rows.append({…}) in a loop",
        10_000,
        """
        rows = []
        for i in range(N):
            s = i * 0.37 % 1
            rows.append({"id": i, "score": s})
        """,
    ),
    Row(
        "print_to_buffer",
        "print(…, file=…) in a loop",
        50_000,
        """
        import io
        buf = io.StringIO()
        for i in range(N):
            print(i, i * .5, file=buf)
        """,
    ),
    Row(
        "ten_million_turns",
        "a bare loop of ten million turns",
        2_500_000,
        """
        total = 0.0
        for i in range(N):
            total = total + i * 0.5
        """,
    ),
    # ---- text -------------------------------------------------------------------------------------------------
    Row(
        "log_lines",
        "parsing log lines with a regular expression",
        80_000,
        r"""
        import re
        line = re.compile(r"(\d+)-(\d+) (\w+) took=(\d+)ms")
        slowest, errors = 0, 0
        for k in range(N):
            found = line.match(f"2026-{k % 12} {'ERROR' if k % 7 == 0 else 'INFO'} took={k % 997}ms")
            level, took = found.group(3), int(found.group(4))
            if level == "ERROR":
                errors += 1
            slowest = max(slowest, took)
        error_rate = errors / N
        """,
    ),
    Row(
        "json_lines",
        "parsing lines of JSON",
        30_000,
        """
        import json
        totals = {}
        for text in lines:
            record = json.loads(text)
            city = record["city"]
            totals[city] = totals.get(city, 0.0) + record["price"]
        best = max(totals, key=totals.get)
        """,
        """
        import json
        lines = [json.dumps({"city": "abcdef"[i % 6], "price": i % 97 / 7, "n": i}) for i in range(N)]
        """,
    ),
    Row(
        "arithmetic_parser",
        "a recursive parser",
        16_000,
        """
        class Parser:
            def __init__(self, text):
                self.text, self.at = text, 0
            def peek(self):
                return self.text[self.at] if self.at < len(self.text) else ""
            def take(self):
                c = self.peek()
                self.at += 1
                return c
            def expr(self):
                value = self.term()
                while self.peek() in ("+", "-") and self.peek():
                    value = value + self.term() if self.take() == "+" else value - self.term()
                return value
            def term(self):
                value = self.atom()
                while self.peek() == "*":
                    self.take()
                    value *= self.atom()
                return value
            def atom(self):
                if self.peek() == "(":
                    self.take()
                    value = self.expr()
                    self.take()
                    return value
                return int(self.take())
        answers = [Parser("(1+2)*3-4*(5-6)+7*(8+9)").expr() for _ in range(N)]
        """,
    ),
    Row(
        "report",
        "a report put together line by line",
        80_000,
        """
        report = []
        for i in range(N):
            name, value = f"item {i:05d}", i / 3
            report.append(f"{name:<12} | {value:>10.2f} | {'#' * (i % 20)}")
        text = "\\n".join(report)
        """,
    ),
    Row(
        "csv_writer",
        "writing and reading a CSV by the csv module",
        30_000,
        """
        import csv, io
        handle = io.StringIO()
        writer = csv.writer(handle)
        for i in range(N):
            writer.writerow([i, i * 0.25, f"name {i}"])
        handle.seek(0)
        total = 0.0
        for row in csv.reader(handle):
            total += float(row[1])
        """,
    ),
    # ---- simulation -------------------------------------------------------------------------------------------
    Row(
        "monte_carlo",
        "π by Monte Carlo",
        500_000,
        """
        import random
        random.seed(1)
        inside = 0
        for _ in range(N):
            x, y = random.random(), random.random()
            if x * x + y * y <= 1:
                inside += 1
        estimate = 4 * inside / N
        """,
    ),
    Row(
        "metropolis",
        "a Metropolis chain",
        100_000,
        """
        import math, random
        random.seed(1)
        def log_density(x):
            return -0.5 * x * x
        x, accepted, chain = 0.0, 0, []
        for step in range(N):
            proposal = x + random.gauss(0, 1)
            if math.log(random.random()) < log_density(proposal) - log_density(x):
                x = proposal
                accepted += 1
            chain.append(x)
        acceptance_rate = accepted / N
        posterior_mean = sum(chain) / len(chain)
        """,
    ),
    Row(
        "game_of_life",
        "the game of life, as a set of cells",
        300,
        """
        from collections import Counter
        def step(alive):
            near = Counter((x + dx, y + dy) for x, y in alive for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
            return {cell for cell, n in near.items() if n == 3 or (n == 2 and cell in alive)}
        alive = {(x, y) for x in range(40) for y in range(40) if (x * 7 + y * 13) % 5 < 2}
        population = []
        for generation in range(N):
            alive = step(alive)
            population.append(len(alive))
        """,
    ),
    Row(
        "life_in_arrays",
        "the game of life in NumPy",
        1_500,
        """
        board = rng.random((64, 64)) < 0.3
        for generation in range(N):
            near = sum(np.roll(np.roll(board, i, 0), j, 1) for i in (-1, 0, 1) for j in (-1, 0, 1)) - board
            board = (near == 3) | (board & (near == 2))
            density = board.mean()
        """,
        NUMBERS,
    ),
    Row(
        "bodies",
        "planets, one object each",
        8_000,
        """
        class Body:
            def __init__(self, x, y, vx, vy, mass):
                self.x, self.y, self.vx, self.vy, self.mass = x, y, vx, vy, mass
            def pull(self, other, dt):
                dx, dy = other.x - self.x, other.y - self.y
                d = (dx * dx + dy * dy + 0.01) ** 1.5
                self.vx += other.mass * dx / d * dt
                self.vy += other.mass * dy / d * dt
            def move(self, dt):
                self.x += self.vx * dt
                self.y += self.vy * dt
        bodies = [Body(k, -k, k / 10, 0.1, 1 + k) for k in range(6)]
        for step in range(N):
            for a in bodies:
                for b in bodies:
                    if a is not b:
                        a.pull(b, 0.001)
            for body in bodies:
                body.move(0.001)
            energy = sum(b.mass * (b.vx**2 + b.vy**2) / 2 for b in bodies)
        """,
    ),
    Row(
        "queue",
        "a queue simulated event by event",
        120_000,
        """
        import heapq, random
        random.seed(0)
        now, queue, waits, free_at = 0.0, [], [], 0.0
        for customer in range(N):
            heapq.heappush(queue, (now + random.expovariate(1.0), customer))
            now, who = heapq.heappop(queue)
            start = max(now, free_at)
            free_at = start + random.expovariate(1.2)
            waits.append(start - now)
        mean_wait = sum(waits) / len(waits)
        """,
    ),
    Row(
        "q_learning",
        "Q-learning in a grid",
        2_000,
        """
        import random
        random.seed(0)
        alpha, gamma, epsilon = 0.1, 0.95, 0.1
        q = {(s, a): 0.0 for s in range(25) for a in range(4)}
        rewards = []
        for episode in range(N):
            state, total = 0, 0.0
            for step in range(100):
                action = random.randrange(4) if random.random() < epsilon else max(range(4), key=lambda a: q[state, a])
                row, column = divmod(state, 5)
                row = min(4, max(0, row + (action == 0) - (action == 1)))
                column = min(4, max(0, column + (action == 2) - (action == 3)))
                new = row * 5 + column
                reward = 1.0 if new == 24 else -0.01
                best = max(q[new, a] for a in range(4))
                q[state, action] += alpha * (reward + gamma * best - q[state, action])
                state, total = new, total + reward
                if new == 24:
                    break
            rewards.append(total)
        """,
    ),
    # ---- dynamic programming, recursion, graphs ---------------------------------------------------------------
    Row(
        "edit_distance",
        "edit distances",
        200,
        """
        def distance(a, b):
            last = list(range(len(b) + 1))
            for i, x in enumerate(a, 1):
                row = [i]
                for j, z in enumerate(b, 1):
                    row.append(min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (x != z)))
                last = row
            return last[-1]
        found = [distance("experiment tracking" * 3, "experience tracing" * 3) for _ in range(N)]
        """,
    ),
    Row(
        "knapsack",
        "a knapsack, in one loop over another",
        250,
        """
        weights = [3 + k * 7 % 23 for k in range(N)]
        values = [10 + k * 11 % 37 for k in range(N)]
        best = [0] * 2001
        for w, v in zip(weights, values):
            for room in range(2000, w - 1, -1):
                take = best[room - w] + v
                if take > best[room]:
                    best[room] = take
        """,
    ),
    Row(
        "queens",
        "queens, by backtracking",
        150,
        """
        def place(n, row, columns, left, right):
            if row == n:
                return 1
            found = 0
            for c in range(n):
                if c not in columns and row + c not in left and row - c not in right:
                    found += place(n, row + 1, columns | {c}, left | {row + c}, right | {row - c})
            return found
        for turn in range(N):
            solutions = place(7, 0, frozenset(), frozenset(), frozenset())
        """,
    ),
    Row(
        "memoised",
        "a memoised recursion",
        60,
        """
        from functools import lru_cache
        for turn in range(N):
            @lru_cache(maxsize=None)
            def paths(i, j):
                if i == 0 or j == 0:
                    return 1
                return paths(i - 1, j) + paths(i, j - 1)
            ways = paths(60, 60)
        """,
    ),
    Row(
        "shortest_paths",
        "Dijkstra's shortest paths",
        20_000,
        """
        import heapq
        near = {v: [((v * 7 + k * 13) % N, 1 + (v + k) % 9) for k in range(4)] for v in range(N)}
        cost, heap = {0: 0}, [(0, 0)]
        while heap:
            d, v = heapq.heappop(heap)
            if d > cost[v]:
                continue
            for to, weight in near[v]:
                new = d + weight
                if new < cost.get(to, float("inf")):
                    cost[to] = new
                    heapq.heappush(heap, (new, to))
        """,
    ),
    Row(
        "collatz",
        "Collatz chains in a while loop",
        6_000,
        """
        longest = 0
        for start in range(1, N):
            n, steps = start, 0
            while True:
                if n == 1:
                    break
                n = n // 2 if n % 2 == 0 else 3 * n + 1
                steps += 1
            longest = max(longest, steps)
        """,
    ),
    Row(
        "sieve",
        "a sieve of primes",
        1_500_000,
        """
        prime = bytearray([1]) * N
        for k in range(2, int(N**0.5) + 1):
            if prime[k]:
                for multiple in range(k * k, N, k):
                    prime[multiple] = 0
        count = sum(prime) - 2
        """,
    ),
    Row(
        "matrix_product",
        "a product of matrices in plain Python",
        8,
        """
        def product(a, b):
            columns = list(zip(*b))
            return [[sum(x * z for x, z in zip(row, column)) for column in columns] for row in a]
        a = [[i * j % 7 / 3 for j in range(60)] for i in range(60)]
        for turn in range(N):
            b = product(a, a)
        """,
    ),
    # ---- how Python is written --------------------------------------------------------------------------------
    Row(
        "generators",
        "a pipeline of generators",
        900_000,
        """
        def numbers(n):
            for i in range(n):
                yield i * 0.5
        def kept(values):
            for value in values:
                if value % 3:
                    yield value
        total = 0.0
        for value in kept(numbers(N)):
            total += value
        """,
    ),
    Row(
        "exceptions",
        "try and except in a loop",
        800_000,
        """
        bad, total = 0, 0.0
        for i in range(N):
            try:
                total += 1 / (i % 5)
            except ZeroDivisionError:
                bad += 1
        """,
    ),
    Row(
        "dataclasses",
        "records in dataclasses, sorted",
        40_000,
        """
        from dataclasses import dataclass
        @dataclass(order=True)
        class Order:
            price: float
            item: str
        orders = []
        for i in range(N):
            orders.append(Order(i * 37 % 1001 / 7, f"item {i % 10}"))
        orders.sort(key=lambda o: (o.item, -o.price))
        revenue = sum(o.price for o in orders)
        """,
    ),
    Row(
        "async",
        "awaits in a loop",
        30_000,
        """
        import asyncio
        async def work(i):
            await asyncio.sleep(0)
            return i / 2
        total = 0.0
        for i in range(N):
            total += await work(i)
        """,
    ),
    Row(
        "context_managers",
        "a with block in a loop",
        150_000,
        """
        from contextlib import contextmanager
        depth = 0
        @contextmanager
        def deeper():
            global depth
            depth += 1
            try:
                yield depth
            finally:
                depth -= 1
        most = 0
        for i in range(N):
            with deeper() as level:
                most = max(most, level)
        """,
    ),
    Row(
        "named_scores",
        "scores in a dictionary, one key a turn",
        20_000,
        """
        scores = {}
        for i in range(N):
            accuracy = i % 97 / 97
            scores[f"model {i}"] = accuracy
        best = max(scores.values())
        """,
    ),
    Row(
        "prints",
        "a loop that prints its loss",
        50_000,
        """
        loss = 1.0
        for step in range(N):
            loss *= 0.9995
            if step % 10 == 0:
                print(f"step {step}: loss {loss:.4f}")
        """,
    ),
    # ---- NumPy, pandas, scikit-learn, torch -------------------------------------------------------------------
    Row(
        "network_by_hand",
        "a network with two layers, in NumPy",
        40,
        """
        W1, W2, lr = rng.normal(size=(20, 32)) * 0.1, rng.normal(size=(32, 1)) * 0.1, 0.05
        losses = []
        for epoch in range(N):
            h = np.tanh(X @ W1)
            p = 1 / (1 + np.exp(-(h @ W2)))
            loss = -np.mean(y[:, None] * np.log(p + 1e-9) + (1 - y[:, None]) * np.log(1 - p + 1e-9))
            d = (p - y[:, None]) / len(y)
            W1 -= lr * X.T @ (d @ W2.T * (1 - h**2))
            W2 -= lr * h.T @ d
            losses.append(loss)
            if epoch % 20 == 0:
                print(f"epoch {epoch} loss {loss:.4f} acc {((p > 0.5)[:, 0] == y).mean():.3f}")
        """,
        CLASSES,
    ),
    Row(
        "k_means",
        "k-means by hand",
        300,
        """
        centres = X[:8].copy()
        for step in range(N):
            distances = ((X[:, None, :2] - centres[None, :, :2]) ** 2).sum(-1)
            labels = distances.argmin(1)
            for k in range(8):
                members = X[labels == k]
                if len(members):
                    centres[k] = members.mean(0)
            inertia = distances.min(1).sum()
        """,
        CLASSES,
    ),
    Row(
        "bootstrap",
        "a bootstrap of a mean",
        4_000,
        """
        sample = rng.normal(size=500)
        means = []
        for _ in range(N):
            means.append(rng.choice(sample, size=len(sample)).mean())
        low, high = np.percentile(means, [2.5, 97.5])
        """,
        NUMBERS,
    ),
    Row(
        "many_small_arrays",
        "many small arrays",
        60_000,
        """
        position, velocity = np.zeros(3), np.ones(3)
        for step in range(N):
            force = -position
            velocity = velocity + force * 0.01
            position = position + velocity * 0.01
        energy = float((velocity**2).sum() / 2)
        """,
        NUMBERS,
    ),
    Row(
        "pandas_apply",
        "apply over a table's rows",
        30_000,
        """
        def rate(row):
            if row["a"] > 0:
                return row["a"] * row["b"]
            return row["b"] / 2
        df["rate"] = df.apply(rate, axis=1)
        df.groupby("c")["rate"].mean().head()
        """,
        TABLE,
    ),
    Row(
        "pandas_groups",
        "a loop over the groups of a table",
        20,
        """
        summary = []
        for turn in range(N):
            for key, part in df.groupby("c"):
                summary.append({"c": key, "mean": part["a"].mean(), "std": part["b"].std(), "n": len(part)})
        table = pd.DataFrame(summary)
        """,
        TABLE.replace("=N", "=20_000").replace("50, N", "50, 20_000"),
    ),
    Row(
        "pandas_itertuples",
        "a loop over the rows of a table",
        200_000,
        """
        total = 0.0
        for row in df.itertuples():
            if row.c % 2:
                total += row.a
        """,
        TABLE,
    ),
    Row(
        "sweep",
        "a sweep of fits",
        3,
        """
        results = []
        for C in [0.01, 0.1, 1, 10] * N:
            model = LogisticRegression(C=C).fit(X, y)
            results.append({"C": C, "accuracy": model.score(X, y)})
        best = max(results, key=lambda r: r["accuracy"])
        """,
        CLASSES + "    from sklearn.linear_model import LogisticRegression\n",
    ),
    Row(
        "forest",
        "a forest, split, fitted and scored",
        20,
        """
        X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
        model = RandomForestClassifier(n_estimators=N, random_state=0).fit(X_train, y_train)
        accuracy = accuracy_score(y_test, model.predict(X_test))
        print(f"accuracy {accuracy:.3f}")
        """,
        CLASSES
        + """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import accuracy_score
    from sklearn.model_selection import train_test_split
        """,
    ),
    Row(
        "partial_fit",
        "partial_fit, batch after batch",
        12,
        """
        model = SGDClassifier(loss="log_loss", random_state=0)
        for epoch in range(N):
            for start in range(0, len(X), 100):
                model.partial_fit(X[start : start + 100], y[start : start + 100], classes=[0, 1])
            accuracy = model.score(X, y)
        """,
        CLASSES + "    from sklearn.linear_model import SGDClassifier\n",
    ),
    Row(
        "predict_one",
        "predict, one row a turn",
        2_500,
        """
        hits = 0
        for i in range(N):
            hits += int(model.predict(X[i % 4000 : i % 4000 + 1])[0] == y[i % 4000])
        accuracy = hits / N
        """,
        CLASSES
        + """
    from sklearn.linear_model import LogisticRegression
    model = LogisticRegression().fit(X, y)
        """,
    ),
    Row(
        "torch_training",
        "training in PyTorch",
        300,
        """
        model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 1))
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        losses = []
        for step in range(N):
            optimiser.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(model(X)[:, 0], y)
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        """,
        """
        import torch
        from torch import nn
        torch.manual_seed(0)
        torch.set_num_threads(1)
        X = torch.randn(2000, 20)
        y = (X[:, 0] > 0).float()
        """,
        needs="torch",
    ),
]
