import matplotlib.pyplot as plt
import numpy as np
plt.rcParams["figure.dpi"] = 60
# %%
x = np.linspace(0, 1, 50)
noise = np.random.normal(scale=0.1, size=50)
y = 2 * x + noise
# %%
plt.plot(x, y)
plt.show()
# %%
degree = 1
# %%
coefficients = np.polyfit(x, y, degree)
fitted = np.polyval(coefficients, x)
# %%
fig, ax = plt.subplots()
ax.scatter(x, y)
ax.plot(x, fitted)
plt.show()
# %%
%%track fit
residual = float(np.sqrt(np.mean((y - fitted) ** 2)))
print("rmse", residual)
