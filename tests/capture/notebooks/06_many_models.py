# %%
import pandas as pd, numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score, KFold
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.naive_bayes import GaussianNB
X, y = load_breast_cancer(return_X_y=True)
seed = 7

# %%
models = []
models.append(('LR', LogisticRegression(max_iter=5000, C=0.5)))
models.append(('KNN', KNeighborsClassifier(n_neighbors=9)))
models.append(('CART', DecisionTreeClassifier(max_depth=4, random_state=seed)))
models.append(('NB', GaussianNB()))

# %%
results = []
names = []
for name, model in models:
    kfold = KFold(n_splits=4, shuffle=True, random_state=seed)
    cv_results = cross_val_score(model, X, y, cv=kfold, scoring='accuracy')
    results.append(cv_results)
    names.append(name)
    msg = "%s: %f (%f)" % (name, cv_results.mean(), cv_results.std())
    print(msg)

# %% [truth]
[params]
seed = 7
max_iter = 5000
C = 0.5
n_neighbors = 9
max_depth = 4
"DecisionTreeClassifier.random_state" = 7
n_splits = 4
shuffle = true
"KFold.random_state" = 7
scoring = "accuracy"
[metrics]
"LogisticRegression cv_results" = "list(results[0])"
"KNeighborsClassifier cv_results" = "list(results[1])"
"DecisionTreeClassifier cv_results" = "list(results[2])"
"GaussianNB cv_results" = "list(results[3])"
LR = "results[0].mean()"
"LR std" = "results[0].std()"
KNN = "results[1].mean()"
"KNN std" = "results[1].std()"
CART = "results[2].mean()"
"CART std" = "results[2].std()"
NB = "results[3].mean()"
"NB std" = "results[3].std()"
