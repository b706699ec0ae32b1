# %%
import pandas as pd
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.metrics import accuracy_score, precision_score, recall_score
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=9)

# %%
classifiers = {
    'nb': GaussianNB(var_smoothing=1e-8),
    'tree': DecisionTreeClassifier(max_depth=3, criterion='entropy', random_state=9),
}
rows = []
for name, clf in classifiers.items():
    clf.fit(X_train, y_train)
    p = clf.predict(X_test)
    rows.append({'model': name,
                 'accuracy': accuracy_score(y_test, p),
                 'precision': precision_score(y_test, p, average='macro'),
                 'recall': recall_score(y_test, p, average='macro')})
results = pd.DataFrame(rows).set_index('model')
results

# %% [truth]
[params]
test_size = 0.4
"train_test_split.random_state" = 9
var_smoothing = 1e-8
max_depth = 3
criterion = "entropy"
"DecisionTreeClassifier.random_state" = 9
[metrics]
"nb accuracy" = "results.loc['nb', 'accuracy']"
"nb precision" = "results.loc['nb', 'precision']"
"nb recall" = "results.loc['nb', 'recall']"
"tree accuracy" = "results.loc['tree', 'accuracy']"
"tree precision" = "results.loc['tree', 'precision']"
"tree recall" = "results.loc['tree', 'recall']"
