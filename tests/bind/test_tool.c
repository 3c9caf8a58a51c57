/* SPDX-License-Identifier: MIT
 *
 * ironring bind on a machine made of files: what it does, and each sentence with which it refuses.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "terminal.h"

#define BIND_NIC                                                                                   \
    "# 0000:01:00.0: its interface eth0 will be gone\n"                                            \
    "echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override\n"                          \
    "echo 0000:01:00.0 > /sys/bus/pci/drivers/e1000e/unbind\n"                                     \
    "echo 0000:01:00.0 > /sys/bus/pci/drivers_probe\n"

static const struct inject_plan none = {.number = 0};

/* The tool says just this on standard error, after its name, and changes nothing. */
static void assert_refused(const char *line, int status, const char *sentence)
{
    char expected[1024];
    unsigned before = machine_writes();

    assert_int_equal(terminal_run(line, NULL), status);
    (void)snprintf(expected, sizeof(expected), "ironring: %s\n", sentence);
    assert_string_equal(terminal_err(), expected);
    assert_string_equal(terminal_out(), "");
    assert_int_equal(machine_writes(), before);
}

static void device_is_bound_and_given(void **state)
{
    (void)state;
    assert_int_equal(terminal_run("01:00.0 vfio-pci --user alice --yes", NULL), 0);
    assert_string_equal(terminal_err(), "");
    assert_string_equal(
        terminal_out(), BIND_NIC
        "chown alice /dev/vfio/5\n"
        "0000:01:00.0 is bound to vfio-pci; /dev/vfio/5 belongs to alice, mode 0600\n"
        "alice needs a memory-lock limit (ulimit -l) of 8192 kB for the defaults of fwd, and of "
        "more "
        "for a larger\n--pool: buffers times their size. To set it for good, and log in again:\n"
        "    echo 'alice - memlock 8192' | sudo tee /etc/security/limits.d/ironring.conf\n");
    assert_string_equal(machine_driver(MACHINE_NIC), "vfio-pci");
    assert_int_equal(terminal_run("01:00.0 vfio-pci --user 1000 --yes", NULL), 0);
    assert_string_equal(terminal_err(), "There is nothing to do:\n");
    assert_int_equal(terminal_run("01:00.0 02:00.0 kernel --yes", NULL), 0);
    assert_string_equal(terminal_out(), "echo > /sys/bus/pci/devices/0000:01:00.0/driver_override\n"
                                        "echo 0000:01:00.0 > /sys/bus/pci/drivers/vfio-pci/unbind\n"
                                        "echo 0000:01:00.0 > /sys/bus/pci/drivers_probe\n"
                                        "0000:01:00.0 is bound to e1000e\n"
                                        "0000:02:00.0 is bound to virtio-pci\n");
}

static void plan_is_shown_without_being_followed(void **state)
{
    (void)state;
    machine_have_device_nodes();
    assert_int_equal(terminal_run("-n 0000:01:00.0 vfio-pci -u 4711", NULL), 0);
    assert_string_equal(terminal_err(), "");
    assert_string_equal(
        terminal_out(),
        BIND_NIC "chown 4711 /dev/vfio/5\n"
                 "chown 4711 /dev/vfio/devices/$(ls /sys/bus/pci/devices/0000:01:00.0/vfio-dev)\n");
    assert_int_equal(machine_writes(), 0);
}

static void user_is_asked(void **state)
{
    (void)state;
    assert_int_equal(terminal_run("01:00.0 vfio-pci", "n\n"), 1);
    assert_string_equal(terminal_out(), BIND_NIC);
    assert_string_equal(terminal_err(), "Do this? [y/N] ironring: nothing was changed\n");
    assert_int_equal(terminal_run("01:00.0 vfio-pci", "\n"), 1);
    assert_int_equal(terminal_run("01:00.0 vfio-pci", "\004"), 1); /* Ctrl-D */
    assert_int_equal(machine_writes(), 0);
    assert_int_equal(terminal_run("01:00.0 vfio-pci", "yes\n"), 0);
    assert_string_equal(machine_driver(MACHINE_NIC), "vfio-pci");
}

