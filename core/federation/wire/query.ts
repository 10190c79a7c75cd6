import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { ProblemError, readAs } from "./problem.ts";

const VALUE = /^[A-Za-z0-9._~-]*$/;

/** A number in a query. */
export const queryInteger = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, { error: "is no number" })
    .transform(Number)
    .pipe(z.int().min(least).max(most));

/**
 * The query in this form; what the form does not name is ignored. Throws ProblemError malformed where a value is given twice
 * or has other characters than a path may have (docs/mtp.md, M5).
 */
export function readQuery<T>(request: FastifyRequest, form: z.ZodType<T>): T {
  const raw = request.raw.url?.split("?").slice(1).join("?") ?? "";
  const values = new Map<string, string>();
  for (const pair of raw === "" ? [] : raw.split("&")) {
    const [name = "", value = "", ...rest] = pair.split("=");
    if (values.has(name) || rest.length > 0 || !VALUE.test(value))
      throw new ProblemError("malformed", "the query has other characters than it may, or a name twice");
    values.set(name, value);
  }
  return readAs(form, Object.fromEntries(values));
}
