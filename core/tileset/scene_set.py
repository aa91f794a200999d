"""Write a set of scenes to a folder, in the same way as a tile set; the file `scenes.json` lists the scenes."""

from __future__ import annotations

import functools
import os
from collections.abc import Collection, Mapping

from .folder import ListedSet
from .scene_list import SCENES_NAME, SceneList, read_scene_list, write_scene_list

STAGING_NAME = ".parallelraster-scenes"
"""Hidden folder of an unfinished run, inside the folder of the scenes."""

TABLE_NAME = "scenes.csv"
STACK_NAME = "stack.vrt"


class SceneSet(ListedSet):
    """The output folder of a set of scenes."""

    list_name, staging_name, noun = SCENES_NAME, STAGING_NAME, "scene"
    not_ours = (
        "exists and does not belong to any set of scenes, so it was not replaced. Choose another folder or remove this "
        "file."
    )

    def older_set(self) -> tuple[Collection[str], Collection[str]] | None:
        """Return the file names of the complete set in the folder; None if the folder has no `scenes.json`.

        The first collection contains the scenes and their masks, the second the table and the VRT if they exist.

        Raises
        ------
        InputError
            The list is damaged.
        """
        path = os.path.join(self.folder, SCENES_NAME)
        if not os.path.lexists(path):
            return None
        scenes = read_scene_list(path).scenes
        files = [file for scene in scenes for file in (scene.file, scene.mask) if file and "/" not in file]
        return files, [name for name in (TABLE_NAME, STACK_NAME) if os.path.lexists(os.path.join(self.folder, name))]

    def complete(self, scenes: SceneList, others: Mapping[str, str]) -> None:
        """Give all scenes their final names, write the text files `others` (name to text), and `scenes.json` last.

        Raises
        ------
        OutputError
            A file cannot be moved. The folder is then restored.
        """
        new = {file for scene in scenes.scenes for file in (scene.file, scene.mask) if file}
        self._complete_with(new, others, functools.partial(write_scene_list, scenes=scenes))
