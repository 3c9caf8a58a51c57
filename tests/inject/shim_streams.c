/* SPDX-License-Identifier: MIT
 *
 * Streams of the C library that fail on demand, as they do when the system call behind them fails: the
 * call reports it and the stream remembers. Standard error is left alone: when it cannot be written there
 * is nobody to tell.
 */
#define _GNU_SOURCE
#define _LARGEFILE64_SOURCE
#undef _FILE_OFFSET_BITS /* both names of each function are defined here */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "inject.h"

#define WEAK __attribute__((weak))
WEAK FILE *__interceptor_fopen(const char *path, const char *mode);
WEAK size_t __interceptor_fread(void *bytes, size_t size, size_t count, FILE *stream);
WEAK size_t __interceptor_fwrite(const void *bytes, size_t size, size_t count, FILE *stream);
WEAK int __interceptor_fputs(const char *text, FILE *stream);
WEAK int __interceptor_puts(const char *text);
WEAK int __interceptor_vfprintf(FILE *stream, const char *format, va_list arguments);
WEAK int __interceptor_fflush(FILE *stream);
WEAK int __interceptor_fclose(FILE *stream);

size_t __fread_chk(void *bytes, size_t room, size_t size, size_t count, FILE *stream);

FILE *fopen(const char *path, const char *mode)
{
    static FILE *(*next)(const char *, const char *);
    char staged[INJECT_PATH];

    if (inject_fails(INJECT_FOPEN))
        return NULL;
    if (next == NULL)
        next = (FILE * (*)(const char *, const char *))
            inject_next((inject_fn *)__interceptor_fopen, "fopen");
    return next(inject_path(path, staged), mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    return fopen(path, mode);
}

static bool reading_fails(FILE *stream)
{
    if (!inject_fails(INJECT_STREAM_READ))
        return false;
    stream->_flags |= _IO_ERR_SEEN; /* what ferror tells */
    return true;
}

size_t fread(void *bytes, size_t size, size_t count, FILE *stream)
{
    static size_t (*next)(void *, size_t, size_t, FILE *);

    if (reading_fails(stream))
        return 0;
    if (next == NULL)
        next = (size_t(*)(void *, size_t, size_t, FILE *))inject_next(
            (inject_fn *)__interceptor_fread, "fread");
    return next(bytes, size, count, stream);
}

size_t __fread_chk(void *bytes, size_t room, size_t size, size_t count, FILE *stream)
{
    (void)room;
    return fread(bytes, size, count, stream);
}

static bool writing_fails(FILE *stream)
{
    if (stream == stderr || !inject_fails(INJECT_STREAM_WRITE))
        return false;
    stream->_flags |= _IO_ERR_SEEN;
    return true;
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
    static size_t (*next)(const void *, size_t, size_t, FILE *);

    if (writing_fails(stream))
        return 0;
    if (next == NULL)
        next = (size_t(*)(const void *, size_t, size_t, FILE *))inject_next(
            (inject_fn *)__interceptor_fwrite, "fwrite");
    return next(bytes, size, count, stream);
}

int fputs(const char *text, FILE *stream)
{
    static int (*next)(const char *, FILE *);

    if (writing_fails(stream))
        return EOF;
    if (next == NULL)
        next =
            (int (*)(const char *, FILE *))inject_next((inject_fn *)__interceptor_fputs, "fputs");
    return next(text, stream);
}

int puts(const char *text)
{
    static int (*next)(const char *);

    if (writing_fails(stdout))
        return EOF;
    if (next == NULL)
        next = (int (*)(const char *))inject_next((inject_fn *)__interceptor_puts, "puts");
    return next(text);
}

int fputc(int byte, FILE *stream)
{
    static int (*next)(int, FILE *);

    if (writing_fails(stream))
        return EOF;
    if (next == NULL)
        next = (int (*)(int, FILE *))inject_next(NULL, "fputc");
    return next(byte, stream);
}

int putchar(int byte)
{
    return fputc(byte, stdout);
}

int vfprintf(FILE *stream, const char *format, va_list arguments)
{
    static int (*next)(FILE *, const char *, va_list);

    if (writing_fails(stream))
        return -1;
    if (next == NULL)
        next = (int (*)(FILE *, const char *, va_list))inject_next(
            (inject_fn *)__interceptor_vfprintf, "vfprintf");
    return next(stream, format, arguments);
}

int printf(const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return length;
}

int fprintf(FILE *stream, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vfprintf(stream, format, arguments);
    va_end(arguments);
    return length;
}

int fflush(FILE *stream)
{
    static int (*next)(FILE *);

    if (stream != NULL && stream != stderr && inject_fails(INJECT_STREAM_FLUSH)) {
        stream->_flags |= _IO_ERR_SEEN;
        return EOF;
    }
    if (next == NULL)
        next = (int (*)(FILE *))inject_next((inject_fn *)__interceptor_fflush, "fflush");
    return next(stream);
}

/* The stream is closed in any case, as it is when the system's close reports an error. */
int fclose(FILE *stream)
{
    static int (*next)(FILE *);
    bool fails = inject_fails(INJECT_STREAM_CLOSE);
    int error = errno;
    int result;

    if (next == NULL)
        next = (int (*)(FILE *))inject_next((inject_fn *)__interceptor_fclose, "fclose");
    result = next(stream);
    if (!fails)
        return result;
    errno = error;
    return EOF;
}
