/* SPDX-License-Identifier: MIT
 *
 * Fuzz target cli-device-string: the text of a device string. A text that is refused gets a
 * sentence; one that is accepted means what it says, and when it is a simulated card and names no
 * file, interface or link it is opened, runs and is closed. No file is ever opened.
 */
#include <errno.h>

#include <ironring/ironring.h>
#include <ironring/sim.h>

#include "input.h"
#include "linux/pci.h"
#include "linux/vhost_user_options.h"
#include "oracle.h"
#include "sim/options.h"

#define TEXT_MAX 2048u
#define STEPS    4u

/* One sentence: not empty, ended, and without a control character of its own making. */
static void check_error(const char *text, const char error[IR_ERROR_LENGTH])
{
    if (error[0] == '\0' || memchr(error, '\0', IR_ERROR_LENGTH) == NULL)
        fuzz_fail("\"%s\" is refused without a proper reason", text);
}

/* `full` is "0000:03:00.0" as parsed from the text; parsing it again must change nothing. */
static void check_address(const char *text)
{
    char full[IR_PCI_ADDRESS_LENGTH] = "unchanged";
    char again[IR_PCI_ADDRESS_LENGTH] = "";

    if (!ir_pci_address(text, full)) {
        if (strcmp(full, "unchanged") != 0)
            fuzz_fail("\"%s\" is no PCI address, and changed the result to \"%s\"", text, full);
        return;
    }
    if (strlen(full) != IR_PCI_ADDRESS_LENGTH - 1u || !ir_pci_address(full, again) ||
        strcmp(full, again) != 0)
        fuzz_fail("the PCI address \"%s\" was read as \"%s\", and that as \"%s\"", text, full,
                  again);
}

/* What the parser promises of what it accepts. */
static void check_arguments(const struct sim_arguments *arguments)
{
    const struct sim_gen_options *gen = &arguments->gen;
    const char *const texts[] = {arguments->rx, arguments->tx, arguments->tap, arguments->link};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (memchr(texts[i], '\0', SIM_VALUE_LENGTH) == NULL || strchr(texts[i], ',') != NULL)
            fuzz_fail("a name is not ended, or has a comma");
    }
    if (gen->size < SIM_GEN_SIZE_MIN || gen->size > SIM_GEN_SIZE_MAX || gen->flows < 1u ||
        gen->flows > SIM_GEN_FLOWS_MAX || gen->rate > SIM_GEN_RATE_MAX)
        fuzz_fail("%u bytes, %u flows or %llu frames a second are out of range", gen->size,
                  gen->flows, (unsigned long long)gen->rate);
    if (arguments->mac_given && (arguments->mac[0] & 1u) != 0)
        fuzz_fail("a group address was accepted");
}

/* The same text behind "vhost-user:". */
static void check_vhost_user(const char *text)
{
    struct vu_options options;
    char error[IR_ERROR_LENGTH];
    int result;

    memset(error, 'x', sizeof(error));
    result = vu_options_parse(text, &options, error);
    if (result != 0) {
        fuzz_equal("the answer of the parser of vhost-user", result, -EINVAL);
        check_error(text, error);
        return;
    }
    if (memchr(options.path, '\0', sizeof(options.path)) == NULL || options.path[0] == '\0' ||
        strchr(options.path, ',') != NULL)
        fuzz_fail("the path in \"%s\" is empty, not ended, or has a comma", text);
    if (options.queues < 1u || options.queues > 64u || options.timeout_ms < 1u ||
        options.timeout_ms > VU_TIMEOUT_MAX_MS || (options.required & options.forbidden) != 0 ||
        (options.mac[0] & 1u) != 0)
        fuzz_fail("a value in \"%s\" is out of range", text);
}

static bool opens_nothing(const struct sim_arguments *arguments)
{
    return arguments->rx[0] == '\0' && arguments->tx[0] == '\0' && arguments->tap[0] == '\0' &&
           arguments->link[0] == '\0' && !arguments->threaded && arguments->gen.flows <= 64u;
}

/* Whether a card may make ir_open or ir_close fail: some never get ready, and a hostile one may be
 * gone or report any trouble. */
static bool may_fail(bool hostile, int result)
{
    return result == -ETIMEDOUT || (hostile && (result == -ENODEV || result == -EIO));
}

/* Open the card with the driver on it, let it work, and close it. Other devices have no driver. */
static void open_card(const char *device, bool hostile)
{
    char error[IR_ERROR_LENGTH] = "";
    struct ir_domain *domain = NULL;
    struct ir_dev *dev = NULL;
    struct ir_info info;
    int result;

    fuzz_equal("ir_domain_create", ir_domain_create(&domain), 0);
    result = ir_open(domain, device, &dev, error);
    if (result == 0) {
        ir_info(dev, &info);
        if (strncmp(info.name, device, sizeof(info.name) - 1u) != 0)
            fuzz_fail("\"%s\" calls itself \"%s\"", device, info.name);
        for (uint32_t i = 0; i < STEPS; i++) {
            if (ir_sim_step(dev) < 0)
                fuzz_fail("ir_sim_step of \"%s\" fails", device);
        }
        result = ir_close(dev);
        if (result != 0 && !may_fail(hostile, result))
            fuzz_fail("ir_close of \"%s\" answers %d", device, result);
    } else {
        check_error(device, error);
        if (result != -ENOTSUP && !may_fail(hostile, result))
            fuzz_fail("ir_open of \"%s\" answers %d", device, result);
    }
    fuzz_equal("ir_domain_destroy", ir_domain_destroy(domain), 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char prefix[] = "sim:";
    static struct sim_arguments arguments;
    char device[sizeof(prefix) + TEXT_MAX];
    char *text = device + sizeof(prefix) - 1u;
    char error[IR_ERROR_LENGTH];
    int result;

    if (size > TEXT_MAX)
        size = TEXT_MAX;
    memcpy(device, prefix, sizeof(prefix));
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';

    check_address(text);
    check_vhost_user(text);
    memset(error, 'x', sizeof(error));
    result = sim_arguments_parse(text, &arguments, error);
    if (result != 0) {
        fuzz_equal("the answer of the parser", result, -EINVAL);
        check_error(text, error);
        return 0;
    }
    check_arguments(&arguments);
    if (opens_nothing(&arguments))
        open_card(device, arguments.card.hostile.any || arguments.virtio.hostile.any);
    return 0;
}
