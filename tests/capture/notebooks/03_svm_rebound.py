# %%
from sklearn.svm import SVC
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
data = load_breast_cancer()
X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, test_size=.3, random_state=1)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)

# %%
model = SVC(C=1, kernel='linear')
model.fit(X_train, y_train)
a = model.score(X_test, y_test)
model = SVC(C=10, gamma=0.01)
model.fit(X_train, y_train)
b = model.score(X_test, y_test)
a, b

# %%
model = SVC(C=100, gamma=0.1)
model.fit(X_train, y_train)
model.score(X_train, y_train)

# %%
model.score(X_test, y_test)

# %% [truth]
[params]
test_size = 0.3
random_state = 1
"SVC.C" = 1
"SVC.kernel" = "linear"
"SVC_2.C" = 10
"SVC_2.gamma" = 0.01
"SVC_3.C" = 100
"SVC_3.gamma" = 0.1
[metrics]
a = "a"
b = "b"
"model.score(X_train, y_train)" = "model.score(X_train, y_train)"
"model.score(X_test, y_test)" = "model.score(X_test, y_test)"
