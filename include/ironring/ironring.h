/* SPDX-License-Identifier: MIT
 * Everything a program needs: #include <ironring/ironring.h>, pkg-config ironring. */
#ifndef IRONRING_IRONRING_H
#define IRONRING_IRONRING_H

#include <ironring/device.h>
#include <ironring/packet.h>
#include <ironring/pool.h>
#include <ironring/wait.h>

#endif
