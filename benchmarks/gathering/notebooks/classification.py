import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
# %%
data = load_breast_cancer(as_frame=True)
df = data.frame.copy()
df.shape
# %%
df = df.sample(frac=1)
train = df.iloc[:400]
test = df.iloc[400:]
# %%
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
scaler = StandardScaler().fit(train.drop(columns="target"))
X_train = scaler.transform(train.drop(columns="target"))
X_test = scaler.transform(test.drop(columns="target"))
# %%
C = 0.5
# %%
%%track logistic
model = LogisticRegression(C=C).fit(X_train, train["target"])
accuracy = model.score(X_test, test["target"])
# %%
from sklearn.metrics import roc_auc_score
# %%
%%track forest
from sklearn.ensemble import RandomForestClassifier
forest = RandomForestClassifier(n_estimators=10).fit(X_train, train["target"])
auc = roc_auc_score(test["target"], forest.predict_proba(X_test)[:, 1])
