/* SPDX-License-Identifier: MIT
 *
 * Where instrumented code meets libpcap, which is not: MemorySanitizer does not see what libpcap initialises on
 * its own stack and would report it when that is written to a file. What is handed over is checked here
 * instead. Only in the build for MemorySanitizer; the linker puts these in the place of libpcap's.
 */
#define _GNU_SOURCE /* u_int and its like, which libpcap's headers need */
#include <pcap/pcap.h>
#include <sanitizer/msan_interface.h>

/* The linker's names for the functions here and those they stand for. */
pcap_dumper_t *__real_pcap_dump_fopen(pcap_t *capture, FILE *file);
void __real_pcap_dump(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes);
pcap_dumper_t *__wrap_pcap_dump_fopen(pcap_t *capture, FILE *file);
void __wrap_pcap_dump(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes);

pcap_dumper_t *__wrap_pcap_dump_fopen(pcap_t *capture, FILE *file)
{
    pcap_dumper_t *dumper;

    __msan_scoped_disable_interceptor_checks();
    dumper = __real_pcap_dump_fopen(capture, file);
    __msan_scoped_enable_interceptor_checks();
    return dumper;
}

void __wrap_pcap_dump(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    __msan_check_mem_is_initialized(header, sizeof(*header));
    __msan_check_mem_is_initialized(bytes, header->caplen);
    __msan_scoped_disable_interceptor_checks();
    __real_pcap_dump(user, header, bytes);
    __msan_scoped_enable_interceptor_checks();
}
