import numpy as np
rng = np.random.default_rng()
samples = []
# %%
def draw(n):
    return rng.exponential(2.0, size=n)
# %%
samples.extend(draw(50))
# %%
samples.extend(draw(50))
# %%
np.mean(samples)
# %%
bootstrap = 200
# %%
%%track mean
means = [np.mean(rng.choice(samples, len(samples))) for _ in range(bootstrap)]
estimate = float(np.mean(means))
low, high = np.percentile(means, [2.5, 97.5])
print("estimate", estimate)
