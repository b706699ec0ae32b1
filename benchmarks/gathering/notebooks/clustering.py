from sklearn.datasets import make_blobs
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
# %%
X, truth = make_blobs(n_samples=200, centers=4)
# %%
scores = {}
# %%
k = 3
# %%
%%track kmeans
km = KMeans(n_clusters=k, n_init=1).fit(X)
silhouette = silhouette_score(X, km.labels_)
# %%
scores[k] = silhouette
# %%
k = 4
# %%
%%track kmeans again
km = KMeans(n_clusters=k, n_init=1).fit(X)
silhouette = silhouette_score(X, km.labels_)
best = max([*scores.values(), silhouette])
