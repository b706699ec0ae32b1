# %%
import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.neighbors import KNeighborsClassifier
from sklearn.model_selection import train_test_split
from sklearn.metrics import accuracy_score, confusion_matrix

iris = datasets.load_iris()
df = pd.DataFrame(iris.data, columns=iris.feature_names)
df["target"] = iris.target
df.head()

# %%
df.shape

# %%
X = df.iloc[:, :4]
y = df["target"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=7)
print(X_train.shape, X_test.shape)
print("Training rows:", len(X_train))

# %%
knn = KNeighborsClassifier(n_neighbors=5, weights="distance")
knn.fit(X_train, y_train)
y_pred = knn.predict(X_test)
print("Accuracy:", accuracy_score(y_test, y_pred))
cm = confusion_matrix(y_test, y_pred)
tn = cm[0][0]
print(cm)

# %%
# try one flower
sample = [[5.1, 3.5, 1.4, 0.2]]
knn.predict(sample)

# %% [truth]
[params]
test_size = 0.25
random_state = 7
n_neighbors = 5
weights = "distance"
[metrics]
Accuracy = "accuracy_score(y_test, y_pred)"
