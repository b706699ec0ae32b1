# %%
import numpy as np
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

class LogisticRegressionScratch:
    def __init__(self, lr=0.01, n_iters=100, verbose=False):
        self.lr = lr
        self.n_iters = n_iters
        self.verbose = verbose
        self.losses = []

    def fit(self, X, y):
        n, d = X.shape
        self.w = np.zeros(d)
        self.b = 0
        for i in range(self.n_iters):
            p = 1 / (1 + np.exp(-(X @ self.w + self.b)))
            loss = -np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))
            self.losses.append(loss)
            self.w -= self.lr * X.T @ (p - y) / n
            self.b -= self.lr * np.mean(p - y)
            if self.verbose and i % 100 == 0:
                print(f"iter {i} loss {loss:.4f}")
        return self

    def predict(self, X):
        return (1 / (1 + np.exp(-(X @ self.w + self.b))) > 0.5).astype(int)

def accuracy(y_true, y_pred):
    return np.sum(y_true == y_pred) / len(y_true)

# %%
X, y = make_classification(n_samples=400, n_features=6, random_state=1234)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1234)

# %%
regressor = LogisticRegressionScratch(lr=0.5, n_iters=250)
regressor.fit(X_train, y_train)
predictions = regressor.predict(X_test)
print("LR classification accuracy:", accuracy(y_test, predictions))

# %% [truth]
[params]
n_samples = 400
n_features = 6
"make_classification.random_state" = 1234
test_size = 0.2
"train_test_split.random_state" = 1234
lr = 0.5
n_iters = 250
[metrics]
"LR classification accuracy" = "accuracy(y_test, predictions)"
loss = "regressor.losses"
