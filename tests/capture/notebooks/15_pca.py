# %%
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler
import numpy as np

X, y = load_digits(return_X_y=True)
X = MinMaxScaler().fit_transform(X)
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0, test_size=1 / 7.0)

# %%
pca = PCA(0.95)
pca.fit(Xa)
pca.n_components_

# %%
Xa_p, Xb_p = pca.transform(Xa), pca.transform(Xb)
explained = np.sum(pca.explained_variance_ratio_)
print("explained variance", explained)

# %%
logisticRegr = LogisticRegression(solver="lbfgs", C=2.0, max_iter=300)
logisticRegr.fit(Xa_p, ya)
# predict one, then ten
logisticRegr.predict(Xb_p[0].reshape(1, -1))
logisticRegr.predict(Xb_p[0:10])

# %%
score = logisticRegr.score(Xb_p, yb)
print(score)

# %% [truth]
[params]
random_state = 0
test_size = 0.14285714285714285
n_components = 0.95
solver = "lbfgs"
C = 2.0
max_iter = 300
[metrics]
explained = "explained"
score = "score"
