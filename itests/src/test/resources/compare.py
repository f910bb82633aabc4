"""Compares DICOM files attribute by attribute, pixel data included: compare.py ORIGINAL RESTORED ... Prints differences, exits 1 if any."""
import sys

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence


def walk(path, one, other, found):
    tags = sorted(set(one.keys()) | set(other.keys()))
    for tag in tags:
        where = "%s%s" % (path, tag)
        if tag.element == 0:
            continue  # group lengths are no content
        if tag not in one or tag not in other:
            found.append("%s: only in the %s" % (where, "original" if tag in one else "restored"))
            continue
        a, b = one[tag], other[tag]
        if isinstance(a.value, Sequence) or isinstance(b.value, Sequence):
            if not (isinstance(a.value, Sequence) and isinstance(b.value, Sequence)):
                found.append("%s: a sequence in one only" % where)
            elif len(a.value) != len(b.value):
                found.append("%s: %d and %d items" % (where, len(a.value), len(b.value)))
            else:
                for i, (x, y) in enumerate(zip(a.value, b.value)):
                    walk("%s[%d]." % (where, i), x, y, found)
        elif a.VR != b.VR:
            found.append("%s: %s and %s" % (where, a.VR, b.VR))
        elif a.value != b.value:
            found.append("%s: values differ" % where)


names = sys.argv[1:]
differ = False
for original, restored in zip(names[::2], names[1::2], strict=True):
    found = []
    walk("", pydicom.dcmread(original, force=True), pydicom.dcmread(restored, force=True), found)
    if found:
        differ = True
        print("%s:\n%s" % (original, "\n".join(found)))
sys.exit(1 if differ else 0)
