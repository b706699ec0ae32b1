# %%
import numpy as np

np.random.seed(1)
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])


# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def dsigmoid(a):
    return a * (1 - a)


# %%
hidden = 4
learning_rate = 0.8
epochs = 2000
W1 = 2 * np.random.random((3, hidden)) - 1
W2 = 2 * np.random.random((hidden, 1)) - 1

# %%
losses = []
for epoch in range(epochs):
    a1 = sigmoid(X.dot(W1))
    out = sigmoid(a1.dot(W2))
    error = y - out
    loss = np.mean(error**2)
    losses.append(loss)
    d2 = error * dsigmoid(out)
    d1 = d2.dot(W2.T) * dsigmoid(a1)
    W2 += learning_rate * a1.T.dot(d2)
    W1 += learning_rate * X.T.dot(d1)
    if epoch % 500 == 0:
        print("Epoch", epoch, "loss:", loss)

# %%
accuracy = np.mean((out > 0.5) == y)
print("Final accuracy: {}%".format(accuracy * 100))

# %% [truth]
[params]
seed = 1
hidden = 4
learning_rate = 0.8
epochs = 2000
[metrics]
loss = "losses"
accuracy = "accuracy"
