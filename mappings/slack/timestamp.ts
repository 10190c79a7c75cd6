/** Slack's message timestamps: seconds, a dot, microseconds. They are names as well, so they stay text: never numbers. */
import { z } from "zod";

export const timestamp = z.string().regex(/^[0-9]{1,12}\.[0-9]{1,6}$/);

/** Whether `a` names a later moment than `b`; both are timestamps of Slack. */
export function isLater(a: string, b: string): boolean {
  return padded(a) > padded(b);
}

function padded(text: string): string {
  const [seconds = "", fraction = ""] = text.split(".");
  return `${seconds.padStart(12, "0")}.${fraction.padEnd(6, "0")}`;
}
