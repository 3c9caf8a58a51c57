/* SPDX-License-Identifier: MIT
 *
 * ironring capture: write what a device receives to a pcap or pcapng file, with nanosecond time
 * stamps.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cli/pcapng.h"
#include "cli/run.h"

struct capture {
    const char *name;
    uint32_t snaplen;
    FILE *file;            /* of either format; with pcap it belongs to `dumper` */
    pcap_t *pcap;          /* null for pcapng */
    pcap_dumper_t *dumper; /* null for pcapng */
    bool failed;           /* writing did, and that has been said */
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);

    return length >= end_length && strcasecmp(text + length - end_length, end) == 0;
}

static int check_format(const struct cli_settings *settings, const char *name, bool *pcapng)
{
    bool standard_output = strcmp(name, "-") == 0;

    if (settings->format == NULL) {
        *pcapng = ends_with(name, ".pcapng");
    } else if (strcmp(settings->format, "pcap") == 0 || strcmp(settings->format, "pcapng") == 0) {
        *pcapng = strcmp(settings->format, "pcapng") == 0;
    } else {
        cli_error("--format takes pcap or pcapng, not '%s'", settings->format);
        return CLI_USAGE;
    }
    if (standard_output && settings->json) {
        cli_error("--json and a capture cannot both go to standard output; name a file");
        return CLI_USAGE;
    }
    return CLI_OK;
}

/* Say so, once, with errno as the reason. */
static int file_failed(struct capture *capture, const char *what)
{
    if (!capture->failed)
        cli_error("%s cannot be %s: %s", capture->name, what, strerror(errno));
    capture->failed = true;
    return CLI_FAILED;
}

static int open_file(struct capture *capture, bool pcapng)
{
    errno = 0;
    capture->file = strcmp(capture->name, "-") == 0 ? stdout : fopen(capture->name, "wbe");
    if (capture->file == NULL)
        return file_failed(capture, "created");
    if (pcapng)
        return pcapng_begin(capture->file, capture->snaplen) ? CLI_OK
                                                             : file_failed(capture, "written");
    capture->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, (int)capture->snaplen,
                                                         PCAP_TSTAMP_PRECISION_NANO);
    if (capture->pcap == NULL)
        return file_failed(capture, "written");
    capture->dumper = pcap_dump_fopen(capture->pcap, capture->file);
    if (capture->dumper != NULL)
        return CLI_OK;
    capture->file = NULL; /* its header could not be written, and libpcap has closed it */
    return file_failed(capture, "written");
}

/* Returns an exit status: what is still in memory may turn out not to fit. */
static int close_file(struct capture *capture)
{
    int status = CLI_OK;

    if (capture->file != NULL && fflush(capture->file) != 0)
        status = file_failed(capture, "written");
    if (capture->dumper != NULL)
        pcap_dump_close(capture->dumper); /* does not say whether it worked; all is flushed */
    else if (capture->file != NULL && capture->file != stdout && fclose(capture->file) != 0)
        status = file_failed(capture, "written");
    if (capture->pcap != NULL)
        pcap_close(capture->pcap);
    return status;
}

static bool write_frame(struct capture *capture, const struct timespec *time, const uint8_t *bytes,
                        uint32_t length)
{
    uint32_t captured = length < capture->snaplen ? length : capture->snaplen;
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = time->tv_sec, .tv_usec = time->tv_nsec},
        .caplen = captured,
        .len = length,
    };

    if (capture->dumper == NULL)
        return pcapng_frame(capture->file,
                            (uint64_t)time->tv_sec * CLI_NS + (uint64_t)time->tv_nsec, bytes,
                            captured, length);
    pcap_dump((unsigned char *)capture->dumper, &header, bytes);
    return !ferror(capture->file);
}

/* Write and free a burst. Frames that came together get the same time. */
static void write_burst(struct cli_run *run, struct capture *capture, const struct ir_pkt *pkts,
                        uint32_t count)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_REALTIME, &time);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = ir_pkt_length(pkts[i]);
        const uint8_t *bytes = ir_pkt_data(run->pool, pkts[i], 0, length);

        if (run->status == CLI_OK && bytes != NULL && write_frame(capture, &time, bytes, length)) {
            cli_flow_add(&run->flow[0], length);
        } else {
            run->dropped++;
            if (run->status == CLI_OK)
                run->status = file_failed(capture, "written");
        }
        cli_run_free(run, pkts[i]);
    }
}

static int run_capture(const struct cli_command *command, const struct cli_settings *settings,
                       char *const *operands)
{
    struct capture capture = {.name = operands[1], .snaplen = (uint32_t)settings->snaplen};
    struct ir_pkt pkts[CLI_BURST_MAX];
    struct cli_run run;
    uint32_t count = 0;
    bool pcapng;
    int status = check_format(settings, capture.name, &pcapng);

    if (status != CLI_OK)
        return status;
    if (cli_run_open(&run, command, settings, operands, 1, CLI_RECEIVES, true) != CLI_OK)
        return cli_run_close(&run);
    run.in_word = "in";
    run.out_word = "written";
    run.flows = 1;
    run.flow[0].name = "captured";
    run.status = open_file(&capture, pcapng);
    if (run.status == CLI_OK)
        (void)cli_run_confine(&run);
    while (cli_run_continues(&run, count, 0)) {
        count = cli_run_receive(&run, &run.port[0], pkts);
        if (count != 0)
            write_burst(&run, &capture, pkts, count);
        else if (run.quiet == 1 && fflush(capture.file) != 0)
            run.status = file_failed(&capture, "written");
    }
    status = close_file(&capture);
    if (run.status == CLI_OK)
        run.status = status;
    return cli_run_close(&run);
}

const struct cli_command cli_capture = {
    .name = "capture",
    .bit = CLI_CAPTURE,
    .operands = "DEVICE FILE",
    .summary = "write what a device receives to a file",
    .help =
        "Write each packet that DEVICE receives to FILE, or to standard output when FILE is -.\n"
        "Ends when the device's wire has ended, with --count, --duration or --idle, or on "
        "Ctrl-C.\n\n"
        "Options:\n"
        "  -f, --format F      pcap or pcapng (pcapng if FILE ends in .pcapng, else pcap)\n"
        "  -s, --snaplen N     keep only the first N bytes of each frame (262144)\n" CLI_IDLE_HELP
            CLI_RUNNING_HELP "\nExamples:\n"
        "  Capture a Linux interface:\n"
        "    ironring capture sim:82599,tap=t0 out.pcap\n"
        "  The first 100 packets, headers only, for another program:\n"
        "    ironring capture sim:82599,rx=in.pcap - --count 100 --snaplen 96 | tcpdump -nr -\n",
    .run = run_capture,
};
