/* SPDX-License-Identifier: MIT
 *
 * An engine for fuzz targets that only runs the inputs it is given, each once, and then ends as any
 * program does, so that coverage is written. Usage: TARGET FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns 0, or -1 when the file cannot be read, having said so. */
static int run_input(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    long size = -1;
    int result = -1;

    if (file != NULL && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size >= 0 && fseek(file, 0, SEEK_SET) == 0)
        data = malloc(size > 0 ? (size_t)size : 1);
    if (data != NULL && fread(data, 1, (size_t)size, file) == (size_t)size) {
        (void)LLVMFuzzerTestOneInput(data, (size_t)size); /* -1 keeps an input out of a corpus */
        result = 0;
    } else {
        perror(path);
    }
    free(data);
    if (file != NULL)
        (void)fclose(file);
    return result;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (run_input(argv[i]) != 0)
            return 1;
    }
    return 0;
}
