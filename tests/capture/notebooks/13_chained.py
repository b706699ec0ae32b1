# %%
import numpy as np
from sklearn.linear_model import LinearRegression, Lasso
from sklearn.preprocessing import PolynomialFeatures
rng = np.random.RandomState(4)
x = rng.rand(80, 1) * 6
y = (x ** 2).ravel() + rng.randn(80)

# %%
LinearRegression().fit(x, y).score(x, y)

# %%
poly = PolynomialFeatures(degree=2, include_bias=False)
xp = poly.fit_transform(x)
LinearRegression().fit(xp, y).score(xp, y)

# %%
reg = Lasso(alpha=0.1).fit(xp, y)
reg.score(xp, y)

# %%
reg.coef_

# %%
residuals = y - reg.predict(xp)
np.sqrt(np.mean(residuals ** 2))

# %% [truth]
[params]
degree = 2
include_bias = false
alpha = 0.1
seed = 4
[metrics]
"LinearRegression().fit(x, y).score(x, y)" = "LinearRegression().fit(x, y).score(x, y)"
"LinearRegression().fit(xp, y).score(xp, y)" = "LinearRegression().fit(xp, y).score(xp, y)"
"reg.score(xp, y)" = "reg.score(xp, y)"
"np.sqrt(np.mean(residuals ** 2))" = "np.sqrt(np.mean(residuals ** 2))"
