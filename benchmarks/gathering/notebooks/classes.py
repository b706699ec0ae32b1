import random
class Account:
    rate = 0.02
    def __init__(self, money):
        self.money = money
        self.log = []
    def grow(self):
        self.money *= 1 + self.rate * random.random()
        self.log.append(self.money)
# %%
accounts = [Account(100 * k) for k in range(1, 6)]
# %%
for account in accounts:
    account.grow()
# %%
richest = accounts[-1]
richest.rate = 0.05
# %%
for _ in range(5):
    richest.grow()
# %%
years = 3
# %%
%%track growth
for year in range(years):
    for account in accounts:
        account.grow()
    wealth = sum(account.money for account in accounts)
total = sum(account.money for account in accounts)
steps = len(richest.log)
print("total", total)
