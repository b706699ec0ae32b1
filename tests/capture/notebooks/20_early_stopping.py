# %%
import numpy as np

rng = np.random.RandomState(3)
n = 500
X = rng.randn(n, 3)
true_w = np.array([1.5, -2.0, 0.5])
y = X @ true_w + 0.3 * rng.randn(n)
X_tr, X_va, y_tr, y_va = X[:400], X[400:], y[:400], y[400:]

# %%
eta = 0.1
batch_size = 32
patience = 3
tol = 1e-5

# %%
w = np.zeros(3)
best_loss = np.inf
wait = 0
epoch = 0
history = {"train": [], "val": []}
while True:
    perm = rng.permutation(len(X_tr))
    for s in range(0, len(X_tr), batch_size):
        b = perm[s : s + batch_size]
        g = X_tr[b].T @ (X_tr[b] @ w - y_tr[b]) / len(b)
        w -= eta * g
    train_loss = np.mean((X_tr @ w - y_tr) ** 2)
    val_loss = np.mean((X_va @ w - y_va) ** 2)
    history["train"].append(train_loss)
    history["val"].append(val_loss)
    if val_loss < best_loss - tol:
        best_loss = val_loss
        wait = 0
    else:
        wait += 1
        if wait >= patience:
            print("stopped at epoch", epoch)
            break
    epoch += 1
    if epoch >= 60:
        break

# %%
print("best val loss", best_loss)

# %% [truth]
[params]
eta = 0.1
batch_size = 32
patience = 3
tol = 1e-5
seed = 3
n = 500
[metrics]
train_loss = "history['train']"
val_loss = "history['val']"
best_loss = "best_loss"
