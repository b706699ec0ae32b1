# %%
config = {
    'seed': 13,
    'model': {'hidden': 16, 'activation': 'relu'},
    'lr': 0.01,
    'max_iter': 60,
}
DATA_DIR = './data'
FIGSIZE = (10, 6)
DEBUG = False

# %%
import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.datasets import make_circles
from sklearn.model_selection import train_test_split
import warnings
warnings.simplefilter('ignore')
X, y = make_circles(n_samples=200, noise=.1, factor=.4, random_state=config['seed'])
Xtr, Xte, ytr, yte = train_test_split(X, y, random_state=config['seed'])

# %%
net = MLPClassifier(hidden_layer_sizes=(config['model']['hidden'],), activation=config['model']['activation'],
                    learning_rate_init=config['lr'], max_iter=config['max_iter'], random_state=config['seed'])
net.fit(Xtr, ytr)

# %%
result = {'train_acc': net.score(Xtr, ytr), 'test_acc': net.score(Xte, yte), 'final_loss': net.loss_}
result

# %% [truth]
[params]
"config.seed" = 13
"config.model.hidden" = 16
"config.model.activation" = "relu"
"config.lr" = 0.01
"config.max_iter" = 60
n_samples = 200
noise = 0.1
factor = 0.4
"make_circles.random_state" = 13
"train_test_split.random_state" = 13
hidden_layer_sizes = "(16,)"
"MLPClassifier.activation" = "relu"
learning_rate_init = 0.01
"MLPClassifier.max_iter" = 60
"MLPClassifier.random_state" = 13
[metrics]
"result.train_acc" = "result['train_acc']"
"result.test_acc" = "result['test_acc']"
"result.final_loss" = "result['final_loss']"
