/* SPDX-License-Identifier: MIT
 *
 * Capture files as wires: every format in, what is refused and how, and what is written.
 */
#define _GNU_SOURCE
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

static char folder[] = "/tmp/ironring-captures-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when a test leaves a file behind */
}

/* Name of a file in the folder. */
static const char *file_named(const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static size_t read_file(const char *path, uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    size_t got;

    assert_non_null(file);
    got = fread(bytes, 1, size, file);
    assert_int_equal(fclose(file), 0);
    return got;
}

/* Receive the capture `times` times over and compare it with what libpcap reads, padded. */
static void check_capture(const char *path, const char *more, uint32_t times)
{
    char arguments[256];
    char reason[PCAP_ERRBUF_SIZE];
    struct rig rig;
    uint32_t slot = 0;

    (void)snprintf(arguments, sizeof(arguments), "82599,mode=step,rx=%s%s", path, more);
    rig_open(&rig, arguments);
    rig_start(&rig);
    for (uint32_t i = 0; i < times; i++) {
        pcap_t *capture = pcap_open_offline(path, reason);
        struct pcap_pkthdr *header = NULL;
        const uint8_t *expected = NULL;

        assert_non_null(capture);
        while (pcap_next_ex(capture, &header, &expected) == 1) {
            uint32_t length = header->caplen < 60 ? 60 : header->caplen;
            uint64_t hi = rig_rx(&rig, slot)[1];

            if ((hi & RXD_DD) == 0) {
                assert_true(rig_step(&rig) > 0);
                hi = rig_rx(&rig, slot)[1];
            }
            assert_int_equal(hi >> 32 & 0xffff, length);
            assert_memory_equal(rig_rx_data(&rig, slot), expected, header->caplen);
            for (uint32_t k = header->caplen; k < length; k++)
                assert_int_equal(rig_rx_data(&rig, slot)[k], 0);
            slot = (slot + 1) % RIG_RING;
            rig_lend(&rig, 1);
        }
        pcap_close(capture);
    }
    assert_int_equal(rig_step(&rig), 0);
    assert_true(ir_sim_finished(&rig.dev));
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_capture_of_ssh_arrives_whole_and_padded(void **state)
{
    (void)state;
    check_capture(TEST_DATA "/ssh.pcap", "", 1);
}

static void a_capture_of_264_frames_arrives_whole(void **state)
{
    (void)state;
    check_capture(TEST_DATA "/mptcp-v0.pcap", "", 1);
}

static void a_capture_is_repeated_as_often_as_asked(void **state)
{
    (void)state;
    check_capture(TEST_DATA "/ssh.pcap", ",loop=3", 3);
}

static void a_capture_can_be_repeated_for_ever(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,rx=" TEST_DATA "/dns_fwdptr.pcap,loop=0");
    rig_start(&rig); /* its only frame is too long, so each step drops many */
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(rig_step(&rig), 0);
    assert_true(rig_read(&rig, R_ROC) > 1000);
    assert_false(ir_sim_finished(&rig.dev));
    rig_close(&rig);
}

static void a_frame_longer_than_any_card_takes_is_dropped(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,rx=" TEST_DATA "/dns_fwdptr.pcap");
    rig_start(&rig);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_read(&rig, R_ROC), 1);
    assert_true(ir_sim_finished(&rig.dev));
    rig_close(&rig);
}

static void put32(uint8_t *at, uint32_t value, bool big)
{
    for (uint32_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (big ? 24 - 8 * i : 8 * i));
}

/* A pcap file by hand: one frame of 60 bytes. Returns its size. */
static size_t make_pcap(uint8_t *bytes, uint32_t magic, bool big)
{
    memset(bytes, 0, 24 + 16 + 60);
    put32(bytes, magic, big);
    bytes[big ? 5 : 4] = 2; /* version 2.4 */
    bytes[big ? 7 : 6] = 4;
    put32(bytes + 16, 65535, big);
    put32(bytes + 20, DLT_EN10MB, big);
    put32(bytes + 24 + 8, 60, big);
    put32(bytes + 24 + 12, 60, big);
    for (uint8_t i = 0; i < 60; i++)
        bytes[40 + i] = i;
    return 24 + 16 + 60;
}

static void check_made(const uint8_t *bytes, size_t size)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s", file_named("made"));
    write_file(path, bytes, size);
    check_capture(path, "", 1);
    assert_int_equal(unlink(path), 0);
}

static void captures_in_microseconds_and_nanoseconds_of_both_orders_arrive(void **state)
{
    uint8_t bytes[256];

    (void)state;
    check_made(bytes, make_pcap(bytes, 0xa1b2c3d4, false));
    check_made(bytes, make_pcap(bytes, 0xa1b2c3d4, true));
    check_made(bytes, make_pcap(bytes, 0xa1b23c4d, false));
    check_made(bytes, make_pcap(bytes, 0xa1b23c4d, true));
}

