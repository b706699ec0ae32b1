# %%
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.metrics import classification_report, confusion_matrix, f1_score, roc_auc_score
digits = load_digits()
X_train, X_test, y_train, y_test = train_test_split(digits.data, digits.target, test_size=0.5, shuffle=False)

# %%
rf = RandomForestClassifier(n_estimators=30, max_depth=8, min_samples_leaf=2, random_state=0, n_jobs=1)
rf.fit(X_train, y_train)
pred = rf.predict(X_test)

# %%
print(classification_report(y_test, pred))
print(confusion_matrix(y_test, pred))

# %%
print("macro f1", round(f1_score(y_test, pred, average='macro'), 4))
auc = roc_auc_score(y_test, rf.predict_proba(X_test), multi_class='ovr')

# %%
cm = confusion_matrix(y_test, pred)
errors_in_class_3 = cm[3].sum() - cm[3, 3]
print("wrong threes:", errors_in_class_3)
len(y_test)

# %% [truth]
[params]
test_size = 0.5
shuffle = false
n_estimators = 30
max_depth = 8
min_samples_leaf = 2
random_state = 0
[metrics]
"macro f1" = "f1_score(y_test, pred, average='macro')"
auc = "auc"
accuracy = "round((pred == y_test).mean(), 2)"
"macro avg f1-score" = "round(f1_score(y_test, pred, average='macro'), 2)"
"weighted avg f1-score" = "round(f1_score(y_test, pred, average='weighted'), 2)"
"macro avg precision" = "?"
"macro avg recall" = "?"
"weighted avg precision" = "?"
"weighted avg recall" = "?"
