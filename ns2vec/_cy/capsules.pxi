# Functions in capsules of other packages: links of users, and BLAS.


cdef void *user_function(object callable, int n_arguments) except NULL:
    """The function of a scipy.LowLevelCallable with this many arguments."""
    capsule = tuple.__getitem__(callable, 0)
    cdef const char *name = PyCapsule_GetName(capsule)
    signature = b"" if name == NULL else <bytes> name
    check(signature.count(b",") + 1 == n_arguments,
          f"expected a function of {n_arguments} arguments, got {signature.decode('ascii', 'replace')!r}")
    return PyCapsule_GetPointer(capsule, name)


cdef void *blas_function(str name) except NULL:
    """A function of scipy.linalg.cython_blas, looked up when the BLAS back end is first used.

    A cimport would do the same while ns2vec is imported, and importing scipy.linalg takes longer
    than everything else together.
    """
    import scipy.linalg.cython_blas as cython_blas
    capsule = cython_blas.__pyx_capi__[name]
    return PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule))
