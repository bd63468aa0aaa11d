"""What a viewer may read. Every function takes the `Viewer` and returns only what lies in their scope.

Front doors read here and nowhere else; none of these functions returns a model. What does not exist
and what the viewer may not see look the same: `NotVisible`.
"""


class NotVisible(Exception):
    """There is no such thing, or it lies outside the viewer's scope."""
