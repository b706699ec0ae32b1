# %%
import numpy as np
from scipy import stats

np.random.seed(99)
control = np.random.binomial(1, 0.10, 2000)
treatment = np.random.binomial(1, 0.125, 2000)
control[:10]

# %%
alpha = 0.05
n_permutations = 300

# %%
rate_c = control.mean()
rate_t = treatment.mean()
lift = (rate_t - rate_c) / rate_c
print(f"lift: {lift:.2%}")

# %%
t_stat, p_value = stats.ttest_ind(control, treatment)
print("p-value:", p_value)
if p_value < alpha:
    print("significant")

# %%
pooled = np.concatenate([control, treatment])
diffs = []
for _ in range(n_permutations):
    np.random.shuffle(pooled)
    diffs.append(pooled[:2000].mean() - pooled[2000:].mean())
p_perm = np.mean(np.abs(diffs) >= abs(rate_t - rate_c))
p_perm

# %% [truth]
[params]
seed = 99
alpha = 0.05
n_permutations = 300
[metrics]
lift = "lift"
t_stat = "t_stat"
p_value = "p_value"
p_perm = "p_perm"
