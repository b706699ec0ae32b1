# %%
import numpy as np
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
from sklearn.datasets import make_moons
from sklearn.neighbors import KNeighborsClassifier
from sklearn.model_selection import train_test_split
X, y = make_moons(n_samples=300, noise=0.3, random_state=42)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, random_state=0)

# %%
scores = []
k_range = range(1, 21)
for k in k_range:
    knn = KNeighborsClassifier(n_neighbors=k)
    knn.fit(X_tr, y_tr)
    scores.append(knn.score(X_te, y_te))
plt.plot(k_range, scores)
plt.xlabel('Value of K')
plt.ylabel('Testing Accuracy')

# %%
best_k = int(np.argmax(scores)) + 1
best_score = max(scores)
print("best k:", best_k, "score:", best_score)

# %%
h = .02  # step size in the mesh
x_min, x_max = X[:, 0].min() - .5, X[:, 0].max() + .5
y_min, y_max = X[:, 1].min() - .5, X[:, 1].max() + .5
xx, yy = np.meshgrid(np.arange(x_min, x_max, h), np.arange(y_min, y_max, h))
clf = KNeighborsClassifier(n_neighbors=best_k)
clf.fit(X_tr, y_tr)
Z = clf.predict(np.c_[xx.ravel(), yy.ravel()]).reshape(xx.shape)
plt.contourf(xx, yy, Z, alpha=0.4)
plt.title("decision boundary, accuracy = %.2f" % clf.score(X_te, y_te))

# %% [truth]
[params]
n_samples = 300
noise = 0.3
"make_moons.random_state" = 42
"train_test_split.random_state" = 0
k_range = "range(1, 21)"
n_neighbors = "best_k"
[metrics]
scores = "scores"
best_score = "best_score"
accuracy = "clf.score(X_te, y_te)"
