/* SPDX-License-Identifier: MIT
 *
 * Where instrumented code meets libseccomp, which is not: as msan_boundary.c, for what the tool alone is
 * linked with. What is handed over are numbers by value and one comparison.
 */
#include <sanitizer/msan_interface.h>
#include <seccomp.h>

/* The linker's names for the functions here and those they stand for. */
int __real_seccomp_load(scmp_filter_ctx filter);
int __real_seccomp_rule_add_array(scmp_filter_ctx filter, uint32_t action, int call, unsigned count,
                                  const struct scmp_arg_cmp *arguments);
int __wrap_seccomp_load(scmp_filter_ctx filter);
int __wrap_seccomp_rule_add_array(scmp_filter_ctx filter, uint32_t action, int call, unsigned count,
                                  const struct scmp_arg_cmp *arguments);

int __wrap_seccomp_load(scmp_filter_ctx filter)
{
    int result;

    __msan_scoped_disable_interceptor_checks();
    result = __real_seccomp_load(filter);
    __msan_scoped_enable_interceptor_checks();
    return result;
}

int __wrap_seccomp_rule_add_array(scmp_filter_ctx filter, uint32_t action, int call, unsigned count,
                                  const struct scmp_arg_cmp *arguments)
{
    int result;

    __msan_check_mem_is_initialized(arguments, count * sizeof(*arguments));
    __msan_scoped_disable_interceptor_checks();
    result = __real_seccomp_rule_add_array(filter, action, call, count, arguments);
    __msan_scoped_enable_interceptor_checks();
    return result;
}