static void nobody_to_ask_is_a_usage_error(void **state)
{
    (void)state;
    assert_refused(
        "01:00.0 vfio-pci", 2,
        "nobody can be asked, since standard input is no terminal; add --yes to do it, or "
        "--dry-run to see what it would do");
}

static void wrong_command_lines_are_usage_errors(void **state)
{
    static const struct {
        const char *line;
        const char *sentence;
    } wrong[] = {
        {"vfio-pci",
         "which device? Give an address such as 0000:03:00.0 before vfio-pci; 'ironring "
         "list' shows them"},
        {"01:00.0", "which driver? Give vfio-pci, uio_pci_generic or kernel after 01:00.0"},
        {"01:00.0 e1000e", "'e1000e' is neither a PCI address nor a driver to bind to: give "
                           "addresses, and after them "
                           "vfio-pci, uio_pci_generic or kernel"},
        {"eth0 vfio-pci", "'eth0' is not a PCI address; give one such as 0000:03:00.0, which "
                          "'ironring list' shows"},
        {"--status eth0", "'eth0' is not a PCI address; give one such as 0000:03:00.0, which "
                          "'ironring list' shows"},
        {"--json 01:00.0 vfio-pci", "--json goes with --status only"},
        {"--yes", "which device, and which driver? See ironring bind --help"},
        {"01:00.0 kernel --user alice", "--user goes with vfio-pci only: without an IOMMU between, "
                                        "only root may drive a card"},
        {"01:00.0 vfio-pci --user bob",
         "there is no user 'bob'; give a name or a number that 'id NAME' knows"},
        {"01:00.0 vfio-pci --user 12x",
         "there is no user '12x'; give a name or a number that 'id NAME' knows"},
        {"01:00.0 vfio-pci --user 4294967295",
         "there is no user '4294967295'; give a name or a number that 'id NAME' knows"},
        {"--fast", "bind has no option --fast; see ironring bind --help"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_refused(wrong[i].line, 2, wrong[i].sentence);
}

static void what_root_has_to_do_is_told_as_a_command(void **state)
{
    const struct inject_plan denied = {
        .kind = INJECT_ACCESS, .number = 1, .error = EACCES, .lasting = true};
    const struct inject_plan frozen = {
        .kind = INJECT_ACCESS, .number = 1, .error = EROFS, .lasting = true};
    const struct inject_plan broken = {
        .kind = INJECT_ACCESS, .number = 1, .error = EIO, .lasting = true};

    (void)state;
    terminal_let_fail(&denied);
    assert_refused("01:00.0 02:00.0 vfio-pci --user alice --force --yes", 1,
                   "only root can change a binding: sudo ironring bind 01:00.0 02:00.0 vfio-pci "
                   "--user alice --force");
    terminal_let_fail(&frozen);
    assert_refused("01:00.0 vfio-pci --yes", 1,
                   "/sys cannot be written here, as in a container: run this on the host itself");
    terminal_let_fail(&broken);
    assert_refused("01:00.0 vfio-pci --yes", 1, "/sys cannot be written: Input/output error");
    terminal_let_fail(&none);
}

static void reasons_against_a_plan_are_told_with_their_remedy(void **state)
{
    (void)state;
    assert_refused("09:00.0 vfio-pci", 1,
                   "there is no PCI device 0000:09:00.0; 'ironring list' shows the network cards");
    assert_refused("04:00.0 vfio-pci", 1,
                   "0000:04:00.0 is no network device (PCI class 010802), and bind changes only "
                   "those; 'ironring list' shows them");
    assert_refused(
        "05:00.0 vfio-pci", 1,
        "0000:05:00.0 is in no IOMMU group, as when the IOMMU is off; switch it on in the "
        "firmware (VT-d, AMD-Vi), and on Intel add intel_iommu=on to the kernel's "
        "parameters (GRUB_CMDLINE_LINUX in /etc/default/grub, then sudo update-grub and "
        "reboot)");
    assert_refused("01:00.0 uio_pci_generic", 1,
                   "the kernel has not loaded uio_pci_generic; do so first: sudo modprobe "
                   "uio_pci_generic");
    assert_true(machine_remove("sys/bus/pci/devices/0000:02:00.0/driver_override"));
    assert_refused("02:00.0 vfio-pci", 1,
                   "/sys/bus/pci/devices/0000:02:00.0/driver_override is missing: this kernel is "
                   "older than Linux 3.16 (uname -r); boot a newer one");
    assert_true(machine_put("sys/bus/pci/devices/0000:02:00.0/vendor", "what"));
    assert_refused(
        "02:00.0 vfio-pci", 1,
        "0000:02:00.0 is left alone, because not all can be read that says whether it is "
        "in use: look into /sys/bus/pci/devices/0000:02:00.0, or try it as root");
}

static void other_members_of_a_group_are_named(void **state)
{
    (void)state;
    assert_refused(
        "03:01.0 vfio-pci", 1,
        "IOMMU group 3 of 0000:03:01.0 also has 0000:03:02.0 (e1000), and no program gets "
        "the group while the kernel uses part of it; bind them together: sudo ironring "
        "bind 0000:03:01.0 0000:03:02.0 vfio-pci");
    assert_true(machine_put("sys/bus/pci/devices/0000:03:02.0/class", "0x010802"));
    assert_refused(
        "01:00.0 03:01.0 vfio-pci", 1,
        "IOMMU group 3 of 0000:03:01.0 also has 0000:03:02.0 (e1000), and no program gets "
        "the group while the kernel uses part of it; put the card into another slot, or "
        "unbind the others by hand");
}

static void interface_in_use_is_told_with_its_address(void **state)
{
    (void)state;
    fixture_up("0000:01:00.0/net/eth0");
    inject_stage_interfaces(fixture_interface("eth0", "192.0.2.1"));
    assert_refused(
        "01:00.0 vfio-pci", 1,
        "0000:01:00.0 is in use: its interface eth0 is up and has the address 192.0.2.1; "
        "when nothing needs it, sudo ip link set eth0 down, or add --force");
    inject_stage_interfaces(NULL);
    assert_true(machine_link("sys/class/net/eth0/upper_br0", "../br0"));
    assert_refused("01:00.0 vfio-pci", 1,
                   "0000:01:00.0 is in use: its interface eth0 is up and carries br0; when nothing "
                   "needs it, sudo ip link set eth0 down, or add --force");
    assert_int_equal(terminal_run("01:00.0 vfio-pci --force --yes", NULL), 0);
    assert_string_equal(machine_driver(MACHINE_NIC), "vfio-pci");
}

static void interfaces_that_are_not_seen_are_told(void **state)
{
    char path[128];

    (void)state;
    for (unsigned i = 0; i < IR_PCI_INTERFACES_MAX; i++) {
        (void)snprintf(path, sizeof(path), "sys/bus/pci/devices/0000:01:00.0/net/p%u/flags", i);
        assert_true(machine_put(path, "0x1002"));
    }
    assert_refused("01:00.0 vfio-pci", 1,
                   "0000:01:00.0 may be in use: it has more interfaces than are looked at (ls "
                   "/sys/bus/pci/devices/0000:01:00.0/net); when none is in use, add --force");
    assert_true(machine_remove("sys/bus/pci/devices/0000:02:00.0/virtio0/net/eth2/flags") &&
                machine_remove("sys/bus/pci/devices/0000:02:00.0/virtio0/net/eth2"));
    assert_refused(
        "02:00.0 vfio-pci", 1,
        "0000:02:00.0 may be in use: its driver virtio-pci shows no interface here, and "
        "one may be in another network namespace (ip netns list); when it is not in use, "
        "add --force");
}

static void program_that_has_the_device_is_named(void **state)
{
    struct inject_plan plan = {.kind = INJECT_OPEN, .error = EBUSY};

    (void)state;
    assert_int_equal(terminal_run("01:00.0 vfio-pci --yes", NULL), 0);
    /* each call of open fails with EBUSY in turn, until that of the group's node does */
    do {
        plan.number++;
        terminal_let_fail(&plan);
        (void)terminal_run("01:00.0 kernel --dry-run", NULL);
        assert_true(inject_fired() > 0);
    } while (strstr(terminal_err(), "/dev/vfio/5") == NULL);
    assert_string_equal(terminal_err(), "ironring: 0000:01:00.0 is in use by a program: the kernel "
                                        "says that /dev/vfio/5 is open; end it first\n");
    terminal_let_fail(&none);
    assert_true(machine_put("proc/4711/comm", "forwarder"));
    assert_true(machine_link("proc/4711/fd/3", "/dev/vfio/5"));
    assert_refused("01:00.0 kernel --yes", 1,
                   "0000:01:00.0 is in use by forwarder (process 4711); end that first: sudo kill "
                   "4711");
    assert_true(machine_remove("proc/4711/comm"));
    assert_refused("01:00.0 kernel --yes", 1,
                   "0000:01:00.0 is in use by a program (process 4711); end that first: sudo kill "
                   "4711");
}

static void what_fails_is_told_with_what_became_of_it(void **state)
{
    (void)state;
    machine_let_refuse("vfio-pci");
    assert_int_equal(terminal_run("01:00.0 vfio-pci --yes", NULL), 1);
    assert_string_equal(
        terminal_err(),
        "ironring: vfio-pci did not take 0000:01:00.0, and what was done before has "
        "been taken back; the kernel's log says why: sudo dmesg | tail\n"
        "0000:01:00.0 is bound to e1000e\n");
    machine_let_fail("e1000e/bind", EIO);
    assert_int_equal(terminal_run("01:00.0 vfio-pci --yes", NULL), 1);
    assert_string_equal(terminal_err(),
                        "ironring: vfio-pci did not take 0000:01:00.0, and not all that was done "
                        "before could be taken back; the kernel's log says why: sudo dmesg | tail\n"
                        "0000:01:00.0 is bound to no driver\n");
    machine_let_refuse("e1000e");
    assert_int_equal(terminal_run("01:00.0 kernel --yes", NULL), 1);
    assert_string_equal(terminal_err(),
                        "ironring: no driver of the kernel took 0000:01:00.0, and what was done "
                        "before has been taken back; load its module first: sudo modprobe $(cat "
                        "/sys/bus/pci/devices/0000:01:00.0/modalias)\n"
                        "0000:01:00.0 is bound to no driver\n");
    machine_let_refuse(NULL);
    machine_let_fail("virtio-pci/unbind", EBUSY);
    assert_int_equal(terminal_run("02:00.0 vfio-pci --yes", NULL), 1);
    assert_string_equal(
        terminal_err(),
        "ironring: 'echo 0000:02:00.0 > /sys/bus/pci/drivers/virtio-pci/unbind' "
        "failed: Device or resource busy; what was done before has been taken back\n"
        "0000:02:00.0 is bound to virtio-pci\n");
}

static void uio_behind_an_iommu_is_warned_of(void **state)
{
    (void)state;
    machine_load("uio_pci_generic");
    assert_int_equal(terminal_run("01:00.0 uio_pci_generic --dry-run", NULL), 0);
    assert_non_null(strstr(terminal_out(),
                           "# 0000:01:00.0: the IOMMU will keep it from all memory; "
                           "vfio-pci is what it is for\n"));
    assert_int_equal(terminal_run("05:00.0 uio_pci_generic --dry-run", NULL), 0);
    assert_null(strstr(terminal_out(), "IOMMU"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(device_is_bound_and_given),
        TEST(plan_is_shown_without_being_followed),
        TEST(user_is_asked),
        TEST(nobody_to_ask_is_a_usage_error),
        TEST(wrong_command_lines_are_usage_errors),
        TEST(what_root_has_to_do_is_told_as_a_command),
        TEST(reasons_against_a_plan_are_told_with_their_remedy),
        TEST(other_members_of_a_group_are_named),
        TEST(interface_in_use_is_told_with_its_address),
        TEST(interfaces_that_are_not_seen_are_told),
        TEST(program_that_has_the_device_is_named),
        TEST(what_fails_is_told_with_what_became_of_it),
        TEST(uio_behind_an_iommu_is_warned_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
