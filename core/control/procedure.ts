/** One thing that can be asked over the control socket. */
import type { z } from "zod";
import { GatewayError } from "../errors.ts";
import type { Operations } from "../operations.ts";

interface Parts<Question, Answer> {
  readonly question: z.ZodType<Question>;
  readonly answer: z.ZodType<Answer>;
  readonly run: (operations: Operations, question: Question) => Promise<Answer>;
}

export interface Procedure<Question, Answer> extends Parts<Question, Answer> {
  /** Runs it with a body from the wire. Throws GatewayError usage where that is no such question. */
  readonly perform: (operations: Operations, body: unknown) => Promise<Answer>;
}

/** Ties a name on the wire to an operation. */
export function procedure<Question, Answer>(parts: Parts<Question, Answer>): Procedure<Question, Answer> {
  return {
    ...parts,
    async perform(operations, body) {
      const read = parts.question.safeParse(body);
      if (read.success) return parts.run(operations, read.data);
      const [issue] = read.error.issues;
      const place = issue?.path.map(String).join(".") ?? "";
      throw new GatewayError(
        "usage",
        `${place === "" ? "the body" : place}: ${issue?.message ?? "malformed"}`,
      );
    },
  };
}
