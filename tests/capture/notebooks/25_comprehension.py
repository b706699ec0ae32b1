# %%
from sklearn.linear_model import Ridge
from sklearn.datasets import make_regression
from sklearn.model_selection import cross_val_score, train_test_split
import numpy as np
X, y = make_regression(n_samples=150, n_features=20, noise=15, random_state=6)
Xt, Xv, yt, yv = train_test_split(X, y, test_size=50, random_state=6)

# %%
alphas = [0.01, 0.1, 1, 10]
val = [Ridge(alpha=a).fit(Xt, yt).score(Xv, yv) for a in alphas]
val

# %%
best_alpha = alphas[int(np.argmax(val))]
print('best alpha is', best_alpha)
final = Ridge(alpha=best_alpha).fit(Xt, yt)
print(f'{final.score(Xv, yv) = }')

# %%
cv5 = cross_val_score(final, X, y, cv=5).mean()

# %% [truth]
[params]
n_samples = 150
n_features = 20
noise = 15
"make_regression.random_state" = 6
test_size = 50
"train_test_split.random_state" = 6
alphas = "[0.01, 0.1, 1, 10]"
alpha = "best_alpha"
cv = 5
[metrics]
val = "val"
"final.score(Xv, yv)" = "final.score(Xv, yv)"
cv5 = "cv5"
