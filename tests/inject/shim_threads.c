/* SPDX-License-Identifier: MIT
 *
 * Threads and mutexes that cannot be made, on demand.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "inject.h"

#define WEAK __attribute__((weak))
WEAK int __interceptor_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                                      void *(*start)(void *), void *context);
WEAK int __interceptor_pthread_join(pthread_t thread, void **result);
WEAK int __interceptor_pthread_mutex_init(pthread_mutex_t *mutex,
                                          const pthread_mutexattr_t *attributes);

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *context)
{
    static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int result;

    if (inject_fails(INJECT_THREAD))
        return errno;
    if (next == NULL)
        next = (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))inject_next(
            (inject_fn *)__interceptor_pthread_create, "pthread_create");
    result = next(thread, attributes, start, context);
    if (result == 0)
        inject_count_thread(1);
    return result;
}

int pthread_join(pthread_t thread, void **result)
{
    static int (*next)(pthread_t, void **);
    int error;

    if (next == NULL)
        next = (int (*)(pthread_t, void **))inject_next((inject_fn *)__interceptor_pthread_join,
                                                        "pthread_join");
    error = next(thread, result);
    if (error == 0)
        inject_count_thread(-1);
    return error;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    static int (*next)(pthread_mutex_t *, const pthread_mutexattr_t *);

    if (inject_fails(INJECT_MUTEX))
        return errno;
    if (next == NULL)
        next = (int (*)(pthread_mutex_t *, const pthread_mutexattr_t *))inject_next(
            (inject_fn *)__interceptor_pthread_mutex_init, "pthread_mutex_init");
    return next(mutex, attributes);
}