static void a_pcapng_file_arrives(void **state)
{
    uint8_t bytes[28 + 20 + 32 + 60] = {0};
    uint8_t *section = bytes;
    uint8_t *interface = bytes + 28;
    uint8_t *packet = bytes + 48;

    (void)state;
    put32(section, 0x0a0d0d0a, false);
    put32(section + 4, 28, false);
    put32(section + 8, 0x1a2b3c4d, false);
    section[12] = 1; /* version 1.0 */
    memset(section + 16, 0xff, 8);
    put32(section + 24, 28, false);
    put32(interface, 1, false);
    put32(interface + 4, 20, false);
    interface[8] = DLT_EN10MB;
    put32(interface + 16, 20, false);
    put32(packet, 6, false);
    put32(packet + 4, 92, false);
    put32(packet + 20, 60, false);
    put32(packet + 24, 60, false);
    memset(packet + 28, 0x5a, 60);
    put32(packet + 88, 92, false);
    check_made(bytes, sizeof(bytes));
}

static void an_empty_capture_is_finished_at_once(void **state)
{
    uint8_t bytes[256];

    (void)state;
    (void)make_pcap(bytes, 0xa1b2c3d4, false);
    check_made(bytes, 24);
}

static void refuse(const char *arguments, int expected, const char *text)
{
    struct ir_transport *transport;
    char error[IR_ERROR_LENGTH];

    assert_int_equal(ir_sim_open(arguments, &transport, error), expected);
    if (strstr(error, text) == NULL)
        fail_msg("the sentence \"%s\" does not contain \"%s\"", error, text);
}

static void a_capture_that_is_not_ethernet_is_refused_with_its_link_type(void **state)
{
    (void)state;
    refuse("82599,rx=" TEST_DATA "/quic_retry.pcap", -EINVAL,
           "quic_retry.pcap: its link type is 0 (NULL), and a network card receives Ethernet only");
    refuse("82599,rx=" TEST_DATA "/resp_1_benchmark.pcap", -EINVAL,
           "its link type is 113 (LINUX_SLL)");
}

static void a_capture_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    refuse(
        "82599,rx=/nonexistent/in.pcap", -ENOENT,
        "rx=/nonexistent/in.pcap: the capture cannot be opened (No such file or directory); give");
}

/* Refuse a file of these bytes. */
static void refuse_bytes(const uint8_t *bytes, size_t size, const char *text)
{
    char arguments[256];
    char path[128];

    (void)snprintf(path, sizeof(path), "%s", file_named("bad"));
    (void)snprintf(arguments, sizeof(arguments), "82599,rx=%s", path);
    write_file(path, bytes, size);
    refuse(arguments, -EINVAL, text);
    refuse(arguments, -EINVAL, path);
    assert_int_equal(unlink(path), 0);
}

static void a_truncated_capture_is_refused_wherever_it_ends(void **state)
{
    uint8_t bytes[256];
    size_t size = make_pcap(bytes, 0xa1b2c3d4, false);

    (void)state;
    for (size_t i = 0; i < 24; i++)
        refuse_bytes(bytes, i, "cannot be read as a capture");
    for (size_t i = 25; i < size; i++)
        refuse_bytes(bytes, i, "the capture is damaged after 0 frames");
}

static void a_file_that_is_no_capture_is_refused(void **state)
{
    static const uint8_t text[] = "This is a text of more than twenty-four bytes.";

    (void)state;
    refuse_bytes(text, sizeof(text), "cannot be read as a capture");
    refuse("82599,rx=/tmp", -EINVAL, "cannot be read as a capture");
}

static void a_capture_with_a_senseless_length_is_refused(void **state)
{
    uint8_t bytes[256];
    size_t size = make_pcap(bytes, 0xa1b2c3d4, false);

    (void)state;
    put32(bytes + 24 + 8, 0x7fffffff, false);
    refuse_bytes(bytes, size, "the capture is damaged after 0 frames");
}

static void a_capture_that_cannot_be_written_is_refused(void **state)
{
    (void)state;
    refuse("82599,tx=/nonexistent/out.pcap", -ENOENT,
           "tx=/nonexistent/out.pcap: the capture cannot be written (No such file or directory)");
    refuse("82599,wire=gen,tx=/nonexistent/out.pcap", -ENOENT, "cannot be written");
}

/* Send three frames to a capture. */
static void send_three(const char *path)
{
    char arguments[256];
    struct rig rig;

    (void)snprintf(arguments, sizeof(arguments), "82599,mode=step,tx=%s", path);
    rig_open(&rig, arguments);
    rig_start(&rig);
    for (uint8_t i = 0; i < 3; i++) {
        rig_tx_fill(&rig, rig_frame(60u + i), 60u + i, i);
        rig_tx_tail(&rig);
        assert_int_equal(rig_step(&rig), 1);
    }
    rig_close(&rig);
}

