import numpy as np

FEATURES = np.array([[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.9, 0.1], [0.1, 1.1], [1.1, 0.2]])
LABELS = np.array([0, 1, 0, 1, 0, 1])
