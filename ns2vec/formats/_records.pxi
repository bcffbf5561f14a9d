# Records of binary files, extracted from blocks: word2vec's vectors, fastText's dictionary. Included by _parse.pyx.


def scan_records(
    const unsigned char[::1] block not None, Py_ssize_t start, unsigned char[:, ::1] rows not None,
    str encoding not None, str unicode_errors not None,
):
    """Split ``block[start:]`` into records ``\\n* key blank bytes[row]`` while complete records and rows are left.

    Parameters
    ----------
    block : buffer of bytes
    start : the beginning of the first record
    rows : array of shape (n, bytes of a vector), uint8, OUT: one row per record
    encoding, unicode_errors : how keys are decoded, as in `bytes.decode`

    Returns
    -------
    keys : list of str
    end : int
        The beginning of the first incomplete record.

    Raises
    ------
    UnicodeDecodeError
        If a key is not valid in the encoding.
    """
    cdef bytes codec = encoding.encode(), policy = unicode_errors.encode()
    cdef Py_ssize_t n_rows = rows.shape[0], n_bytes = rows.shape[1], end = block.shape[0], n = 0, p, i
    cdef const unsigned char* base
    cdef const unsigned char* blank
    if start < 0 or start > end:
        raise ValueError(f"start must lie in 0..{end}, got {start}")
    if start == end or n_bytes == 0:
        return [], start
    cdef Py_ssize_t[:, ::1] spans = np.empty((n_rows, 2), dtype=np.intp)
    base = &block[0]
    with nogil:
        while n < n_rows:
            p = start
            while p < end and base[p] == 10:
                p += 1
            blank = <const unsigned char*>memchr(base + p, 32, end - p)
            if blank == NULL or end - (blank + 1 - base) < n_bytes:
                break
            spans[n, 0] = p
            spans[n, 1] = blank - base - p
            memcpy(&rows[n, 0], blank + 1, n_bytes)
            start = (blank + 1 - base) + n_bytes
            n += 1
    keys = [PyUnicode_Decode(<const char*>base + spans[i, 0], spans[i, 1], codec, policy) for i in range(n)]
    return keys, start


def scan_entries(
    const unsigned char[::1] block not None, unsigned char[::1] text not None, int64_t[::1] lengths not None,
    int64_t[::1] counts not None, unsigned char[::1] kinds not None,
):
    """Split a block into entries of fastText's dictionary, ``key NUL int64 byte``, while complete ones are left.

    Parameters
    ----------
    block : buffer of bytes
    text : array, uint8, OUT: the keys with their NULs; as long as the block
    lengths, counts : arrays of shape (n,), int64, OUT: bytes of each key with its NUL, and the number after it
    kinds : array of shape (n,), uint8, OUT: the byte after that

    Returns
    -------
    n_entries : int
    end : int
        The beginning of the first incomplete entry.
    """
    cdef Py_ssize_t end = block.shape[0], start = 0, n = 0, n_text = 0, n_bytes
    cdef const unsigned char* nul
    cdef int byte
    cdef uint64_t count
    if text.shape[0] < end or not lengths.shape[0] == counts.shape[0] == kinds.shape[0]:
        raise ValueError("expected a text as long as the block, and lengths, counts and kinds of one length")
    with nogil:
        while n < lengths.shape[0] and start < end:
            nul = <const unsigned char*>memchr(&block[start], 0, end - start)
            n_bytes = nul - &block[start] + 1
            if nul == NULL or end - start - n_bytes < 9:
                break
            memcpy(&text[n_text], &block[start], n_bytes)
            count = 0
            for byte in range(8):
                count |= <uint64_t>nul[1 + byte] << (8 * byte)
            lengths[n], counts[n], kinds[n] = n_bytes, <int64_t>count, nul[9]
            n_text += n_bytes
            start += n_bytes + 9
            n += 1
    return n, start
