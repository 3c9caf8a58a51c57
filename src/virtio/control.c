/* SPDX-License-Identifier: MIT
 *
 * The control queue.
 */
#include "virtio/control.h"

#include <errno.h>

#include "core/wait.h"

#define ANSWER_US 1000000u /* in which a command is answered */

/* Put the command, and an answer that is none, where the device reads and writes them. */
/*@ requires control_ok(control) && \valid_read(command) && command->length <= VIRTIO_CONTROL_BYTES;
    assigns \nothing;
*/
static void write_command(const struct virtio_control *control,
                          const struct virtio_command *command)
{
    /*@ loop invariant 0 <= i <= command->length;
        loop assigns i;
        loop variant command->length - i;
    */
    for (uint32_t i = 0; i < command->length; i++)
        ir_dma_store8(&control->command[i], command->bytes[i]);
    ir_dma_store8(&control->command[VIRTIO_CONTROL_BYTES], VIRTIO_ACK_NONE);
}

/* The precondition is the confinement property, as virtio_store_address has it for buffers. */
#ifdef __FRAMAC__
/*@ requires \valid(&desc->address) && \valid(&desc->rest);
    requires confined: control->command_iova <= address && rest % 4294967296 <=
        control->command_iova + VIRTIO_CONTROL_BYTES + 1 - address;
    assigns \nothing;
*/
static void virtio_store_command(struct virtio_desc *desc, uint64_t address, uint64_t rest)
    /*@ ghost (const struct virtio_control *control) */;
#else
static void virtio_store_command(struct virtio_desc *desc, uint64_t address, uint64_t rest)
{
    ir_dma_store64(&desc->address, address);
    ir_dma_store64(&desc->rest, rest);
}
#endif

/* The first of the two descriptors for the next command. They go round the ring, as IN_ORDER wants
 * it. */
/*@ requires control_ok(control);
    assigns \nothing;
    ensures 0 <= \result <= control->size - 2;
*/
static uint64_t first_descriptor(const struct virtio_control *control)
{
    if (control->packed != 0u)
        return control->position;
    return control->position < control->size / 2u ? 2u * control->position
                                                  : 2u * control->position - control->size;
}

/* Make the command available: the first descriptor is the one that tells, so it comes last. */
/*@ requires control_ok(control) && 2 <= length <= VIRTIO_CONTROL_BYTES;
    assigns \nothing;
*/
static void post_packed(const struct virtio_control *control, uint64_t length)
{
    uint64_t first = first_descriptor(control);
    uint64_t ack = control->command_iova + VIRTIO_CONTROL_BYTES;

    virtio_store_command(&control->desc[first + 1u], ack,
                         1u + 4294967296u * 65536u * (VIRTQ_DESC_F_WRITE + control->avail_flag))
        /*@ ghost (control) */;
    ir_dma_release();
    virtio_store_command(&control->desc[first], control->command_iova,
                         length + 4294967296u * 65536u * (VIRTQ_DESC_F_NEXT + control->avail_flag))
        /*@ ghost (control) */;
}

/*@ requires control_ok(control) && control->packed == 0 && 2 <= length <= VIRTIO_CONTROL_BYTES;
    assigns control->posted;
    ensures control->posted == (\old(control->posted) + 1) % 65536;
*/
static void post_split(struct virtio_control *control, uint64_t length)
{
    uint64_t first = first_descriptor(control);
    uint64_t ack = control->command_iova + VIRTIO_CONTROL_BYTES;

    virtio_store_command(&control->desc[first], control->command_iova,
                         length + 4294967296u * (VIRTQ_DESC_F_NEXT + 65536u * (first + 1u)))
        /*@ ghost (control) */;
    virtio_store_command(&control->desc[first + 1u], ack, 1u + 4294967296u * VIRTQ_DESC_F_WRITE)
        /*@ ghost (control) */;
    ir_dma_store16(&control->avail[control->position], (uint16_t)first);
    control->posted = (uint16_t)((control->posted + 1u) % 65536u);
    ir_dma_release();
    ir_dma_store32(control->driver, (control->event_idx == 0u ? VIRTQ_AVAIL_F_NO_INTERRUPT : 0u) +
                                        control->posted * 65536u);
}

