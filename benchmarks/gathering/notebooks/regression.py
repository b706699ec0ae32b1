import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.metrics import mean_squared_error
# %%
n = 300
X = np.random.normal(size=(n, 5))
w = np.array([1.0, -2.0, 0.5, 0.0, 3.0])
y = X @ w + np.random.normal(scale=0.5, size=n)
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25)
# %%
alpha = 1.0
# %%
X_train = np.hstack([X_train, X_train[:, :1] ** 2])
X_test = np.hstack([X_test, X_test[:, :1] ** 2])
# %%
%%track ridge
model = Ridge(alpha=alpha).fit(X_train, y_train)
rmse = mean_squared_error(y_test, model.predict(X_test)) ** 0.5
print("rmse", rmse)
