/** The keys `alarms` and `watch` of gateway.yaml. */
import { z } from "zod";
import { readRoomReference } from "../link-reports.ts";
import { parseListen } from "./federation-schema.ts";
import { text } from "./values.ts";

export const alarmsSchema = z
  .array(
    text({
      description: "A room, as ACCOUNT:ADDRESS.",
      example: "xmpp:operators@rooms.example.org",
    }).refine((value) => readRoomReference(value) !== null, { error: "is no room: write ACCOUNT:ADDRESS" }),
  )
  .default([])
  .meta({
    description:
      "Rooms that are told when an account or a room falls silent, and when it is well again; best on more than one " +
      "platform, since nobody is told of a platform in its own rooms. The gateway links each in a group of its own where it is in none.",
    examples: [["xmpp:operators@rooms.example.org"]],
  });

export const watchSchema = z
  .strictObject({
    listen: text({
      description:
        "HOST:PORT on which `/live`, `/health` and `/metrics` are served, in plain HTTP and to whoever asks: keep it on this " +
        "machine or a network of your own. Without it they are not.",
      example: "127.0.0.1:9464",
    })
      .refine((value) => parseListen(value) !== null, { error: "is not HOST:PORT" })
      .optional(),
  })
  .prefault({})
  .meta({
    description: "For monitoring: whether the gateway is well, and its metrics for Prometheus.",
    examples: [{ listen: "127.0.0.1:9464" }],
  });
