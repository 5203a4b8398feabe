"""What the documents cannot say of a valid request, and schemathesis would not guess."""

import zlib

import schemathesis

PROJECT_ID = "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71"
INSTANCE_ID = "5560df16-cebf-4473-95c4-d1b573c16e79"
TASK_IDS = ("8abfa7b272adc5b40172b73130065ae7", "8abfa7b372160bfd0172165864064079")
TIMES = ("beginTime", "endTime", "start_time", "end_time", "begin_time")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Puts ids that exist into three of four requests: a random one meets no task."""
    if not path_parameters:
        return path_parameters
    dice = zlib.crc32(repr(sorted(path_parameters.items())).encode()) % 8
    if dice < 6:
        path_parameters["project_id"] = PROJECT_ID
    if dice < 5:
        path_parameters["instance_id"] = INSTANCE_ID
    if dice < 2 and "task_id" in path_parameters:
        path_parameters["task_id"] = TASK_IDS[dice]
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    """Makes a real second of 14 digits: the pattern of the documents is no calendar."""
    for name in TIMES:
        value = (query or {}).get(name)
        if isinstance(value, str) and len(value) == 14 and value.isascii() and value.isdigit():
            query[name] = real_second(value)
    return query


def real_second(digits):
    """The same digits, each pair within its bounds."""
    pairs = [int(digits[at : at + 2]) for at in range(4, 14, 2)]
    month, day, hour, minute, second = (
        1 + pairs[0] % 12,
        1 + pairs[1] % 28,
        pairs[2] % 24,
        pairs[3] % 60,
        pairs[4] % 60,
    )
    return f"{digits[:4]}{month:02}{day:02}{hour:02}{minute:02}{second:02}"