static void sent_frames_are_in_the_capture_after_a_flush(void **state)
{
    char arguments[256];
    struct stat status;
    struct rig rig;

    (void)state;
    (void)snprintf(arguments, sizeof(arguments), "82599,mode=step,tx=%s", file_named("out.pcap"));
    rig_open(&rig, arguments);
    rig_start(&rig);
    rig_tx_fill(&rig, rig_frame(60u), 60u, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(ir_sim_flush(&rig.dev), 0);
    assert_int_equal(stat(file_named("out.pcap"), &status), 0);
    assert_int_equal(status.st_size, 24 + 16 + 60);
    rig_close(&rig);
    assert_int_equal(unlink(file_named("out.pcap")), 0);
}

static void frames_that_a_full_disk_loses_are_reported_by_each_flush(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,tx=/dev/full");
    rig_start(&rig);
    rig_tx_fill(&rig, rig_frame(60u), 60u, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(ir_sim_flush(&rig.dev), -ENOSPC);
    assert_int_equal(ir_sim_flush(&rig.dev), -ENOSPC);
    rig_close(&rig);
}

static void a_wire_without_a_file_has_nothing_to_flush(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    assert_int_equal(ir_sim_flush(&rig.dev), 0);
    rig_close(&rig);
    rig_open(&rig, "82599,mode=step");
    assert_int_equal(ir_sim_flush(&rig.dev), 0);
    rig_close(&rig);
}

static void sent_frames_are_in_the_capture_after_close(void **state)
{
    char path[128];
    char reason[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header = NULL;
    const uint8_t *frame = NULL;
    pcap_t *capture;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s", file_named("out.pcap"));
    send_three(path);
    capture = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, reason);
    assert_non_null(capture);
    assert_int_equal(pcap_datalink(capture), DLT_EN10MB);
    for (uint8_t i = 0; i < 3; i++) {
        assert_int_equal(pcap_next_ex(capture, &header, &frame), 1);
        assert_int_equal(header->caplen, 60 + i);
        assert_int_equal(header->len, 60 + i);
        assert_int_equal(frame[0], i);
        assert_int_equal(frame[59], 59 + i);
    }
    assert_int_equal(pcap_next_ex(capture, &header, &frame), PCAP_ERROR_BREAK);
    pcap_close(capture);
    assert_int_equal(unlink(path), 0);
}

static void captures_are_written_in_nanoseconds(void **state)
{
    char path[128];
    uint8_t bytes[4];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s", file_named("out.pcap"));
    send_three(path);
    assert_int_equal(read_file(path, bytes, sizeof(bytes)), 4);
    assert_int_equal((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                         (uint32_t)bytes[3] << 24,
                     0xa1b23c4du);
    assert_int_equal(unlink(path), 0);
}

static void two_stepped_runs_write_the_same_bytes(void **state)
{
    uint8_t one[1024];
    uint8_t two[1024];
    char path[128];
    size_t size;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s", file_named("out.pcap"));
    send_three(path);
    size = read_file(path, one, sizeof(one));
    send_three(path);
    assert_int_equal(read_file(path, two, sizeof(two)), size);
    assert_memory_equal(one, two, size);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_capture_of_ssh_arrives_whole_and_padded),
        cmocka_unit_test(a_capture_of_264_frames_arrives_whole),
        cmocka_unit_test(a_capture_is_repeated_as_often_as_asked),
        cmocka_unit_test(a_capture_can_be_repeated_for_ever),
        cmocka_unit_test(a_frame_longer_than_any_card_takes_is_dropped),
        cmocka_unit_test(captures_in_microseconds_and_nanoseconds_of_both_orders_arrive),
        cmocka_unit_test(a_pcapng_file_arrives),
        cmocka_unit_test(an_empty_capture_is_finished_at_once),
        cmocka_unit_test(a_capture_that_is_not_ethernet_is_refused_with_its_link_type),
        cmocka_unit_test(a_capture_that_does_not_exist_is_refused),
        cmocka_unit_test(a_truncated_capture_is_refused_wherever_it_ends),
        cmocka_unit_test(a_file_that_is_no_capture_is_refused),
        cmocka_unit_test(a_capture_with_a_senseless_length_is_refused),
        cmocka_unit_test(a_capture_that_cannot_be_written_is_refused),
        cmocka_unit_test(sent_frames_are_in_the_capture_after_a_flush),
        cmocka_unit_test(frames_that_a_full_disk_loses_are_reported_by_each_flush),
        cmocka_unit_test(a_wire_without_a_file_has_nothing_to_flush),
        cmocka_unit_test(sent_frames_are_in_the_capture_after_close),
        cmocka_unit_test(captures_are_written_in_nanoseconds),
        cmocka_unit_test(two_stepped_runs_write_the_same_bytes),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
