"""The one exception of the lab machinery."""


class LabError(Exception):
    """Something the student can put right; the message says what, where, and the next step.

    A notebook shows the message alone, without the traceback of the machinery.
    """

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]
