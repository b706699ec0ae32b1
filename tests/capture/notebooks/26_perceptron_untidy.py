# %%
# imports
import random, math
import numpy as np

N_EPOCHS = 15
LR = 0.1
random.seed(0)

# %%
pts = [(random.uniform(-1, 1), random.uniform(-1, 1)) for _ in range(60)]
lab = [1 if p[0] + p[1] > 0 else -1 for p in pts]
w = [0, 0]
b = 0
tmp = random.random()
print(tmp)

# %%
for ep in range(N_EPOCHS):
    mistakes = 0
    for p, l in zip(pts, lab):
        if l * (w[0] * p[0] + w[1] * p[1] + b) <= 0:
            w[0] += LR * l * p[0]
            w[1] += LR * l * p[1]
            b += LR * l
            mistakes += 1
    err_rate = mistakes / len(pts)
    print("epoch", ep, "error rate", err_rate)

# %%
correct = sum(1 for p, l in zip(pts, lab) if l * (w[0] * p[0] + w[1] * p[1] + b) > 0)
acc = correct / len(pts) * 100
print(f"{correct} of {len(pts)} right, accuracy {acc:.1f}%")
dist = math.hypot(w[0], w[1])

# %% [truth]
[params]
N_EPOCHS = 15
LR = 0.1
seed = 0
[metrics]
err_rate = "?"
acc = "acc"
