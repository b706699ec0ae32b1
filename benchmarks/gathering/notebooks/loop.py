import numpy as np
np.random.seed(7)
# %%
X = np.random.normal(size=(120, 3))
y = (X @ [1.5, -1.0, 0.5] + 0.3 * np.random.normal(size=120) > 0).astype(float)
# %%
w = np.zeros(3)
lr = 0.1
# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
# %%
def loss_of(w):
    p = sigmoid(X @ w)
    return float(-np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9)))
# %%
%%track descent
for epoch in range(20):
    w -= lr * X.T @ (sigmoid(X @ w) - y) / len(y)
    loss = loss_of(w)
# %%
history = []
# %%
history.append(loss_of(w))
# %%
%%track accuracy
accuracy = float(((sigmoid(X @ w) > 0.5) == y).mean())
points = len(history)
