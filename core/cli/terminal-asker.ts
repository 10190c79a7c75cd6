/** Asks somebody at a terminal. */
import * as prompts from "@clack/prompts";
import { type Asker, SetUpCancelled } from "../setup/asker.ts";
import type { Terminal } from "./io.ts";

/** Ctrl-C at any question, the signal, and the end of the input throw SetUpCancelled. */
export function terminalAsker({ input, output }: Terminal, signal: AbortSignal): Asker {
  const streams = { input, output, signal };
  const answered = async <T>(asked: Promise<T | typeof prompts.CANCEL_SYMBOL>): Promise<T> => {
    const gone = Promise.withResolvers<never>();
    const end = (): void => gone.reject(new SetUpCancelled());
    input.once("end", end);
    try {
      const answer = await Promise.race([asked, gone.promise]);
      if (answer === prompts.CANCEL_SYMBOL) throw new SetUpCancelled();
      return answer;
    } finally {
      input.off("end", end);
    }
  };
  return {
    async text({ ask, hint, secret, whenEmpty, check }) {
      const message = hint === null ? ask : `${ask}\n${hint}`;
      const validate = (text: string | undefined): string | undefined => {
        if (text !== undefined && text !== "") return check(text) ?? undefined;
        return whenEmpty === null ? "an answer is needed" : undefined;
      };
      const words = secret && whenEmpty !== null ? `${message} (empty: ${whenEmpty})` : message;
      const placeholder = whenEmpty === null ? {} : { placeholder: whenEmpty };
      const answer = await answered(
        secret
          ? prompts.password({ message: words, validate, ...streams })
          : prompts.text({ message: words, validate, ...placeholder, ...streams }),
      );
      return answer === undefined || answer === "" ? null : answer;
    },
    choose: ({ ask, choices, usual }) =>
      answered(prompts.select({ message: ask, options: [...choices], initialValue: usual, ...streams })),
    chooseSome: (ask, choices) =>
      answered(
        prompts.multiselect({
          message: `${ask} (space marks, return goes on)`,
          options: [...choices],
          required: true,
          ...streams,
        }),
      ),
    confirm: (ask) => answered(prompts.confirm({ message: ask, ...streams })),
    tell: (text) => prompts.log.info(text, { output }),
  };
}
