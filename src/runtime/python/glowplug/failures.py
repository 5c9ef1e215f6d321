"""Exceptions of the user's code as people want to read them: their frames only, files named as in the bundle."""
import traceback

_ours = __file__.rpartition("/")[0]
_folder = ""


def names_in(folder):
    """Files below `folder` are called code/…"""
    global _folder
    _folder = folder.rstrip("/") + "/"


def _without_our_frames(failure, seen):
    if failure is None or id(failure) in seen:
        return
    seen.add(id(failure))
    frames = failure.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(_ours):
        frames = frames.tb_next
    failure.__traceback__ = frames
    for other in (failure.__cause__, failure.__context__):
        _without_our_frames(other, seen)


def traceback_of(failure):
    """Lines of text, without their newlines."""
    _without_our_frames(failure, set())
    text = "".join(traceback.format_exception(failure))
    if _folder != "/":
        text = text.replace(f'File "{_folder}', 'File "code/')
    return text.rstrip("\n").split("\n")


def summary_of(failure):
    """"ValueError: …"."""
    if isinstance(failure, SystemExit):
        return f"the handler called exit({failure.code!r})"
    return "".join(traceback.format_exception_only(failure)).strip().split("\n")[-1]
