"""Trains a small network for one epoch on chips, which are read with PyTorch and rasterio or numpy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from chip_scenes import polygon
from parallel_raster.core import training_chips

torch = pytest.importorskip("torch", reason="PyTorch is not installed; run `make test-torch`")

TRANSFORM = Affine(10, 0, 400_000, 0, -10, 5_000_000)
SIZE = 32


class Chips(torch.utils.data.Dataset):
    """A PyTorch `Dataset` of the chips of a split, from NumPy archives or GeoTIFFs, as in docs/chips.md."""

    def __init__(self, folder, split):
        self.folder = Path(folder)
        listed = json.loads((self.folder / "chips.json").read_text())
        self.nodata = listed["nodata"]
        self.chips = [chip for chip in listed["chips"] if chip["split"] == split]

    def __len__(self):
        return len(self.chips)

    def _read(self, name, key):
        if name.endswith(".npz"):
            return np.load(self.folder / name, allow_pickle=False)[key]
        with rasterio.open(self.folder / name) as dataset:
            return dataset.read() if key == "image" else dataset.read(1)

    def __getitem__(self, number):
        chip = self.chips[number]
        image, label = self._read(chip["image"], "image"), self._read(chip["label"], "label")
        image = np.where(image == self.nodata, 0, image).reshape(-1, *image.shape[-2:])
        return torch.from_numpy(image), torch.from_numpy(label).long()


@pytest.fixture
def source(tmp_path):
    """Path of a raster with two classes of different values, and polygons of one of the classes."""
    random = np.random.default_rng(1)
    features, classes = [], np.zeros((320, 320), bool)
    for _ in range(60):
        col, row = random.integers(0, 280, 2)
        features.append(polygon([(col, row), (col + 40, row), (col + 40, row + 30), (col, row + 30)], TRANSFORM))
        classes[row : row + 30, col : col + 40] = True
    values = (random.normal(500, 60, (3, 320, 320)) + 300 * classes).clip(1, 60_000).astype("uint16")
    values[:, :20, :50] = 0
    path = tmp_path / "in.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=320, height=320, count=3, dtype="uint16", nodata=0, crs="EPSG:32633",
        transform=TRANSFORM,
    ) as dataset:  # fmt: skip
        dataset.write(values)
    return path, features


@pytest.mark.parametrize("kind", ["tif", "npz"])
def test_one_epoch(source, tmp_path, kind):
    path, features = source
    training_chips(
        path, tmp_path / "out", size=SIZE, labels=features, normalize="std", format=kind, split_block=SIZE * 10,
        split="60,40,0",
    )  # fmt: skip
    train, val = (Chips(tmp_path / "out", split) for split in ("train", "val"))
    assert len(train) > 20 and len(val) > 10
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(8, 2, 3, padding=1)
    )
    criterion = torch.nn.CrossEntropyLoss(ignore_index=255)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)

    def loss_of(chips):
        with torch.no_grad():
            losses = [criterion(network(images), labels) for images, labels in torch.utils.data.DataLoader(chips, 4)]
        return float(sum(losses) / len(losses))

    before = loss_of(val)
    for images, labels in torch.utils.data.DataLoader(train, batch_size=4, shuffle=True):
        assert images.shape[1:] == (3, SIZE, SIZE) and images.dtype == torch.float32
        optimizer.zero_grad()
        criterion(network(images), labels).backward()
        optimizer.step()
    assert loss_of(val) < before / 2
