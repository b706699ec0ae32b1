# %%
import numpy as np
rng = np.random.default_rng(0)
m = 97
X = rng.uniform(5, 20, m)
y = 1.2 * X - 4 + rng.normal(0, 1.5, m)
X = np.c_[np.ones(m), X / 10]

# %%
def compute_cost(X, y, theta):
    m = len(y)
    h = X @ theta
    return np.sum((h - y) ** 2) / (2 * m)

# %%
theta = np.zeros(2)
compute_cost(X, y, theta)

# %%
def gradient_descent(X, y, theta, alpha, num_iters):
    J_history = []
    m = len(y)
    for i in range(num_iters):
        h = X @ theta
        theta = theta - alpha / m * (X.T @ (h - y))
        J_history.append(compute_cost(X, y, theta))
    return theta, J_history

# %%
iterations = 300
alpha = 0.05
theta, J_history = gradient_descent(X, y, theta, alpha, iterations)
print('Theta found by gradient descent:', theta)

# %%
# plot the line
x_line = np.linspace(0, 2.5, 100)
h = .02
xx = np.arange(0, 1, h)

# %%
predict1 = np.array([1, 3.5]) @ theta
print('For population = 35,000, we predict a profit of', predict1 * 10000)

# %%
final_cost = compute_cost(X, y, theta)
print("final cost %.4f" % final_cost)

# %% [truth]
[params]
alpha = 0.05
iterations = 300
m = 97
seed = 0
[metrics]
J_history = "J_history"
final_cost = "final_cost"
"compute_cost(X, y, theta)" = "compute_cost(X, y, np.zeros(2))"
