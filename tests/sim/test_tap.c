/* SPDX-License-Identifier: MIT
 *
 * A real TAP interface as a wire, in a network namespace of the test's own. Needs root, or user
 * namespaces and access to /dev/net/tun.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rig.h"

#define TEST_TYPE 0x88b5 /* EtherType for local experiments */
#define PATIENCE  5000   /* milliseconds, after which something is broken */

static int enter_namespace(void **state)
{
    (void)state;
    return unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET);
}

/* A socket for frames of TEST_TYPE on the interface. */
static int open_socket(const char *name)
{
    struct sockaddr_ll address = {0};
    int file = socket(AF_PACKET, SOCK_RAW, htons(TEST_TYPE));

    assert_true(file >= 0);
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(TEST_TYPE);
    address.sll_ifindex = (int)if_nametoindex(name);
    assert_int_not_equal(address.sll_ifindex, 0);
    assert_int_equal(bind(file, (struct sockaddr *)&address, sizeof(address)), 0);
    return file;
}

static void make_frame(uint8_t *frame, size_t length, uint8_t number)
{
    memset(frame, number, length);
    memset(frame, 0xff, IR_MAC_LENGTH);
    frame[12] = TEST_TYPE >> 8;
    frame[13] = TEST_TYPE & 0xff;
}

static void what_the_kernel_sends_is_received_and_padded(void **state)
{
    struct rig rig;
    uint8_t frame[42];
    const uint8_t *got = NULL;
    uint32_t slot = 0;
    int file;

    (void)state;
    rig_open(&rig, "82599,mode=step,tap=irt0");
    rig_start(&rig);
    file = open_socket("irt0");
    make_frame(frame, sizeof(frame), 7);
    assert_int_equal(send(file, frame, sizeof(frame), 0), sizeof(frame));
    for (uint32_t i = 0; got == NULL && i < PATIENCE; i++) {
        (void)rig_step(&rig);
        while ((rig_rx(&rig, slot)[1] & RXD_DD) != 0 && got == NULL) { /* the kernel sends others */
            if (rig_rx_data(&rig, slot)[12] == TEST_TYPE >> 8 &&
                rig_rx_data(&rig, slot)[13] == (TEST_TYPE & 0xff))
                got = rig_rx_data(&rig, slot);
            else
                slot++;
        }
        if (got == NULL)
            (void)poll(NULL, 0, 1);
    }
    assert_non_null(got);
    assert_int_equal(rig_rx(&rig, slot)[1] >> 32 & 0xffff, 60);
    assert_memory_equal(got, frame, sizeof(frame));
    assert_int_equal(got[59], 0);
    assert_false(ir_sim_finished(&rig.dev));
    assert_int_equal(close(file), 0);
    rig_close(&rig);
}

static void what_the_card_sends_reaches_the_kernel(void **state)
{
    struct rig rig;
    struct pollfd ready;
    uint8_t frame[2048];
    int file;

    (void)state;
    rig_open(&rig, "82599,mode=step,tap=irt0");
    rig_start(&rig);
    file = open_socket("irt0");
    rig_tx_fill(&rig, rig_frame(99), 99, 0);
    make_frame(rig.memory.memory + RIG_TX_BUFFER, 99, 9);
    rig_tx_tail(&rig);
    (void)rig_step(&rig); /* may receive something of the kernel's as well */
    assert_int_equal(rig_read(&rig, R_GPTC), 1);
    ready = (struct pollfd){.fd = file, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, PATIENCE), 1);
    assert_int_equal(recv(file, frame, sizeof(frame), 0), 99);
    assert_int_equal(frame[98], 9);
    assert_int_equal(close(file), 0);
    rig_close(&rig);
}

static void the_interface_is_up_and_goes_with_the_card(void **state)
{
    struct ifreq request = {.ifr_name = "irt1"};
    struct rig rig;
    int file = socket(AF_INET, SOCK_DGRAM, 0);

    (void)state;
    assert_true(file >= 0);
    rig_open(&rig, "82599,mode=step,tap=irt1");
    assert_int_equal(ioctl(file, SIOCGIFFLAGS, &request), 0);
    assert_int_equal(request.ifr_flags & IFF_UP, IFF_UP);
    rig_close(&rig);
    assert_int_equal(if_nametoindex("irt1"), 0);
    assert_int_equal(close(file), 0);
}

static void an_interface_that_is_down_loses_frames_and_nothing_else(void **state)
{
    struct ifreq request = {.ifr_name = "irt2"};
    struct rig rig;
    int file = socket(AF_INET, SOCK_DGRAM, 0);

    (void)state;
    assert_true(file >= 0);
    rig_open(&rig, "82599,mode=step,tap=irt2");
    rig_start(&rig);
    assert_int_equal(ioctl(file, SIOCSIFFLAGS, &request), 0); /* no flags: down */
    rig_tx_fill(&rig, rig_frame(99), 99, 0);
    rig_tx_tail(&rig);
    (void)rig_step(&rig); /* may receive something of the kernel's as well */
    assert_int_equal(rig_read(&rig, R_GPTC), 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
    assert_int_equal(close(file), 0);
}

static void refuse(const char *arguments, int expected, const char *text)
{
    struct ir_transport *transport;
    char error[IR_ERROR_LENGTH];

    assert_int_equal(ir_sim_open(arguments, &transport, error), expected);
    if (strstr(error, text) == NULL)
        fail_msg("the sentence \"%s\" does not contain \"%s\"", error, text);
}

static void an_interface_that_is_taken_is_refused(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,tap=irt3");
    refuse("82599,mode=step,tap=irt3", -EBUSY, "tap=irt3: the interface cannot be opened");
    rig_close(&rig);
}

static void an_interface_of_another_kind_is_refused(void **state)
{
    (void)state;
    refuse("82599,mode=step,tap=lo", -EINVAL, "use the name of no other kind of interface");
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    (void)state;
    refuse("82599,tap=abcdefghijklmnop", -EINVAL, "has 1 to 15 characters and no slash");
    refuse("82599,tap=a/b", -EINVAL, "no slash");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_kernel_sends_is_received_and_padded),
        cmocka_unit_test(what_the_card_sends_reaches_the_kernel),
        cmocka_unit_test(the_interface_is_up_and_goes_with_the_card),
        cmocka_unit_test(an_interface_that_is_down_loses_frames_and_nothing_else),
        cmocka_unit_test(an_interface_that_is_taken_is_refused),
        cmocka_unit_test(an_interface_of_another_kind_is_refused),
        cmocka_unit_test(a_name_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, enter_namespace, NULL);
}
