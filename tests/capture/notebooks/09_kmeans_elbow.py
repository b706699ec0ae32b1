# %%
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score
import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
X, _ = make_blobs(n_samples=250, centers=4, cluster_std=0.7, random_state=12)

# %%
wcss = []
for i in range(1, 8):
    kmeans = KMeans(n_clusters=i, init='k-means++', max_iter=200, n_init=3, random_state=0)
    kmeans.fit(X)
    wcss.append(kmeans.inertia_)
plt.plot(range(1, 8), wcss)
plt.title('Elbow Method')
plt.show()

# %%
n_clusters = 4
kmeans = KMeans(n_clusters=n_clusters, n_init=3, random_state=0)
labels = kmeans.fit_predict(X)
sil = silhouette_score(X, labels)
print('For n_clusters =', n_clusters, 'the average silhouette_score is :', sil)

# %% [truth]
[params]
n_samples = 250
centers = 4
cluster_std = 0.7
"make_blobs.random_state" = 12
init = "k-means++"
max_iter = 200
n_init = 3
"KMeans.random_state" = 0
"KMeans_2.random_state" = 0
n_clusters = 4
[metrics]
wcss = "wcss"
sil = "sil"