/* 1 when the device has finished with the command, 2 when it has finished with something that it
 * was never given. */
/*@ requires control_ok(control);
    assigns \nothing;
    ensures 0 <= \result <= 2;
*/
static uint32_t finished(const struct virtio_control *control)
{
    uint64_t rest;
    uint32_t turn;

    if (control->packed == 0u) {
        if (ir_dma_load32(control->device) / 65536u != control->posted)
            return 0u;
        ir_dma_acquire();
        return ir_dma_load32(&control->used[control->position].id) == first_descriptor(control)
                   ? 1u
                   : 2u;
    }
    rest = ir_dma_load64(&control->desc[control->position].rest);
    ir_dma_acquire();
    turn = control->avail_flag == VIRTQ_DESC_F_AVAIL;
    if (rest / 36028797018963968u % 2u != turn || rest / 9223372036854775808u != turn)
        return 0u;
    return rest / 4294967296u % 65536u == 0u ? 1u : 2u;
}

/* The next command's place. */
/*@ requires control_ok(control);
    assigns control->position, control->avail_flag;
    ensures control_ok(control);
    ensures turns: control->position == 0 ==> control->avail_flag != \old(control->avail_flag);
    ensures goes_on: control->position != 0 ==> control->avail_flag == \old(control->avail_flag) &&
        control->position == \old(control->position) + (control->packed != 0 ? 2 : 1);
*/
static void advance(struct virtio_control *control)
{
    control->position += control->packed != 0u ? 2u : 1u;
    if (control->position < control->size)
        return;
    control->position = 0u;
    control->avail_flag = VIRTQ_DESC_F_AVAIL + VIRTQ_DESC_F_USED - control->avail_flag;
}

/* What an answer means; one that is none breaks the queue. */
/*@ requires \valid(control);
    assigns control->broken;
    ensures \result == 0 || \result == -5;
    ensures accepted: \result == 0 <==> ack == VIRTIO_ACK_OK;
    ensures none: ack > VIRTIO_ACK_ERROR ==> control->broken == 1;
    ensures one: ack <= VIRTIO_ACK_ERROR ==> control->broken == \old(control->broken);
*/
static int judge(struct virtio_control *control, uint32_t ack)
{
    if (ack > VIRTIO_ACK_ERROR)
        control->broken = 1u;
    return ack == VIRTIO_ACK_OK ? 0 : -EIO;
}

/* Wait for the answer. Returns it, or a negative errno. */
/*@ requires control_ok(control);
    assigns control->broken;
    ensures \result == 0 || \result == -5 || \result == -110;
    ensures late: \result == -110 ==> control->broken == 1;
*/
static int wait_for_answer(struct virtio_control *control)
{
    uint32_t done = finished(control);
    uint32_t waited = 0u;

    /*@ loop invariant waited <= ANSWER_US && done <= 2;
        loop assigns waited, done;
        loop variant ANSWER_US - waited;
    */
    while (done == 0u && waited < ANSWER_US) {
        uint32_t pause = ir_wait_pause(waited, ANSWER_US);

        ir_transport_delay(control->transport, pause);
        waited += pause;
        done = finished(control);
    }
    if (done != 1u) {
        control->broken = 1u;
        return done == 0u ? -ETIMEDOUT : -EIO;
    }
    return judge(control, ir_dma_load8(&control->command[VIRTIO_CONTROL_BYTES]));
}

int virtio_control_send(struct virtio_control *control, const struct virtio_command *command)
{
    int result;

    if (control->broken != 0u)
        return -EIO;
    write_command(control, command);
    ir_dma_release();
    if (control->packed != 0u)
        post_packed(control, command->length);
    else
        post_split(control, command->length);
    ir_dma_fence();
    if (ir_reg_write(control->notify, control->notify_offset, 2u, control->number) != 0) {
        control->broken = 1u;
        return -EIO;
    }
    result = wait_for_answer(control);
    advance(control);
    return result;
}
